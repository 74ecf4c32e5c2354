"""The structured method does what dense linear algebra and HiGHS do, on problems they can do.

All that compiles kernels stands here: a process compiles each once.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from benchmarks.features import ALL, CLASSES, Features, with_features
from benchmarks.generator import Size, random_problem
from sop_pipeline.planning import solver, ties
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.certificate import certify_plan, plan_violation
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solution import Solution
from sop_pipeline.planning.solvers.structured import (
    assembly,
    interior,
    kernels,
    ladder,
    middle,
    start,
    translation,
)
from sop_pipeline.planning.solvers.structured.coupling import Coupling
from sop_pipeline.planning.solvers.structured.lines import Lines
from sop_pipeline.planning.solvers.structured.normal import NormalEquations, Rows
from sop_pipeline.planning.solvers.structured.plan import plan
from sop_pipeline.planning.solvers.structured.prices import prices
from sop_pipeline.planning.solvers.structured.solve import solve as structured_plan
from sop_pipeline.planning.sweep import WarmStart
from sop_pipeline_tests.planning.dense_lines import (
    NARROW,
    SMALL,
    TINY,
    Dense,
    flat,
    no_rows,
    problem_of,
)


@pytest.fixture(scope="module")
def dense() -> Dense:
    return Dense.of(problem_of(TINY, 1))


def _theta(lines: Lines, seed: int, spread: float = 3.0) -> Floats:
    rng = np.random.default_rng(seed)
    theta = 10.0 ** rng.uniform(-spread, spread, lines.upper.shape)
    return np.where(rng.random(theta.shape) < 0.1, 0.0, theta)


@pytest.mark.parametrize("seed", range(3))
def test_a_ladder_is_inverted_as_its_matrix_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ground, edge = 10.0 ** rng.uniform(-3, 3, (2, 6))
    edge[2] = ground[4] = 0.0
    matrix = np.diag(ground + edge + np.append(0.0, edge[:-1]))
    matrix -= np.diag(edge[:-1], 1) + np.diag(edge[:-1], -1)
    left, right, onward, pivot = np.zeros((4, 6))
    potential, solved = np.zeros((6, 6)), rng.normal(size=6)
    asked = solved.copy()
    ladder.invert(ground, edge, left, right, onward, potential)
    ladder.eliminate(ground, edge, pivot)
    ladder.solve(edge, pivot, solved)
    np.testing.assert_allclose(potential, np.linalg.inv(matrix), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(solved, np.linalg.solve(matrix, asked), rtol=1e-9)


def test_prices_are_what_the_transposed_matrix_makes_of_them(dense: Dense) -> None:
    lines, coupling = dense.lines, dense.coupling
    rng, end = np.random.default_rng(5), int(lines.chains.line[-1])
    asked = no_rows(lines, coupling)
    for part in (asked.balance, asked.coupling, asked.change):
        part[...] = rng.normal(size=part.shape)
    asked.change[coupling.free] = 0.0
    reduced = np.zeros_like(lines.cost)
    kernels.price(lines.chains, asked.balance, asked.coupling, lines.cost, reduced[:end])
    reduced[end:] = lines.cost[end:] - coupling.worth(asked.coupling, asked.change)
    expected = lines.cost.ravel() - dense.matrix.T @ flat(asked)
    np.testing.assert_allclose(reduced.ravel(), expected, atol=1e-10)


@pytest.mark.parametrize(("features", "seed"), [(ALL, 0), (ALL, 1), (CLASSES, 2), (CLASSES, 3)])
def test_the_coupling_matrix_is_what_eliminating_the_chains_leaves(
    features: Features, seed: int
) -> None:
    dense = Dense.of(problem_of(TINY, 1, features))
    chains, periods = dense.lines.chains, dense.lines.upper.shape[1]
    end, balances = int(chains.line[-1]), len(chains.store) * periods
    theta = _theta(dense.lines, seed)[:end]
    rows = dense.coupling.centers + dense.coupling.stores
    blocks = np.zeros((rows, rows, periods, periods))
    pivot = np.zeros((len(chains.store), periods))
    assembly.assemble(chains, theta, assembly.Workspace.of(chains, periods), pivot, blocks)
    matrix = blocks.transpose(0, 2, 1, 3).reshape(rows * periods, rows * periods)
    b, c = np.split(dense.matrix[: balances + rows * periods, : end * periods], [balances])
    weighted = theta.reshape(-1, 1) * b.T
    across = c @ weighted
    expected = (c * theta.ravel()) @ c.T - across @ np.linalg.pinv(b @ weighted) @ across.T
    np.testing.assert_allclose(matrix + matrix.T, expected, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_normal_equations_close_what_the_rows_miss(smoothing: float) -> None:
    asked = Dense.of(problem_of(TINY, 2, replace(ALL, smoothing=smoothing)))
    lines, coupling = asked.lines, asked.coupling
    equations = NormalEquations(lines.chains, coupling, lines.upper.shape[1])
    theta = np.where(lines.upper > 0.0, _theta(lines, 4) + 1e-3, 0.0)
    equations.factor(theta)
    rng, missing = np.random.default_rng(6), no_rows(lines, coupling)
    # What some step makes of the rows, so that another one can close it.
    made = asked.matrix @ (theta.ravel() * rng.normal(size=theta.size))
    missing.balance.flat, missing.coupling.flat, missing.change.flat = np.split(
        made, np.cumsum([missing.balance.size, missing.coupling.size])
    )
    step, sizes = np.zeros_like(theta), no_rows(lines, coupling)
    for part in (sizes.balance, sizes.coupling, sizes.change):
        part[...] = np.abs(made).max()
    change = equations.solve(missing, step, sizes, 1e-13)
    np.testing.assert_allclose(asked.matrix @ step.ravel(), made, atol=1e-8 * np.abs(made).max())
    moved = theta.ravel() * (asked.matrix.T @ flat(change))
    np.testing.assert_allclose(step.ravel(), moved, atol=1e-6 * np.abs(moved).max())


def _forced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the structured method have plans of any size."""
    monkeypatch.setattr(solver, "STRUCTURED_COLUMNS", 0)


