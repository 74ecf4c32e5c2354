"""The oracle of the published tables notices a wrong figure wherever it stands."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, reject, settings

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy, plan
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.published_tables import findings
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic

OF_THE_SOLVE = {
    "SCENARIO_ID",
    "PRIMAL_VIOLATION",
    "DUAL_VIOLATION",
    "RELATIVE_GAP",
    "AVOIDABLE_GAP",
    "SOLVE_SECONDS",
}
"""Figures that no other table tells."""


@settings(deterministic, max_examples=3)
@given(companies())
def test_a_wrong_figure_in_any_column_is_found(company: tuple[PlanningInputs, Policy]) -> None:
    inputs, policy = company
    try:
        solved = plan(inputs, policy, policy_name="random", input_hash="test", prices="none")
    except NoFeasiblePlan:
        reject()
    contract = Company(inputs, policy)
    assert findings(solved.tables, contract) == []
    unseen = []
    for table in RESULT_TABLES:
        right = solved.tables[table.name]
        for name, column in table.columns.items():
            if column.type not in {"number", "identifier"} or name in OF_THE_SOLVE or right.empty:
                continue
            wrong = right.astype({name: "float64"})
            row, told = right.index[len(right) // 2], right[name].iloc[len(right) // 2]
            wrong.loc[row, name] = 0.0 if pd.isna(told) else told + 0.1
            if not findings({**solved.tables, table.name: wrong}, contract):
                unseen.append(f"{table.name}.{name}")
    assert unseen == []
