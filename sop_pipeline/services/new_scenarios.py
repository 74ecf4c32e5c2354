"""A changed scenario kept as one of its own: its definition and its forecasts.

Forecasts are what a scenario has of its own; everything else every scenario shares.
Belongs here: which changes can be kept, and the rows of the new scenario.
Does not belong here: how a store takes them in (`store/additions`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import UsageError
from sop_pipeline.insight.changes import Change
from sop_pipeline.planning.days import today
from sop_pipeline.planning.preparation.lookup import first_given, numbers
from sop_pipeline.schemas.atomic import DEMAND_FORECAST_VERSIONS, SCENARIO_DEFINITION
from sop_pipeline.schemas.input_columns import SCENARIO_CODE_PATTERN
from sop_pipeline.schemas.table import Table
from sop_pipeline.services.checked_scenario import CheckedScenario
from sop_pipeline.services.company import Company
from sop_pipeline.store.base import NewScenario
from sop_pipeline.store.bookkeeping import known_identifiers

SCENARIO_TYPE = "WHAT_IF"
CREATED_BY = "sop whatif"
_KEY = ["PRODUCT_ID", "SITE_ID", "FORECAST_DATE", "DEMAND_CLASS"]
_LONGEST_NAME = 300
_LONGEST_DESCRIPTION = 4_000


def require_new(company: Company, code: str, changes: Sequence[Change]) -> None:
    """Refuse what cannot be kept as a new scenario, before it is planned.

    Args:
        company: The company.
        code: The new scenario's code.
        changes: What is to be kept.

    Raises:
        UsageError: The code is taken or is none, or no table holds a change per scenario.
    """
    if re.fullmatch(SCENARIO_CODE_PATTERN, code) is None:
        msg = f"--save-as {code[:60]!r}: a scenario's code matches {SCENARIO_CODE_PATTERN}"
        raise UsageError(msg)
    if code in company.store.read("scenarios")["SCENARIO_CODE"].to_list():
        msg = f"--save-as {code}: there is such a scenario; nothing is changed. Give another code"
        raise UsageError(msg)
    shared = [type(change).__name__ for change in changes if not change.of_forecasts]
    if shared:
        kinds = ", ".join(dict.fromkeys(_KINDS.get(name, name) for name in shared))
        msg = (
            f"--save-as {code}: {kinds} cannot be kept for one scenario, because all scenarios "
            "share them. Only demand and price are a scenario's own. Leave --save-as out, or "
            "change the tables or the policy"
        )
        raise UsageError(msg)


_KINDS = {
    "CostChange": "production costs",
    "OpeningChange": "opening stock",
    "CapacityChange": "capacity",
    "Closing": "closings",
    "RateChange": "rates",
    "LeadTimeChange": "lead times",
    "PolicyChange": "the policy's fields",
}


def keep_scenario(
    company: Company,
    base: CheckedScenario,
    changed: CheckedScenario,
    code: str,
    sentences: Sequence[str],
) -> None:
    """Write a changed scenario into the store, beside the others.

    Args:
        company: The company.
        base: The scenario as it is.
        changed: The same with changed forecasts.
        code: The new scenario's code.
        sentences: What is changed, for its description.

    Raises:
        UsageError: The code is taken by now, or the base table has other forecasts than the view.
        StoreUnavailable: It cannot be reached, is locked, or refuses a row; nothing is changed.
    """
    known = known_identifiers(company.store)
    had = known.codes.get("SCENARIO_ID", {}).get(code)
    key = had if had is not None else known.highest.get("SCENARIO_ID", 0) + 1
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    audit = {
        "CREATED_BY_USER": CREATED_BY,
        "CREATED_TIMESTAMP": now,
        "UPDATED_BY_USER": CREATED_BY,
        "UPDATED_TIMESTAMP": now,
    }
    source = base.scenario
    definition = {
        "SCENARIO_ID": key,
        "SCENARIO_CODE": code,
        "SCENARIO_NAME": f"{source.name}, what if"[:_LONGEST_NAME],
        "SCENARIO_DESCRIPTION": f"{source.code}: {'; '.join(sentences)}"[:_LONGEST_DESCRIPTION],
        "SCENARIO_TYPE": SCENARIO_TYPE,
        "IS_OFFICIAL_BASELINE": False,
        "VERSION_NUMBER": 1.0,
        "PARENT_SCENARIO_ID": source.id,
        "CREATED_DATE": pd.Timestamp(today()),
    }
    forecasts = _forecasts(company, base, changed).assign(
        SCENARIO_ID=key,
        FORECAST_CREATION_DATE=pd.Timestamp(today()),
        VERSION_TIMESTAMP=now,
        IS_CURRENT_VERSION=True,
        **audit,
    )
    company.store.add_scenario(
        NewScenario(
            key,
            code,
            _arrow(SCENARIO_DEFINITION, pd.DataFrame([{**definition, **audit}])),
            _arrow(DEMAND_FORECAST_VERSIONS, forecasts),
        )
    )


def _forecasts(company: Company, base: CheckedScenario, changed: CheckedScenario) -> pd.DataFrame:
    """The scenario's current forecasts with the changed figures, numbered after all others."""
    rows = company.store.read("forecast_versions", scenario_id=base.scenario.id)
    rows = DEMAND_FORECAST_VERSIONS.typed(rows)
    before, after = (one.tables["demand_forecasts"] for one in (base, changed))
    figures = before[_KEY].assign(
        WAS=numbers(before["UNIT_REVENUE"]),
        QUANTITY=numbers(after["FORECAST_QUANTITY"]),
        REVENUE=numbers(after["UNIT_REVENUE"]),
    )
    joined = rows.merge(figures, on=_KEY, how="left", validate="one_to_one")
    if len(joined) != len(figures) or joined["QUANTITY"].isna().any():
        msg = (
            f"The forecasts of {base.scenario.code} in DEMAND_FORECAST_VERSIONS are not those that "
            "are planned, row by row: the view is another. Nothing is kept"
        )
        raise UsageError(msg)
    own, revenue = numbers(rows["UNIT_REVENUE"]), numbers(joined["REVENUE"])
    moved = ~(revenue == numbers(joined["WAS"]))
    quantity = numbers(joined["QUANTITY"])
    total = np.where(rows["TOTAL_REVENUE"].isna(), np.nan, quantity * first_given(revenue, own))
    numbered = company.store.key_counts(DEMAND_FORECAST_VERSIONS.name, ("DEMAND_FORECAST_ID",))
    highest = int(numbered["DEMAND_FORECAST_ID"].max())
    return rows.assign(
        DEMAND_FORECAST_ID=np.arange(highest + 1, highest + 1 + len(rows)),
        FORECAST_QUANTITY=quantity,
        UNIT_REVENUE=np.where(moved, revenue, own),
        TOTAL_REVENUE=total,
    )


def _arrow(table: Table, rows: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(table.typed(rows), preserve_index=False)
