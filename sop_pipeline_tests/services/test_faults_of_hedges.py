"""What is refused of a hedge names rows as the checks of a single scenario do."""

from __future__ import annotations

import pandas as pd
import pytest

import sop_pipeline as library
from sop_pipeline.errors import InputRefused
from sop_pipeline_tests.hedged_company import hedged_company


def test_a_members_row_is_named_by_the_code_of_the_member() -> None:
    tables = hedged_company()
    demand = tables["demand_forecasts"]
    tables["demand_forecasts"] = demand.assign(FORECAST_QUANTITY=1e12)
    with pytest.raises(InputRefused) as refused:
        library.Company(tables).checked("HEDGE")
    told = str(refused.value)
    assert "Rows: SCENARIO_ID=1 (BASE), PRODUCT_ID=10 (P-10), SITE_ID=3 (WH-A)" in told
    assert "Rows: SCENARIO_ID=2 (PUSH), PRODUCT_ID=10 (P-10), SITE_ID=3 (WH-A)" in told


def test_what_is_found_while_futures_are_prepared_is_named_alike() -> None:
    shift = {"WORK_CENTER_ID": 201, "TIER_CODE": "OVERTIME", "TIER_RANK": 1, "FIXED_COST": 5.0}
    company = library.Company(hedged_company() | {"capacity_tiers": pd.DataFrame([shift])})
    with pytest.raises(InputRefused) as refused:
        library.plan(company, "HEDGE", policy="standard")
    (fault,) = refused.value.faults
    assert fault.rows == ("WORK_CENTER_ID=201 (WC-B), TIER_CODE=OVERTIME",)
