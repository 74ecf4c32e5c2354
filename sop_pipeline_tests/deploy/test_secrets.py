"""Secrets come from the environment alone: no shipped file, no run config has a place for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sop_pipeline.automation.jobs import JOBS
from sop_pipeline.definitions import build_definitions

ROOT = Path(__file__).parents[2]
YAML = sorted(
    path for folder in ("deploy", "sop_pipeline") for path in (ROOT / folder).rglob("*.y*ml")
)
SECRET = re.compile(r"password|passphrase|secret|token|private_?key|credential", re.IGNORECASE)
A_NAME_OR_SWITCH = re.compile(r"secretname$|^generate|secrets?$", re.IGNORECASE)


def fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Every field of nested mappings and lists, with its value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield str(name), inner
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_secret_in_a_shipped_file_names_a_variable(path: Path) -> None:
    for document in yaml.safe_load_all(path.read_text("utf-8")):
        for name, value in fields(document):
            if SECRET.search(name) and not A_NAME_OR_SWITCH.search(name):
                assert isinstance(value, dict), name
                assert list(value) == ["env"], name


@pytest.mark.parametrize("file", ["environment", "instance", "planning"])
def test_an_example_of_settings_leaves_secrets_empty(file: str) -> None:
    lines = (ROOT / f"deploy/{file}.example").read_text("utf-8").splitlines()
    settings = [line.lstrip("# ").partition("=") for line in lines if "=" in line]
    for name, _, value in settings:
        if SECRET.search(name) and not name.endswith("_PATH"):
            assert value == "", name


@pytest.mark.parametrize("job", [job.name for job in JOBS])
def test_no_run_config_has_a_field_for_a_secret(job: str) -> None:
    definitions = build_definitions("snowflake", "standard")
    schema = definitions.resolve_job_def(job).run_config_schema
    assert schema is not None
    names = set(re.findall(r"'(\w+)'", str(_shape(schema.run_config_schema_type))))
    assert {"policy", "store", "location"} <= names
    assert [name for name in sorted(names) if SECRET.search(name)] == []


def _shape(kind: Any) -> Any:
    """The names of a config type's fields, nested."""
    inner = getattr(kind, "fields", None) or {}
    return {name: _shape(field.config_type) for name, field in inner.items()}
