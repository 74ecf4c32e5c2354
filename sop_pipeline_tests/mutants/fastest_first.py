"""A pytest plugin of the mutation run: a mutant's tests fastest first, and no more than it needs.

Most mutants die in the first second. What survives is put before the quick tests up to `BUDGET`
seconds and, last, before the one that compares random companies with an independent solve.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MEASURED = Path("mutmut-stats.json")
BUDGET = 15.0
ORACLE = "test_cost_and_tables_are_those_of_independent_means"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order and cut the tests by what they took when mutmut measured them all."""
    if not MEASURED.exists() or config.option.collectonly:
        return
    took = json.loads(MEASURED.read_text("utf-8"))["duration_by_test"]
    oracle = [item for item in items if item.name == ORACLE]
    quick = sorted(
        (item for item in items if item not in oracle), key=lambda item: took.get(item.nodeid, 0.0)
    )
    spent, kept = 0.0, []
    for item in quick:
        spent += took.get(item.nodeid, 0.0)
        if spent > BUDGET:
            break
        kept.append(item)
    items[:] = kept + oracle
