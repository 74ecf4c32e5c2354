"""The example company: small enough to type over, with what most companies need.

Belongs here: its tables, with codes in place of identifiers, and what is said of each column.
Does not belong here: how they are written to files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.references import code_columns
from sop_pipeline.schemas.table import AUDIT_COLUMNS, VALIDITY_COLUMNS, Table

_KEEPING = frozenset(member.name for member in (*VALIDITY_COLUMNS, *AUDIT_COLUMNS))
_FIRST_MONTH, _MONTHS = 7, 6
_SCENARIOS = {"BASELINE": 1.0, "Q4_PUSH": 1.2}
_PRODUCTS = {"LAMP": 300.0, "STOOL": 200.0, "SHELF": 120.0}
_SHARES = {"WH-NORTH": 0.6, "WH-SOUTH": 0.4}
_SEASON = (1.0, 1.0, 1.1, 1.5, 1.8, 1.4)
_PEAK_QUARTER = 4

GUIDE_COLUMNS = ("file", "column", "type", "unit", "required", "meaning")


def template_columns(table: Table) -> list[str]:
    """The columns of a table as a person fills them: codes for identifiers, nothing kept by IT."""
    codes = code_columns(table)
    own = (name for name in table.columns if name not in _KEEPING)
    return list(dict.fromkeys(codes.get(name, name) for name in own))


def empty_tables() -> dict[str, pd.DataFrame]:
    """Every input table without a row, by file name."""
    return {
        table.file: pd.DataFrame(columns=template_columns(table), dtype="object")
        for table in ATOMIC_TABLES
    }


def example_tables(year: int) -> dict[str, pd.DataFrame]:
    """The example company of a year, by file name: two scenarios, three products, six months."""
    return {
        **_what_is_planned(),
        "demand_forecasts": _demand(year),
        "inventory_balances": _balances(year),
        **_where_it_is_stored(),
        **_how_it_is_made(),
    }


def _what_is_planned() -> dict[str, pd.DataFrame]:
    """Scenarios, products and families."""
    return {
        "scenario_definitions": pd.DataFrame(
            {
                "SCENARIO_CODE": list(_SCENARIOS),
                "SCENARIO_NAME": ["Baseline", "Q4 marketing push"],
                "SCENARIO_TYPE": ["BASELINE", "MARKETING_PUSH"],
                "IS_OFFICIAL_BASELINE": [True, False],
            }
        ),
        "products": pd.DataFrame(
            {
                "PRODUCT_CODE": list(_PRODUCTS),
                "PRODUCT_NAME": ["Reading lamp", "Bar stool", "Wall shelf"],
                "PRODUCT_STATUS": ["ACTIVE"] * 3,
                "PRODUCT_CATEGORY_CODE": ["SMALL", "LARGE", "LARGE"],
                "UNIT_PRICE": [40.0, 60.0, 90.0],
                "UNIT_COST": [20.0, 30.0, 45.0],
            }
        ),
        "product_categories": pd.DataFrame(
            {
                "PRODUCT_CATEGORY_CODE": ["SMALL", "LARGE"],
                "CATEGORY_NAME": ["Small goods", "Large goods"],
            }
        ),
    }


def _where_it_is_stored() -> dict[str, pd.DataFrame]:
    """Sites with their storage and its rates."""
    return {
        "sites": pd.DataFrame(
            {
                "SITE_CODE": ["PLANT", *_SHARES],
                "SITE_NAME": ["Plant", "Warehouse North", "Warehouse South"],
                "SITE_TYPE": ["PLANT", "WAREHOUSE", "WAREHOUSE"],
                "OPERATING_STATUS": ["ACTIVE"] * 3,
            }
        ),
        "warehouse_zones": pd.DataFrame(
            {
                "ZONE_CODE": ["N-1", "S-1"],
                "ZONE_NAME": ["Hall North", "Hall South"],
                "SITE_CODE": list(_SHARES),
                "MAX_CAPACITY_PALLETS": [70.0, 60.0],
                "CURRENT_OCCUPANCY_PALLETS": [20.0, 15.0],
            }
        ),
        "logistics_costs": pd.DataFrame(
            {
                "LOGISTICS_COST_ID": [1, 2],
                "SITE_CODE": list(_SHARES),
                "STORAGE_COST_PER_PALLET_PER_DAY": [0.5, 0.4],
                "TRANSPORT_COST_PER_UNIT": [0.3, 0.4],
                "HANDLING_COST_PER_PALLET": [2.0, 2.5],
                "OVERFLOW_PENALTY_RATE": [3.0, 2.0],
                "OVERFLOW_PENALTY_THRESHOLD_PCT": [85.0, 90.0],
            }
        ),
    }


def _how_it_is_made() -> dict[str, pd.DataFrame]:
    """Work centres, the routings that use them, and overtime."""
    return {
        "work_centers": pd.DataFrame(
            {
                "WORK_CENTER_CODE": ["LINE-1", "LINE-2"],
                "WORK_CENTER_NAME": ["Line 1", "Line 2"],
                "WORK_CENTER_TYPE": ["ASSEMBLY", "ASSEMBLY"],
                "SITE_CODE": ["PLANT", "PLANT"],
                "CAPACITY_PER_HOUR": [3.0, 2.0],
                "HOURS_PER_DAY": [8.0, 8.0],
                "AVAILABLE_SHIFTS": [1.0, 1.0],
                "EFFICIENCY_FACTOR": [0.9, 0.95],
            }
        ),
        "product_routings": pd.DataFrame(
            {
                "PRODUCT_CODE": ["LAMP", "LAMP", "STOOL", "SHELF"],
                "ROUTING_CODE": ["ON-1", "ON-2", "ON-1", "ON-2"],
                "WORK_CENTER_CODE": ["LINE-1", "LINE-2", "LINE-1", "LINE-2"],
                "CAPACITY_PER_UNIT": [0.5, 0.6, 1.0, 1.5],
            }
        ),
        "capacity_tiers": pd.DataFrame(
            {
                "WORK_CENTER_CODE": ["LINE-1", "LINE-2"],
                "TIER_CODE": ["OVERTIME", "OVERTIME"],
                "TIER_RANK": [2, 2],
                "MAX_CAPACITY": [80.0, 60.0],
                "PREMIUM_PER_UNIT": [6.0, 8.0],
            }
        ),
    }


def column_guide() -> Iterator[dict[str, str]]:
    """What every column of every file holds: a row of `GUIDE_COLUMNS` each."""
    for table in ATOMIC_TABLES:
        ids = {code: name for name, code in code_columns(table).items()}
        for column in template_columns(table):
            name = column if column in table.columns else ids[column]
            described = table.columns[name]
            bounds = f" ({'; '.join(described.bounds())})" if described.bounds() else ""
            meaning = f"{described.description}{bounds}"
            if column != name:
                meaning = f"Code of: {meaning} {name} may stand in its place."
            yield {
                "file": table.file,
                "column": column,
                "type": described.type if column == name else "text",
                "unit": described.unit,
                "required": "" if name in table.may_be_empty else "yes",
                "meaning": meaning,
            }


def table_guide() -> Mapping[str, str]:
    """What each file is for, and what it means to leave it out, by file name."""
    return {table.file: f"{table.description} {table.presence}" for table in ATOMIC_TABLES}


def _demand(year: int) -> pd.DataFrame:
    rows = [
        {
            "PRODUCT_CODE": product,
            "SITE_CODE": site,
            "SCENARIO_CODE": scenario,
            "FORECAST_DATE": month,
            "FORECAST_QUANTITY": float(round(base * share * season * lift)),
            "FISCAL_MONTH": f"{month:%Y-%m}",
            "FISCAL_QUARTER": f"{month.year}-Q{month.quarter}",
            "CONFIDENCE_LEVEL": 0.8,
        }
        for scenario, push in _SCENARIOS.items()
        for product, base in _PRODUCTS.items()
        for site, share in _SHARES.items()
        for month, season in zip(_months(year), _SEASON, strict=True)
        for lift in [push if month.quarter == _PEAK_QUARTER else 1.0]
    ]
    frame = pd.DataFrame(rows)
    frame.insert(0, "DEMAND_FORECAST_ID", range(1, len(frame) + 1))
    return frame


def _balances(year: int) -> pd.DataFrame:
    rows = [
        {
            "PRODUCT_CODE": product,
            "SITE_CODE": site,
            "BALANCE_DATE": _months(year)[0] - pd.DateOffset(days=1),
            "QUANTITY_AVAILABLE": float(round(base * share * 0.3)),
        }
        for product, base in _PRODUCTS.items()
        for site, share in _SHARES.items()
    ]
    frame = pd.DataFrame(rows)
    frame.insert(0, "INVENTORY_BALANCE_ID", range(1, len(frame) + 1))
    return frame


def _months(year: int) -> pd.DatetimeIndex:
    return pd.date_range(f"{year}-{_FIRST_MONTH:02d}-01", periods=_MONTHS, freq="MS")