def _settled(problem: Problem, name: str) -> tuple[PlanningModel, Solution]:
    model, chosen = PlanningModel(problem), solver.solver_of(name)
    found = chosen.solve(model)
    assert isinstance(found, Solution)
    assert chosen.break_ties is not None
    return model, chosen.break_ties(model, found)


FAIR = replace(CLASSES, fair=0.3)


@pytest.mark.parametrize(
    ("features", "capacity"),
    [(features, capacity) for features in (Features(), ALL) for capacity in (1.0, 0.7, 0.3)]
    + [(CLASSES, 0.5), (FAIR, 0.5), (FAIR, 0.3)],
)
def test_the_plan_is_the_one_that_highs_comes_to(
    monkeypatch: pytest.MonkeyPatch, features: Features, capacity: float
) -> None:
    _forced(monkeypatch)
    problem = problem_of(SMALL, 3, replace(features, capacity=capacity))
    model, found = _settled(problem, "auto")
    _, expected = _settled(problem, "highs")
    assert found.solver.endswith("structured")
    assert found.notes == ()
    assert certify_plan(model.asked, found).holds
    for family, quantities in expected.quantities.items():
        np.testing.assert_allclose(found.quantities[family], quantities, atol=1e-6, err_msg=family)


@pytest.mark.parametrize("capacity", [1.0, 0.7])
def test_preferences_decided_from_the_middle_choose_the_plan_they_choose_on_the_face(
    monkeypatch: pytest.MonkeyPatch, capacity: float
) -> None:
    _forced(monkeypatch)
    monkeypatch.setattr(middle, "WIDE", -1.0)
    problem = problem_of(SMALL, 7, replace(ALL, capacity=capacity))
    # The same rates for all, so that it costs the same to build either product earlier.
    alike = replace(problem, holding_cost=np.full_like(problem.holding_cost, 0.1))
    model, found = _settled(alike, "auto")
    _, expected = _settled(alike, "highs")
    lp, begun = model.programme, structured_plan(model).middle
    wanted = [lp.quantities(cost) for cost in ties.preferences(alike, lp)]
    assert begun.narrowed(wanted)[1] == len(wanted)
    for family, quantities in expected.quantities.items():
        np.testing.assert_allclose(found.quantities[family], quantities, atol=1e-6, err_msg=family)


