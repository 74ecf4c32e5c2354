"""The oracle of the published tables notices a wrong figure wherever it stands."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, reject, settings

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, Policy, plan
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.schemas.table import Table
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


def test_a_wrong_figure_in_any_column_is_found() -> None:
    """Each column in the first of three companies that has rows of it."""
    judged: set[str] = set()
    unseen: list[str] = []

    @settings(deterministic, max_examples=3)
    @given(companies())
    def judge(company: tuple[PlanningInputs, Policy]) -> None:
        inputs, policy = company
        try:
            solved = plan(inputs, policy, policy_name="random", input_hash="test", prices="none")
        except NoFeasiblePlan:
            reject()
        contract = Company(inputs, policy)
        assert findings(solved.tables, contract) == []
        for table in RESULT_TABLES:
            for name in _figures(table, solved.tables[table.name]):
                if f"{table.name}.{name}" in judged:
                    continue
                judged.add(f"{table.name}.{name}")
                wrong = _with_a_wrong_figure(solved.tables[table.name], name)
                if not findings({**solved.tables, table.name: wrong}, contract):
                    unseen.append(f"{table.name}.{name}")

    judge()
    assert len(judged) > 60
    assert unseen == []


def _figures(table: Table, rows: pd.DataFrame) -> list[str]:
    """The columns of figures that another table, or the input, tells."""
    kinds = {"number", "identifier"}
    columns = [name for name, column in table.columns.items() if column.type in kinds]
    return [] if rows.empty else [name for name in columns if name not in OF_THE_SOLVE]


def _with_a_wrong_figure(right: pd.DataFrame, name: str) -> pd.DataFrame:
    wrong = right.astype({name: "float64"})
    row, figure = right.index[len(right) // 2], right[name].iloc[len(right) // 2]
    wrong.loc[row, name] = 0.0 if pd.isna(figure) else figure + 0.1
    return wrong
