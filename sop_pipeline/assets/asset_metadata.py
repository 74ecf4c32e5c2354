"""What a person sees at a glance on an asset: figures, the first rows, pictures."""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import dagster as dg
import pandas as pd

from sop_pipeline.planning import SolvedPlan
from sop_pipeline.report.build_picture import build_picture
from sop_pipeline.report.future_picture import future_picture
from sop_pipeline.report.input_pictures import capacity_picture, storage_picture
from sop_pipeline.report.markdown import (
    build_markdown,
    bullets,
    closing_markdown,
    image,
    plan_markdown,
    table,
    text_table,
)
from sop_pipeline.report.names import Names
from sop_pipeline.report.pictures import demand_comparison_picture, plan_picture
from sop_pipeline.report.shadow_prices import shadow_price_table
from sop_pipeline.validation.scenario_inputs import ScenarioInputs

_ROWS_SHOWN = 5
_PRICES_SHOWN = 20

Metadata = dict[str, Any]


def input_metadata(name: str, frame: pd.DataFrame, inputs: ScenarioInputs) -> Metadata:
    """Metadata of an input asset: its figures and pictures, and its first rows."""
    figures = _FIGURES.get(name)
    shown = figures(frame, inputs) if figures else {}
    return {**shown, "first_rows": dg.MetadataValue.md(_first_rows(frame))}


def names_of(inputs: Mapping[str, pd.DataFrame]) -> Names:
    """What the products, sites and work centres of the input tables are called."""
    return Names.from_masters(
        inputs["product_master"], inputs["site_master"], inputs["capacity_summary"]
    )


def publication_metadata(solved: SolvedPlan, scenario: str, names: Names) -> Metadata:
    """Metadata of a published plan: what to build, as a table and as a picture."""
    picture = build_picture(solved.tables, scenario, names)
    return {
        "build": dg.MetadataValue.md(build_markdown(solved.tables, names)),
        "picture": dg.MetadataValue.md(image(f"Build of {scenario}", picture)),
    }


def plan_metadata(
    solved: SolvedPlan, scenario: str, names: Names, notes: Sequence[str] = ()
) -> Metadata:
    """Metadata of a solved plan: its summary, periods and costs, picture, and its inputs' notes."""
    picture = plan_picture(solved.tables, scenario, names)
    return {
        "summary": dg.MetadataValue.md(closing_markdown(solved.tables, names)),
        "plan": dg.MetadataValue.md(plan_markdown(solved.tables, names)),
        "picture": dg.MetadataValue.md(image(f"Plan of {scenario}", picture)),
        "scarce_resources": dg.MetadataValue.md(
            text_table(shadow_price_table(solved.tables, names, _PRICES_SHOWN))
        ),
        "report": dg.MetadataValue.json(solved.report),
        **(
            {"notes": dg.MetadataValue.md(bullets(notes, "When the inputs were loaded"))}
            if notes
            else {}
        ),
    }


def future_metadata(solved: SolvedPlan, inputs: ScenarioInputs) -> Metadata:
    """What a solved hedge shows beside what every plan does: its futures and the one build."""
    if not inputs.scenario.is_hedge:
        return {}
    code = inputs.scenario.code
    demands = {one.scenario.code: one.rows("demand_forecasts") for one in inputs.futures}
    picture = future_picture(solved.tables, code, demands, inputs.calendar)
    return {"futures": dg.MetadataValue.md(image(f"Futures of {code}", picture))}


def _demand(frame: pd.DataFrame, inputs: ScenarioInputs) -> Metadata:
    """Units and revenue, of a hedge by future, and the least demand beside the most."""
    demands = {one.scenario.code: one.rows("demand_forecasts") for one in inputs.futures}
    units = {code: float(rows["FORECAST_QUANTITY"].sum()) for code, rows in demands.items()}
    revenue = {
        code: float((rows["FORECAST_QUANTITY"] * rows["UNIT_REVENUE"]).sum())
        for code, rows in demands.items()
    }
    least, most = min(units, key=units.__getitem__), max(units, key=units.__getitem__)
    picture = demand_comparison_picture(demands, least, most, inputs.calendar)
    code = inputs.scenario.code
    return {
        "units": _by_future(units),
        "revenue": _by_future(revenue),
        "products": int(frame["PRODUCT_ID"].nunique()),
        "sites": int(frame["SITE_ID"].nunique()),
        "picture": dg.MetadataValue.md(image(f"Demand of {code}", picture)),
    }


def _by_future(figures: Mapping[str, float]) -> float | dg.MetadataValue[Any]:
    """The figure of a scenario, or of a hedge that of each future."""
    rounded = {code: round(figure, 2) for code, figure in figures.items()}
    return dg.MetadataValue.json(rounded) if len(rounded) > 1 else next(iter(rounded.values()))


def _capacity(frame: pd.DataFrame, inputs: ScenarioInputs) -> Metadata:
    del inputs
    return {
        "monthly_capacity_of_all_stages": round(float(frame["MAX_MONTHLY_CAPACITY"].sum()), 2),
        "work_centers": len(frame),
        "picture": dg.MetadataValue.md(
            image("Capacity", _drawn(capacity_picture, frame.to_parquet()))
        ),
    }


def _storage(frame: pd.DataFrame, inputs: ScenarioInputs) -> Metadata:
    del inputs
    positions = float(frame["MAX_CAPACITY_PALLETS"].sum())
    occupied = float(frame["CURRENT_OCCUPANCY_PALLETS"].sum())
    return {
        "pallet_positions": positions,
        "occupied_pallets": occupied,
        "picture": dg.MetadataValue.md(
            image("Storage", _drawn(storage_picture, frame.to_parquet()))
        ),
    }


def _opening(frame: pd.DataFrame, inputs: ScenarioInputs) -> Metadata:
    del inputs
    return {
        "units": round(float(frame["QUANTITY_AVAILABLE"].sum()), 2),
        "products": int(frame["PRODUCT_ID"].nunique()),
    }


_FIGURES: Mapping[str, Callable[[pd.DataFrame, ScenarioInputs], Metadata]] = {
    "demand_forecasts": _demand,
    "capacity_summary": _capacity,
    "warehouse_capacity": _storage,
    "opening_inventory": _opening,
}


@lru_cache(maxsize=2)
def _drawn(draw: Callable[[pd.DataFrame], bytes], table: bytes) -> bytes:
    """A picture of a Parquet table; scenarios planned one after another mostly share theirs."""
    return draw(pd.read_parquet(io.BytesIO(table)))


def _first_rows(frame: pd.DataFrame) -> str:
    rows = frame.head(_ROWS_SHOWN).astype(str).to_numpy().tolist()
    return table(list(frame.columns), rows, texts=len(frame.columns))
