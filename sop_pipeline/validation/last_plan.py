"""What the last plan must satisfy where its builds are frozen or changing them costs something.

Does not belong here: what no routing makes any more, which only preparing the problem can see.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.planning.preparation.horizon import NOUNS
from sop_pipeline.schemas.inputs import LAST_PLAN
from sop_pipeline.validation.scenario_inputs import ScenarioInputs
from sop_pipeline.validation.schema_faults import row_names

GRAINS = ("network", "aggregate")
_PLACE = ["PRODUCT_ID", "WORK_CENTER_ID"]


def other_grain(inputs: ScenarioInputs) -> list[Fault]:
    """Whether the last plan is of another grain than the policy's; a version may not tell one."""
    versions = inputs.rows(LAST_PLAN.name)["MODEL_VERSION"].dropna().astype(str)
    grains = versions.str.rpartition(" ")[2] if len(versions) else versions
    others = sorted({grain for grain in grains if grain in GRAINS and grain != inputs.policy.grain})
    if not others:
        return []
    remedy = (
        "Plan once with frozen_periods 0 and change_cost_per_unit 0, and freeze from then on, or "
        "plan at the last plan's grain"
    )
    expected = f"a plan of grain {inputs.policy.grain}, as the policy's"
    got = f"one of grain {others[0]}"
    return [Fault(LAST_PLAN.title, "same_grain", expected, got, "MODEL_VERSION", remedy=remedy)]


def repeated_periods(inputs: ScenarioInputs) -> list[Fault]:
    """Rows of a place for several days of one period; rows of one day break the key."""
    rows = _with_periods(inputs).drop_duplicates([*LAST_PLAN.key])
    repeated = rows[rows.duplicated([*_PLACE, "PERIOD"], keep=False)]
    noun = NOUNS[inputs.calendar.kind]
    return _fault(
        "one_row_a_period",
        repeated,
        f"one row of each product and work centre in a {noun}",
        "several",
        "Leave one of them, or freeze a plan of the same periods",
    )


def other_periods(inputs: ScenarioInputs) -> list[Fault]:
    """Days that begin no period: of weeks and fiscal periods the plan is then of other periods."""
    calendar = inputs.calendar
    if calendar.kind == "month":
        return []
    rows = _with_periods(inputs)
    inside = rows[rows["PERIOD"].isin(inputs.planned_periods)]
    begins = [pd.Timestamp(calendar.first_day(int(period))) for period in inside["PERIOD"]]
    others = inside[inside["PRODUCTION_WEEK"] != pd.Series(begins, index=inside.index)]
    return _fault(
        "same_periods",
        others,
        f"first days of a {NOUNS[calendar.kind]}",
        "other days: the plan is of other periods",
        "Plan once with frozen_periods 0 and change_cost_per_unit 0, and freeze from then on",
    )


def frozen_fractions(inputs: ScenarioInputs) -> list[Fault]:
    """Builds of frozen periods that are not whole, as a published plan's are."""
    rows = _with_periods(inputs)
    frozen = rows["PERIOD"].isin(inputs.planned_periods[: inputs.policy.frozen_periods])
    broken = rows[frozen & (rows["RECOMMENDED_QUANTITY"] % 1 != 0)]
    return _fault(
        "whole_builds",
        broken,
        "whole units in frozen periods",
        "fractions",
        "Round them: builds are published in whole units",
        column="RECOMMENDED_QUANTITY",
    )


def _with_periods(inputs: ScenarioInputs) -> pd.DataFrame:
    """The rows with the number of the period each lies in."""
    rows = inputs.rows(LAST_PLAN.name)
    if rows.empty:
        return rows.assign(PERIOD=np.zeros(0, dtype=np.int64))
    return rows.assign(PERIOD=inputs.calendar.index(rows["PRODUCTION_WEEK"]))


def _fault(
    rule: str,
    rows: pd.DataFrame,
    expected: str,
    got: str,
    remedy: str,
    *,
    column: str = "PRODUCTION_WEEK",
) -> list[Fault]:
    """One fault for all rows; none where there are none."""
    if rows.empty:
        return []
    named = tuple(dict.fromkeys([*LAST_PLAN.key, column]))
    shown = row_names(named, rows.head(OFFENDERS_SHOWN))
    return [Fault(LAST_PLAN.title, rule, expected, got, column, shown, len(rows), remedy)]
