"""The policy of a run: the Launchpad names one, and reads no file by it."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from sop_pipeline.automation.failures import step_failures
from sop_pipeline.errors import UsageError
from sop_pipeline.resources.policy import policy_resource
from sop_pipeline_tests.assets.home import open_home

MINE = "safety_stock_ratio: 0.4\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    return path


def launched(operators: str, name: str) -> float:
    """The ratio of the policy that a run would follow, named in its config."""
    ratio: list[float] = []

    @dg.op
    def read(policy: dg.ResourceParam[object]) -> None:
        ratio.append(policy.load().safety_stock_ratio)  # type: ignore[attr-defined]

    @dg.job(resource_defs={"policy": policy_resource(operators)})
    def job() -> None:
        read()

    job.execute_in_process(run_config={"resources": {"policy": {"config": {"name": name}}}})
    return ratio[0]


def test_a_policy_is_named_not_pathed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert launched("notebook", "standard") == 0.15
    for path in (str(file), "/etc/passwd", "../mine.yaml", "mine", "mine.yaml", "nowhere.yaml"):
        with pytest.raises(UsageError, match=r"expected one of decisions, notebook, standard\Z"):
            launched("notebook", path)
    monkeypatch.setenv("SOP_POLICIES", str(file.parent))
    assert launched("notebook", "mine") == 0.4
    with pytest.raises(UsageError, match="decisions, notebook, standard, mine"):
        launched("notebook", str(file))


def test_the_operators_own_file_stays_theirs_to_choose(file: Path) -> None:
    assert launched(str(file), str(file)) == 0.4


def test_a_run_with_a_path_ends_as_bad_usage(file: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with open_home(tmp_path / "home") as home:
        run = home.launch("BASE", {"name": str(file)})
        assert not run.success
        assert {one.exit_status for one in step_failures(run.all_events)} == {2}


def test_a_run_config_reads_no_variable_of_the_environment(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "open sesame")
    assert file.exists()
    (tmp_path / "home").mkdir()
    with open_home(tmp_path / "home") as home:
        run = home.launch("BASE", {"name": {"env": "SNOWFLAKE_PASSWORD"}})
        assert not run.success
        told = [str(event) for event in home.instance.all_logs(run.run_id)]
    assert any("give the value itself" in text for text in told)
    assert not any("sesame" in text for text in told)
