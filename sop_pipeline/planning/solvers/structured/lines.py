"""The lines of a separable problem: what each column may be, costs, and is by nature.

After the lines of the chains (`chains`) come those of the coupling: a line of T periods for each
capacity tier, each overflow tier, the room left in each warehouse, and where smoothing pays, what
each work centre's load rises and falls by.

An interior point method needs an inside. Columns that cannot move in any plan are found beforehand
and left out: what would leave before the horizon or where there is no capacity, stock before
anything can have arrived, and capacity that nothing can use. Demand that nothing can serve is
lost; it is counted beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers, inner
from sop_pipeline.planning.certificate import DIGITS
from sop_pipeline.planning.classes import apart_of, most_lost, surcharges
from sop_pipeline.planning.index_sets import is_smoothed
from sop_pipeline.planning.limits import free_start
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solvers.structured.chains import (
    Chains,
    Losses,
    Paths,
    chains_of,
    losses_of,
    paths_of,
)

SMALLEST = 1e-300


@dataclass(frozen=True)
class Lines:
    """A separable problem in lines of T columns.

    Attributes:
        problem: The problem.
        paths: The ways goods reach the chains.
        losses: What the chains may lose.
        chains: The chains.
        cost: Cost of each column, currency per unit, (L, T).
        constant: Cost beside that of the columns, currency.
        upper: The most each may be; 0 where it cannot move, (L, T).
        owed: What the chains must bring in, units, (C, T).
        room: Pallets each warehouse may hold, (S, T).
        load_before: Load before the horizon, in its first period, capacity units, (W, T).
        lost: Whether demand of a chain and period is lost whatever is done, (C, T).
    """

    problem: Problem
    paths: Paths
    losses: Losses
    chains: Chains
    cost: Floats
    constant: float
    upper: Floats
    owed: Floats
    room: Floats
    load_before: Floats
    lost: Booleans

    @classmethod
    def of(cls, problem: Problem) -> Lines:
        """The lines of a separable problem."""
        paths, losses = paths_of(problem), losses_of(problem)
        chains = chains_of(problem, paths, losses)
        return _Presolve(problem, paths, losses, chains).lines()

    @cached_property
    def stock_line(self) -> Integers:
        """Line of each chain's stock above the target; that up to it, and what is late, follow."""
        return stock_lines(self.chains)

    @cached_property
    def loss_line(self) -> Integers:
        """Line of each loss, (losses,)."""
        return loss_lines(self.chains, self.losses)

    @cached_property
    def used_by(self) -> np.ndarray:
        """Path of each use of capacity, (uses,)."""
        return np.repeat(np.arange(len(self.paths.chain)), np.diff(self.chains.use))

    @cached_property
    def path_line(self) -> np.ndarray:
        """Line of each path, (paths,)."""
        first = self.chains.line[:-1] - self.chains.path[:-1]
        return np.arange(len(self.paths.chain)) + first[self.paths.chain]

    @property
    def own_cost(self) -> Floats:
        """Magnitude of what each column costs by itself, (L, T): a path's, what sending does.

        What goods cost to make is paid by the build. Beside it a price that decides between two
        lanes is small.
        """
        own = np.abs(self.cost)
        own[self.path_line] = sending_cost(self.problem, self.paths)
        return own

    def avoidable(self, values: Floats) -> float:
        """What values cost other than lost sales, in currency; at least a share of what they do."""
        lost = inner(self.cost[self.loss_line], values[self.loss_line])
        cost = inner(self.cost, values) + self.constant
        return max(cost - lost, DIGITS * abs(cost), SMALLEST)


