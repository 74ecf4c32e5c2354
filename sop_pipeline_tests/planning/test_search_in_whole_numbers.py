"""A search in whole numbers: where it may end, and what it says of what it has not seen."""

from __future__ import annotations

import highspy
import numpy as np
import pytest
from scipy import sparse

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.linear_program import LinearProgram, all_costs
from sop_pipeline.planning.solvers import Closeness, HighsModel


def knapsacks(seed: int, sacks: int, items: int) -> LinearProgram:
    """Items, worth more and less, that several sacks at once have to hold; costs are negative."""
    random = np.random.default_rng(seed)
    weights = random.integers(10, 100, (sacks, items)).astype(np.float64)
    worth = random.integers(10, 100, items).astype(np.float64)
    least, most = np.zeros(items), np.ones(items)
    nothing, room = np.full(sacks, -np.inf), weights.sum(axis=1) / 2.3
    matrix = sparse.csr_array(weights)
    return LinearProgram({}, {}, {}, matrix, nothing, room, least, most, all_costs(-worth))


def searched(lp: LinearProgram, at_root: float | None) -> tuple[float, float]:
    """Cost of what is found, and the bound."""
    every = np.arange(lp.shape[1])
    found = HighsModel(lp).solve_in_whole_numbers(every, Closeness(1e-6, at_root), 1e-9)
    assert found is not None
    values, bound = found
    assert_whole(values)
    return float(lp.cost @ values), bound


def assert_whole(values: Floats) -> None:
    assert np.abs(values - values.round()).max() < 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_a_search_branches_only_where_its_root_is_not_close_enough(seed: int) -> None:
    lp = knapsacks(seed, sacks=3, items=30)
    best, _ = searched(lp, None)
    for close in (0.0, 0.01, 1.0):
        cost, bound = searched(lp, close)
        assert bound <= best + 1e-6 <= cost + 2e-6
        assert cost - bound <= max(close, 1e-6) * abs(cost) + 1e-6


def test_a_search_that_ends_at_its_root_may_miss_the_best_and_says_so() -> None:
    lp = knapsacks(seed=2, sacks=3, items=30)
    (best, _), (cost, bound) = searched(lp, None), searched(lp, 1.0)
    assert bound < best < cost


def test_a_search_finds_the_same_on_one_thread_and_on_two() -> None:
    lp, found = knapsacks(seed=1, sacks=8, items=60), []
    every = np.arange(lp.shape[1])
    for threads in (1, 2):
        # The threads of HiGHS are those of its first run.
        highspy.Highs.resetGlobalScheduler(True)
        model = HighsModel(lp, {"threads": threads})
        found.append(model.solve_in_whole_numbers(every, Closeness(1e-6), 1e-9))
    highspy.Highs.resetGlobalScheduler(True)
    one, two = found
    assert one is not None
    assert two is not None
    assert one[0].tolist() == two[0].tolist()
    assert one[1] == two[1]
