"""One programme, two renderings: equal number for number, and what solvers may answer."""

from __future__ import annotations

from pathlib import Path

import highspy
import numpy as np
import pulp
import pytest

from sop_pipeline.errors import PlanNotCertified, UsageError
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.solvers.highs import HighsModel, solve_with_highs
from sop_pipeline.planning.solvers.pulp_rendering import pulp_model
from sop_pipeline_tests.planning.companies import one_line, policy_of

EVERYTHING = {
    "shortage": "backorder",
    "overflow": "priced",
    "safety_stock_ratio": 0.3,
    "load_increase_cost_per_unit": 1.0,
    "initial_load_units": 2.0,
    "overflow_threshold_pct": 80.0,
}


@pytest.fixture(scope="module")
def lp() -> LinearProgram:
    inputs = one_line(
        [5, 9.5, 4],
        capacity=7,
        places=9,
        products=2,
        product_storage=[{"PRODUCT_ID": 1, "TERMINAL_INVENTORY": 2.0}],
    )
    return planning_model(prepare_network(inputs, policy_of(**EVERYTHING)).problem)


def _highs_arrays(model: highspy.Highs) -> dict[str, np.ndarray]:
    held = model.getLp()
    return {
        "cost": np.array(held.col_cost_),
        "lower": np.array(held.col_lower_),
        "upper": np.array(held.col_upper_),
        "row_lower": np.array(held.row_lower_),
        "row_upper": np.array(held.row_upper_),
    }


def _dense(model: highspy.Highs) -> np.ndarray:
    rows, columns = model.getNumRow(), model.getNumCol()
    dense = np.zeros((rows, columns))
    for column in range(columns):
        _, index, value = model.getColEntries(column)
        dense[index, column] = value
    return dense


def test_pulp_and_highs_hold_the_same_programme(lp: LinearProgram) -> None:
    rendered = pulp_model(lp)
    rendered.solve(pulp.HiGHS(msg=False))
    by_pulp = rendered.solverModel
    in_memory = HighsModel(lp)._highs
    np.testing.assert_array_equal(_dense(by_pulp), _dense(in_memory))
    np.testing.assert_array_equal(_dense(in_memory), lp.matrix.toarray())
    one, other = _highs_arrays(by_pulp), _highs_arrays(in_memory)
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


def test_every_column_and_row_of_the_pulp_model_has_a_name_of_its_own(lp: LinearProgram) -> None:
    model = pulp_model(lp)
    names = [v.name for v in model.variables()]
    assert len(set(names)) == len(names) == lp.shape[1]
    assert names == lp.names(lp.variables)
    rows = [c.name for c in model.constraints()]
    assert len(set(rows)) == len(rows) == lp.shape[0]
    assert rows == lp.names(lp.constraints)


def test_names_that_an_lp_file_cannot_tell_apart_get_their_position() -> None:
    routings = [
        {"PRODUCT_ID": 1, "ROUTING_CODE": code, "WORK_CENTER_ID": 101, "CAPACITY_PER_UNIT": 1.0}
        for code in ("A B", "A/B")
    ]
    inputs = one_line([3], product_routings=routings)
    ambiguous = planning_model(prepare_network(inputs, policy_of()).problem)
    names = ambiguous.names(ambiguous.variables)
    assert len(set(names)) == len(names)


def test_the_written_file_is_read_back_as_the_same_programme(
    lp: LinearProgram, tmp_path: Path
) -> None:
    path = tmp_path / "plan.lp"
    pulp_model(lp).writeLP(str(path))
    reader = highspy.Highs()
    reader.setOptionValue("output_flag", False)
    reader.readModel(str(path))
    reader.run()
    expected = solve(lp).objective  # type: ignore[union-attr]
    assert reader.getObjectiveValue() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("solver", ["highs", "pulp:HiGHS", "pulp:CBC"])
def test_solvers_agree_on_the_objective(lp: LinearProgram, solver: str) -> None:
    expected = solve(lp, "auto").objective  # type: ignore[union-attr]
    assert solve(lp, solver).objective == pytest.approx(expected, rel=1e-6)  # type: ignore[union-attr]


def test_an_unknown_solver_is_refused_with_those_available(lp: LinearProgram) -> None:
    with pytest.raises(UsageError, match=r"pulp:ABACUS is not available.*HiGHS"):
        solve(lp, "pulp:ABACUS")


def test_a_solver_stopped_by_its_limit_gives_no_plan(lp: LinearProgram) -> None:
    with pytest.raises(PlanNotCertified, match="Iteration limit"):
        solve_with_highs(lp, {"simplex_iteration_limit": 1, "presolve": "off"})


def test_an_option_highs_does_not_know_is_not_ignored(lp: LinearProgram) -> None:
    with pytest.raises(ValueError, match="no_such_option"):
        solve_with_highs(lp, {"no_such_option": 1})
