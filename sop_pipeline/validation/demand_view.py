"""The view demand is read from: that it has its columns, and returns what the base table has.

Does not belong here: which join explains that it does not (`fan_out`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.planning.preparation.calendar import Calendar
from sop_pipeline.schemas.inputs import DEMAND_FORECASTS
from sop_pipeline.schemas.views import SCENARIO_COMPARISON_V
from sop_pipeline.validation.fan_out import explain
from sop_pipeline.validation.scenario_inputs import BASE_DEMAND, ScenarioInputs

_RELATIVE_TOLERANCE = 1e-6


def missing_columns(present: Sequence[str]) -> list[Fault]:
    """The columns that the view lacks.

    Args:
        present: Those it has; none where there is no such view.
    """
    expected = tuple(DEMAND_FORECASTS.columns)
    missing = [n for n in expected if n not in present and n not in DEMAND_FORECASTS.added]
    if not missing:
        return []
    return [
        Fault(
            SCENARIO_COMPARISON_V,
            "schema",
            f"columns {', '.join(missing)}",
            f"only {', '.join(present)}" if present else "no such view",
            column=missing[0],
            remedy="Correct the view, or plan with demand_source: base",
        )
    ]


def unseen_classes(present: Sequence[str], base: pd.DataFrame) -> list[str]:
    """The columns of demand classes that the base table uses and the view lacks.

    Args:
        present: The columns of the view.
        base: The scenario's demand from the base table.
    """
    return [n for n in DEMAND_FORECASTS.added if n not in present and base[n].notna().any()]


def differing_periods(inputs: ScenarioInputs) -> pd.DataFrame:
    """The periods in which the view returns another quantity than the base table has.

    Returns:
        Units as VIEW and BASE by number of the period in the calendar; no row where they agree,
        or where demand is not read from the view.

    Raises:
        InputRefused: The view, the base table or FISCAL_CALENDAR could not be read.
    """
    if inputs.policy.demand_source == "base":
        return pd.DataFrame(columns=["VIEW", "BASE"])
    sources = {"VIEW": inputs.rows("demand_forecasts"), "BASE": inputs.rows(BASE_DEMAND)}
    totals = {name: _by_period(rows, inputs.calendar) for name, rows in sources.items()}
    by_period = pd.DataFrame(totals).fillna(0.0)
    limit = _RELATIVE_TOLERANCE * by_period["BASE"].abs().clip(lower=1.0)
    return by_period[(by_period["VIEW"] - by_period["BASE"]).abs() > limit]


def _by_period(rows: pd.DataFrame, calendar: Calendar) -> pd.Series:
    return rows.groupby(calendar.index(rows["FORECAST_DATE"]))["FORECAST_QUANTITY"].sum()


def reconciles_with_base(inputs: ScenarioInputs) -> list[Fault]:
    """Whether the view returns the base table's quantity, and what explains that it does not."""
    differing = differing_periods(inputs)
    if differing.empty:
        return []
    view, base = inputs.rows("demand_forecasts"), inputs.rows(BASE_DEMAND)
    returned, expected = view["FORECAST_QUANTITY"].sum(), base["FORECAST_QUANTITY"].sum()
    times = f"{returned / expected:.2f} times" if expected else "infinitely many times"
    rows = [
        f"{inputs.calendar.name(int(str(period)))}: view {row.VIEW:,.0f}, base {row.BASE:,.0f}"
        for period, row in differing.iterrows()
    ]
    return [
        Fault(
            table=SCENARIO_COMPARISON_V,
            rule="reconciles_with_base",
            expected=f"the base table's {expected:,.0f} units of {inputs.scenario.code}",
            got=f"{returned:,.0f}: the view returns {times} the base table's quantity; "
            f"{_reason(inputs, view, base)}",
            column="FORECAST_QUANTITY",
            rows=tuple(rows[:OFFENDERS_SHOWN]),
            total=len(rows),
            remedy="Correct the view's join, or plan with demand_source: base",
        )
    ]


def _reason(inputs: ScenarioInputs, view: pd.DataFrame, base: pd.DataFrame) -> str:
    if inputs.join_counts is None:
        msg = "The view of demand differs from its base table, and no join was counted."
        raise ValueError(msg)
    found = explain(view, base, inputs.scenario.id, inputs.join_counts)
    if not found:
        return "no repeated key of a single table or of two together explains it"
    return f"{' or '.join(map(str, found))} explains it"
