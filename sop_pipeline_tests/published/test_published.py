"""Every published optimum, through ordinary input folders and the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.published.problems import PROBLEMS, write_problem


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_plan_costs_what_the_book_says(name: str, tmp_path: Path, sop: Sop) -> None:
    problem = PROBLEMS[name]
    policy = write_problem(problem, tmp_path)
    out = tmp_path / "out"
    arguments = ("--scenario", "PUBLISHED", "--policy", policy, "--out", out)
    result = sop("solve", tmp_path, *arguments)
    assert result.exit_code == 0, result.output
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["objective"] == pytest.approx(problem.cost, rel=1e-6)
    assert summary["published_cost"] >= problem.cost * (1 - 1e-6)
    plan = pd.read_parquet(out / "RECOMMENDED_BUILD_PLAN.parquet")
    assert (plan["RECOMMENDED_QUANTITY"] % 1 == 0).all()
