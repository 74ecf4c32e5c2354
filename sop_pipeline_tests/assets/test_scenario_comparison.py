"""The comparison of all published plans, renewed when one changes."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest

from sop_pipeline.assets.scenario_comparison import NAME
from sop_pipeline_tests.assets.home import Home, open_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("comparison")) as opened:
        yield opened


def _asked(home: Home, cursor: object = None) -> dg.EvaluateAutomationConditionsResult:
    return dg.evaluate_automation_conditions(
        home.definitions,
        home.instance,
        asset_selection=dg.AssetSelection.assets(NAME),
        cursor=cursor,  # type: ignore[arg-type]
    )


def test_a_publication_asks_for_the_comparison_once_and_planning_does_not_wait_for_it(
    home: Home,
) -> None:
    before = _asked(home)
    assert before.total_requested == 0
    assert home.plan("BASE").exit_status == 0
    assert home.plan("PUSH").exit_status == 0
    assert home.instance.get_latest_materialization_event(dg.AssetKey(NAME)) is None
    after = _asked(home, before.cursor)
    assert after.get_num_requested(dg.AssetKey(NAME)) == 1
    assert _asked(home, after.cursor).total_requested == 0


def test_the_comparison_shows_every_published_plan_as_a_table_and_a_picture(home: Home) -> None:
    job = home.definitions.resolve_implicit_global_asset_job_def()
    done = job.execute_in_process(
        instance=home.instance, asset_selection=[dg.AssetKey(NAME)], raise_on_error=True
    )
    assert done.success
    event = home.instance.get_latest_materialization_event(dg.AssetKey(NAME))
    assert event is not None
    told = event.asset_materialization
    assert told is not None
    shown = str(told.metadata["comparison"].value)
    assert all(code in shown for code in ("BASE", "PUSH", "From BASE to PUSH", "Revenue"))
    assert "data:image/webp" in str(told.metadata["picture"].value)
    assert told.metadata["scenarios"].value == 2
