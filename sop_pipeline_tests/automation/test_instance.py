"""The shipped instance settings follow the release; a user's own stay."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from alembic.script import ScriptDirectory

from sop_pipeline.automation.instance import open_instance


def _after_opening(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with open_instance():
        return (home / "dagster.yaml").read_text("utf-8")


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    return _after_opening(tmp_path, monkeypatch)


def test_settings_of_an_earlier_release_are_brought_up_to_date(
    tmp_path: Path, shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_line = shipped.partition("\n")[0]
    (tmp_path / "dagster.yaml").write_text(f"{first_line}\nnux:\n  enabled: true\n", "utf-8")
    assert _after_opening(tmp_path, monkeypatch) == shipped
    assert [file.name for file in tmp_path.glob("dagster.*")] == ["dagster.yaml"]


def test_settings_without_the_first_line_are_the_users(
    tmp_path: Path, shipped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {**yaml.safe_load(shipped), "nux": {"enabled": True}}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(own), "utf-8")
    assert yaml.safe_load(_after_opening(tmp_path, monkeypatch)) == own


def test_the_migrations_of_dagster_are_read_once_by_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for home in ("one", "another"):
        _after_opening(tmp_path / home, monkeypatch)
        asked.append(ScriptDirectory.from_config.cache_info())  # type: ignore[attr-defined]
    assert asked[0].misses == asked[1].misses
    assert asked[0].hits < asked[1].hits
