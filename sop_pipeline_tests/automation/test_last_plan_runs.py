"""A freeze through the orchestrator: the published plan is read, kept, and shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.published_plans import publish

POLICY = "frozen_periods: 2\nchange_cost_per_unit: 1000.0\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """BASE planned, and planned anew after its demand has grown, with two months frozen."""
    with open_home(tmp_path_factory.mktemp("frozen")) as opened:
        yield opened


def test_a_run_keeps_to_the_plan_that_was_published_before_it(home: Home) -> None:
    policy = Path(home.folder, "frozen.yaml")
    policy.write_text(POLICY)
    publish("BASE", policy="standard")
    first = home.published("BASE")["RECOMMENDED_BUILD_PLAN"]
    result = home.sop("plan", "BASE", "--policy", str(policy))
    assert result.exit_code == 0, result.output
    second = home.published("BASE")["RECOMMENDED_BUILD_PLAN"]
    columns = ["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK", "RECOMMENDED_QUANTITY"]
    pd.testing.assert_frame_equal(second[columns], first[columns])
    assert "Last plan  " in home.sop("show", "BASE").stdout
    history = home.sop("history", "BASE").stdout
    assert "current" in history