@pytest.mark.parametrize("features", [ALL, CLASSES, FAIR])
def test_a_cost_by_families_is_the_same_by_lines(features: Features) -> None:
    problem = problem_of(SMALL, 8, features)
    lines, rng = Lines.of(problem), np.random.default_rng(8)
    values = np.where(lines.upper > 0.0, rng.random(lines.upper.shape), 0.0)
    held = translation.quantities(lines, values)
    each = {name: rng.random(quantities.shape) for name, quantities in held.items()}
    cost, constant = translation.costs(lines, each)
    expected = sum(float((each[name] * held[name]).sum()) for name in held)
    # What nothing can serve is lost beforehand and costs the same whatever is done.
    lost = translation.quantities(lines, np.zeros_like(values))
    expected -= sum(
        float((each[name] * lost[name]).sum()) for name in ("lost_sales", "lost_by_class")
    )
    assert float((cost * values).sum()) + constant == pytest.approx(expected, rel=1e-12)


def test_a_changed_problem_is_solved_by_its_structure_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _forced(monkeypatch)
    problem, chosen = problem_of(SMALL, 7), solver.solver_of("auto")
    start = WarmStart.of(*_settled(problem, "auto"), chosen)
    changed = start.solve(PlanningModel(replace(problem, demand=1.1 * problem.demand)))
    assert isinstance(changed, Solution)
    assert changed.solver.endswith("structured")


# The last digits were lost where smoothing ties the load of a work centre with capacity to spare.
@pytest.mark.parametrize(("seed", "capacity"), [(9, 1.0), (9, 0.7), (11, 0.3)])
def test_the_last_digits_are_right(
    monkeypatch: pytest.MonkeyPatch, seed: int, capacity: float
) -> None:
    _proven_unaided(monkeypatch, NARROW, seed, capacity)


@pytest.mark.long
@pytest.mark.parametrize("capacity", [1.0, 0.85, 0.7, 0.5, 0.3])
@pytest.mark.parametrize("seed", range(20, 30))
def test_every_plan_is_proven_whatever_the_shortage(
    monkeypatch: pytest.MonkeyPatch, seed: int, capacity: float
) -> None:
    _proven_unaided(monkeypatch, NARROW, seed, capacity)


def _proven_unaided(
    monkeypatch: pytest.MonkeyPatch, size: Size, seed: int, capacity: float
) -> None:
    """The structured method's own vertex is optimal; HiGHS need not finish it, which it notes."""
    _forced(monkeypatch)
    features = replace(ALL, capacity=capacity)
    model = PlanningModel(with_features(random_problem(size, seed), features, seed))
    found = solver.solver_of("auto").solve(model)
    assert isinstance(found, Solution)
    assert found.solver.endswith("structured")
    assert found.notes == ()
    assert certify_plan(model.asked, found).holds


def test_nothing_is_over_a_limit_before_a_vertex_is_found() -> None:
    problem = problem_of(SMALL, 4, replace(ALL, capacity=0.5))
    found = structured_plan(PlanningModel(problem))
    load = np.zeros((len(problem.work_centers), len(problem.periods)))
    limit = load.copy()
    np.add.at(load, problem.tiers.work_center, found.quantities["tier_use"])
    np.add.at(limit, problem.tiers.work_center, problem.tiers.capacity)
    assert (load <= limit * (1 + 1e-15)).all()
    assert (found.quantities["tier_use"] <= problem.tiers.capacity).all()
    assert plan_violation(PlanningModel(problem).asked, found.quantities) < 1e-9


def test_what_prices_hold_is_put_at_its_bound_and_rows_and_prices_are_settled() -> None:
    problem = problem_of(SMALL, 4, replace(ALL, capacity=0.7))
    lines, asked = Lines.of(problem), PlanningModel(problem).asked
    begin, rng = start.anywhere(lines), np.random.default_rng(4)
    last = interior.solve(lines, begin, 1e-13)
    size = begin.sizes.of_values(lines, Coupling.of(problem))[:, None]
    around = partial(middle.Middle.of, lines, lines.own_cost, begin.sizes)
    held = (lines.upper > 0.0) & (around(last).lines.upper == 0.0)
    from_bound = np.where(last.values < 0.5 * lines.upper, 1e-6, -1e-6) * size
    left = replace(last, values=np.where(held, last.values + from_bound, last.values))
    mispriced = left.prices.times(1.0)
    mispriced.coupling[...] *= 1.0 + 1e-6 * rng.random(mispriced.coupling.shape)
    found, settled = around(left).settled(begin.sizes, mispriced)
    at_bound = (found.values == 0.0) | (found.values == lines.upper)
    assert at_bound[held].all()
    solution = structured_plan(PlanningModel(problem))

    def violation(values: Floats, rows: Rows) -> float:
        made = replace(solution, quantities=plan(lines, values), prices=prices(lines, rows))
        return certify_plan(asked, made).dual_violation

    assert violation(left.values, last.prices) > 1e-7
    assert violation(found.values, mispriced) > 1e-8
    assert violation(found.values, settled) < 1e-10


