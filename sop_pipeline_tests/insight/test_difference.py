"""What changed from one plan to the next."""

from __future__ import annotations

import pandas as pd
import pytest

from sop_pipeline.insight.difference import build_changes, input_changes, nervousness
from sop_pipeline.schemas.inputs import SCENARIO_MEMBERS
from sop_pipeline_tests.planning.companies import one_line


def _builds(**units: tuple[float, ...]) -> pd.DataFrame:
    rows = [
        (1, 101, pd.Timestamp(f"2025-{month[1:]}-01"), quantity)
        for month, quantities in units.items()
        for quantity in quantities
    ]
    columns = ["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK", "RECOMMENDED_QUANTITY"]
    return pd.DataFrame(rows, columns=columns)


def test_nervousness_is_units_moved_over_units_before_in_common_periods() -> None:
    old = _builds(m01=(9.0,), m02=(10.0,), m03=(0.0,), m04=(30.0,))
    new = _builds(m02=(4.0,), m03=(6.0,), m04=(30.0,), m05=(50.0,))
    told = nervousness(old, new)
    assert told.total == pytest.approx((6 + 6 + 0) / 40)
    assert list(told.by_period.values()) == [0.6, None, 0.0]
    moved = build_changes(old, new)
    assert moved["CHANGE"].tolist() == [-6.0, 6.0]
    assert moved["PRODUCTION_WEEK"].dt.month.tolist() == [2, 3]


def test_the_same_plan_twice_has_not_changed() -> None:
    plan = _builds(m01=(9.0,), m02=(10.0,))
    assert build_changes(plan, plan).empty
    assert nervousness(plan, plan).total == 0.0


def test_input_rows_added_gone_and_moved_are_told_by_table_and_product() -> None:
    inputs = one_line([3, 4, 5], products=3)
    demand = inputs.demand_forecasts.assign(SCENARIO_ID=1)
    old = {
        **{name: getattr(inputs, name) for name in inputs.table_names()},
        "demand_forecasts": demand,
        "scenario_members": SCENARIO_MEMBERS.empty(),
    }
    of_first = demand.index[demand["PRODUCT_ID"] == 1]
    new_demand = demand.drop(index=of_first[1:])
    new_demand.loc[of_first[0], "FORECAST_DATE"] = pd.Timestamp("2025-09-01")
    moved = new_demand.index[new_demand["PRODUCT_ID"] == 2][0]
    new_demand.loc[moved, "FORECAST_QUANTITY"] += 1.0
    new = {**old, "demand_forecasts": new_demand}
    (change,) = input_changes(old, new)
    assert (change.table, change.added, change.gone, change.moved) == ("demand_forecasts", 1, 3, 1)
    assert change.products == {1: 4, 2: 1}
    assert change.columns == {"FORECAST_QUANTITY": 1}
    assert input_changes(old, old) == ()
