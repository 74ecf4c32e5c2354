"""The page on keeping to the last plan shows what the planner does."""

from __future__ import annotations

import pytest

from benchmarks.stability import DOCUMENT, push_after_baseline, tables, written
from sop_pipeline.planning import Policy


@pytest.mark.long
def test_the_tables_of_the_page_are_those_of_the_demo_company() -> None:
    text = DOCUMENT.read_text("utf-8")
    made = tables(push_after_baseline())
    assert written(text, made) == text, "run `python -m benchmarks.stability --write`"


def test_the_page_describes_every_field_that_keeps_to_the_last_plan() -> None:
    text = DOCUMENT.read_text("utf-8")
    fields = [name for name in Policy.model_fields if name.startswith(("frozen_", "change_cost"))]
    assert len(fields) == 3
    assert all(f"| `{name}` |" in text for name in fields)