@pytest.mark.parametrize("seed", [2, 5, 10])
def test_a_price_between_two_lanes_is_seen_beside_goods_that_cost_ten_thousand_times_as_much(
    seed: int,
) -> None:
    plain = problem_of(SMALL, seed, Features(routings=2, capacity=0.8))
    dear = replace(plain.routings, unit_cost=1e4 * plain.routings.unit_cost)
    problem = replace(plain, routings=dear, lost_sale_cost=1e4 * plain.lost_sale_cost)
    lines = Lines.of(problem)
    begin = start.anywhere(lines)
    last = interior.solve(lines, begin, 1e-13)
    left = middle.Middle.of(lines, lines.own_cost, begin.sizes, last)
    found, settled = left.settled(begin.sizes, last.prices)
    solution = structured_plan(PlanningModel(problem))
    made = replace(solution, quantities=plan(lines, found.values), prices=prices(lines, settled))
    assert certify_plan(PlanningModel(problem).asked, made).dual_violation < 1e-9


def test_what_cannot_move_is_left_out() -> None:
    problem = problem_of(SMALL, 5)
    tiers, opening = problem.tiers, problem.opening_stock.copy()
    capacity = tiers.capacity.copy()
    capacity[:, 2] = 0.0
    opening[0] = 0.0
    available = problem.routings.available.copy()
    available[problem.routings.product == 1] = False
    late = replace(problem.lanes, lead_time=problem.lanes.lead_time + 1)
    blocked = replace(
        problem,
        tiers=replace(tiers, capacity=capacity),
        routings=replace(problem.routings, available=available),
        lanes=late,
        opening_stock=opening,
    )
    for shortage in ("lost_sales", "backorder"):
        model = PlanningModel(replace(blocked, shortage=shortage))
        found = structured_plan(model)
        highs = solver.solver_of("highs").solve(model)
        assert isinstance(highs, Solution)
        assert found.bound == pytest.approx(highs.bound, rel=1e-9)


@pytest.mark.parametrize("money", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("goods", [1e-3, 1e4])
def test_the_method_knows_no_unit(money: float, goods: float) -> None:
    problem = problem_of(SMALL, 6)
    plain = structured_plan(PlanningModel(problem)).bound
    other = structured_plan(PlanningModel(_in_units(problem, money, goods))).bound
    assert other == pytest.approx(plain * money, rel=1e-9)


def _in_units(problem: Problem, money: float, goods: float) -> Problem:
    """The problem with money and goods counted in other units."""
    per_unit, routings, tiers = money / goods, problem.routings, problem.tiers
    costs = (
        "holding_cost",
        "handling_cost",
        "safety_stock_shortfall_cost",
        "lost_sale_cost",
        "backorder_cost",
    )
    amounts = ("demand", "opening_stock", "receipts", "safety_stock")
    capacity = routings.operation_capacity / goods
    return replace(
        problem,
        routings=replace(
            routings, unit_cost=routings.unit_cost * per_unit, operation_capacity=capacity
        ),
        tiers=replace(tiers, premium=tiers.premium * money),
        lanes=replace(problem.lanes, unit_cost=problem.lanes.unit_cost * per_unit),
        overflow=replace(problem.overflow, penalty=problem.overflow.penalty * money),
        pallets_per_unit=problem.pallets_per_unit / goods,
        load_increase_cost=problem.load_increase_cost * money,
        load_decrease_cost=problem.load_decrease_cost * money,
        **{name: getattr(problem, name) * per_unit for name in costs},
        **{name: getattr(problem, name) * goods for name in amounts},
    )