class _Presolve:
    """Costs and bounds of the lines, and what cannot move."""

    def __init__(self, problem: Problem, paths: Paths, losses: Losses, chains: Chains) -> None:
        self._problem, self._paths, self._losses, self._chains = problem, paths, losses, chains
        products, warehouses, self._periods = problem.shape
        self._shape = (products * warehouses, self._periods)
        self._comes = self._arrives()
        supplied = self._by_chain(problem.receipts) > 0
        supplied[:, 0] |= problem.opening_stock.ravel() > 0
        np.logical_or.at(supplied, paths.chain, self._comes)
        self._empty = ~np.logical_or.accumulate(supplied, axis=1)

    def lines(self) -> Lines:
        problem = self._problem
        # Where demand may wait, only what never comes is lost for certain.
        lost = self._empty
        if problem.shortage == "backorder":
            lost = np.repeat(self._empty[:, -1:], self._periods, axis=1)
        chain_cost, chain_upper = self._chain_lines(lost)
        tail_cost, tail_upper = self._coupling_lines()
        owed = self._by_chain(problem.demand - problem.receipts).copy()
        owed[:, 0] -= problem.opening_stock.ravel()
        load_before = np.zeros((len(problem.work_centers), self._periods))
        load_before[:, 0] = np.nan_to_num(problem.initial_load)
        return Lines(
            problem=problem,
            paths=self._paths,
            losses=self._losses,
            chains=self._chains,
            cost=np.concatenate([chain_cost, tail_cost]),
            constant=inner(problem.safety_stock_shortfall_cost, problem.safety_stock),
            upper=np.concatenate([chain_upper, tail_upper]),
            owed=np.where(lost, 0.0, owed),
            room=problem.threshold - problem.base_load[:, None],
            load_before=load_before,
            lost=lost,
        )

    def _chain_lines(self, lost: Booleans) -> tuple[Floats, Floats]:
        problem, chains, paths = self._problem, self._chains, self._paths
        cost = np.zeros((int(chains.line[-1]), self._periods))
        upper = np.full(cost.shape, np.inf)
        loss, stock = loss_lines(chains, self._losses), stock_lines(chains)
        line = np.arange(len(paths.chain)) + (chains.line - chains.path)[paths.chain]
        cost[line] = self._path_cost()
        upper[line] = np.where(self._comes, np.inf, 0.0)
        cost[loss], most = self._loses()
        upper[loss] = np.where(lost[self._losses.chain], 0.0, most)
        holding = self._by_chain(problem.holding_cost)
        cost[stock] = holding
        cost[stock + 1] = holding - self._by_chain(problem.safety_stock_shortfall_cost)
        upper[stock] = np.where(self._empty, 0.0, np.inf)
        upper[stock + 1] = np.where(self._empty, 0.0, self._by_chain(problem.safety_stock))
        if problem.shortage == "backorder":
            cost[stock + 2] = self._by_chain(problem.backorder_cost)
            upper[stock + 2] = np.where(lost, 0.0, np.inf)
            upper[stock + 2, -1] = 0.0
        return cost, upper

    def _loses(self) -> tuple[Floats, Floats]:
        """Cost of each loss, currency per unit, and the most it may be, units, (losses, T)."""
        problem, (chain, place, number) = self._problem, self._losses
        of_class = place >= 0
        cost = self._by_chain(problem.lost_sale_cost)[chain]
        most = self._by_chain(problem.demand)[chain]
        if of_class.any():
            place, number = place[of_class], number[of_class]
            dearer = 1.0 + surcharges(problem)[number]
            cost[of_class] = apart_of(problem).lost_sale_cost[place] * dearer
            most[of_class] = most_lost(problem)[place, number]
        return cost, most

    def _coupling_lines(self) -> tuple[Floats, Floats]:
        problem, nothing = self._problem, np.zeros((len(self._problem.warehouses), self._periods))
        useful = self._useful()[problem.tiers.work_center]
        cost = [problem.tiers.premium, problem.overflow.penalty, nothing]
        upper = [np.where(useful, problem.tiers.capacity, 0.0), problem.overflow.capacity,
                 np.full(nothing.shape, np.inf)]  # fmt: skip
        if is_smoothed(problem):
            moves = np.where(free_start(problem), 0.0, np.inf)
            for change in (problem.load_increase_cost, problem.load_decrease_cost):
                cost.append(np.full(moves.shape, change))
                upper.append(moves)
        return np.concatenate(cost), np.concatenate(upper)

    def _path_cost(self) -> Floats:
        """Production, transport and handling of a unit, by path and period of arrival."""
        problem, paths = self._problem, self._paths
        made = arriving(problem.routings.unit_cost[paths.routing], paths.lead, 0.0)
        return made + sending_cost(problem, paths)

    def _arrives(self) -> Booleans:
        """Whether anything may come on a path in a period, (paths, T)."""
        problem, paths, chains = self._problem, self._paths, self._chains
        tiers, centers = problem.tiers, len(problem.work_centers)
        capacity = np.zeros((centers, self._periods))
        np.add.at(capacity, tiers.work_center, tiers.capacity)
        stands = capacity[chains.center] > 0
        needs = problem.routings.operation_capacity > 0
        possible = problem.routings.available.copy()
        np.logical_and.at(possible, problem.routings.operation_routing, stands | ~needs)
        return arriving(possible[paths.routing], paths.lead, False)

    def _useful(self) -> Booleans:
        """Whether anything that may come uses a work centre, by period of departure, (W, T)."""
        paths, chains = self._paths, self._chains
        leaves = leaving(self._comes, paths.lead, False)
        used_by = np.repeat(np.arange(len(paths.chain)), np.diff(chains.use))
        useful = np.zeros((len(self._problem.work_centers), self._periods), dtype=bool)
        takes = chains.capacity[chains.operation] > 0
        np.logical_or.at(useful, chains.center[chains.operation], leaves[used_by] & takes)
        return useful

    def _by_chain(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(self._shape)


def sending_cost(problem: Problem, paths: Paths) -> Floats:
    """Transport and handling of a unit, by path and period of arrival, (paths, T)."""
    handled = problem.handling_cost.reshape(-1, len(problem.periods))[paths.chain]
    return problem.lanes.unit_cost[problem.lanes.flow_lane[paths.flow]][:, None] + handled


def stock_lines(chains: Chains) -> Integers:
    """Line of each chain's stock above the target, (C,)."""
    return chains.line[:-1] + chains.stock


def loss_lines(chains: Chains, losses: Losses) -> Integers:
    """Line of each loss, (losses,): after the paths of its chain."""
    count = chains.stock - np.diff(chains.path)
    nth = np.arange(len(losses.chain)) - (np.cumsum(count) - count)[losses.chain]
    return (chains.line[:-1] + np.diff(chains.path))[losses.chain] + nth


def arriving[Value: np.generic](
    values: np.ndarray[tuple[int, int], np.dtype[Value]], lead: np.ndarray, before: float
) -> np.ndarray[tuple[int, int], np.dtype[Value]]:
    """Values by path and period of departure, moved to the arrival; `before` where none left."""
    moved = np.full_like(values, before)
    for time in np.unique(lead[lead < values.shape[1]]).tolist():
        moved[lead == time, time:] = values[lead == time, : values.shape[1] - time]
    return moved


def leaving[Value: np.generic](
    values: np.ndarray[tuple[int, int], np.dtype[Value]], lead: np.ndarray, after: float
) -> np.ndarray[tuple[int, int], np.dtype[Value]]:
    """Values by path and period of arrival, moved to the departure; `after` where too late."""
    moved = np.full_like(values, after)
    for time in np.unique(lead[lead < values.shape[1]]).tolist():
        moved[lead == time, : values.shape[1] - time] = values[lead == time, time:]
    return moved
