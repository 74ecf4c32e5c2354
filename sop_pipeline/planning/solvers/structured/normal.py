"""Newton's equations of one iteration, factored once and solved as often as it takes.

A step of the columns and prices has to close what the rows miss, A dx = missing, where dx moves by
Theta A' dy with the prices. Starting from any dx it is

    A Theta A' dy = missing - A dx,    dx += Theta A' dy,

and done once more, what rounding left open is closed too: iterative refinement at the cost of two
passes over the chains and none over the dense matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.structured import assembly, kernels
from sop_pipeline.planning.solvers.structured.chains import Chains
from sop_pipeline.planning.solvers.structured.coupling import Coupling
from sop_pipeline.planning.solvers.structured.parts import Part, each_part, parts_of

LEAST_SHIFT, MOST_SHIFT = 1e-15, 1e-6
"""What the diagonal is raised by, relative to itself, where rounding has taken it below 0."""

MOST_REFINEMENTS = 4
SLOWEST = 0.5
"""Where rows still miss more than this share of what they did, refining leads nowhere."""


@dataclass(frozen=True)
class Rows:
    """A figure of every row: a price, or what a row misses.

    Attributes:
        balance: Of the stock balances, (C, T).
        coupling: Of the coupling rows, (W + S, T).
        change: Of the rows of load changes, (W, T); (0, T) where nothing smooths.
    """

    balance: Floats
    coupling: Floats
    change: Floats

    def copy(self) -> Rows:
        """The same figures, apart."""
        return Rows(self.balance.copy(), self.coupling.copy(), self.change.copy())

    def zeros(self) -> Rows:
        """As many figures, all 0."""
        parts = (self.balance, self.coupling, self.change)
        return Rows(*(np.zeros_like(part) for part in parts))

    def times(self, share: float) -> Rows:
        """A share of each figure."""
        return Rows(share * self.balance, share * self.coupling, share * self.change)

    def add(self, other: Rows, share: float) -> None:
        """Add a share of other figures."""
        self.balance[...] += share * other.balance
        self.coupling[...] += share * other.coupling
        self.change[...] += share * other.change

    def largest(self, sizes: Rows) -> float:
        """The largest figure / its size."""
        parts = (
            np.abs(self.balance) / sizes.balance,
            np.abs(self.coupling) / sizes.coupling,
            np.abs(self.change) / sizes.change,
        )
        return max(float(part.max(initial=0.0)) for part in parts)


def take(parts: Sequence[Part], values: Floats, rows: Rows) -> None:
    """Take what the chains' lines come to off the balances and the coupling rows."""

    def taken(part: Part) -> Floats:
        left = np.zeros_like(rows.coupling)
        kernels.take(part.chains, values, rows.balance[part.rows], left)
        return left

    for left in each_part(taken, parts, values.size):
        rows.coupling[...] += left


def left_of_costs(
    parts: Sequence[Part], coupling: Coupling, cost: Floats, prices: Rows, reduced: Floats
) -> None:
    """Costs of the columns less what their rows are worth, into reduced, (L, T)."""
    end = len(cost) - coupling.lines

    def price(part: Part) -> None:
        balance = prices.balance[part.rows]
        kernels.price(part.chains, balance, prices.coupling, cost, reduced[:end])

    each_part(price, parts, cost.size)
    reduced[end:] = cost[end:] - coupling.worth(prices.coupling, prices.change)


class NotSolved(ArithmeticError):
    """The equations have no solution within rounding."""


class NormalEquations:
    """A Theta A' dy = missing - A dx, for one Theta after the other.

    Attributes:
        parts: The chains, in the parts that kernels pass over side by side.
    """

    def __init__(self, chains: Chains, coupling: Coupling, periods: int) -> None:
        """Make room for the coupling matrix of a problem."""
        self.parts, self._coupling = parts_of(chains), coupling
        self._chain_lines = int(chains.line[-1])
        rows = coupling.centers + coupling.stores
        size = rows * periods
        self._pivot = np.ones((len(chains.store), periods))
        self._rooms = [assembly.Workspace.of(chains, periods) for _ in self.parts]
        self._matrices = np.zeros((len(self.parts), rows, rows, periods, periods))
        self._matrix, self._factor = self._matrices[0], np.zeros((size, size))
        self._scale = np.ones(size)
        self._theta = np.zeros((0, periods))

    def factor(self, theta: Floats) -> None:
        """Eliminate the chains and the load changes, and factor what is left.

        Raises:
            NotSolved: The coupling matrix cannot be factored.
        """
        self._theta = theta
        chain_lines, coupling_lines = self._split(theta)
        self._assemble(chain_lines)
        self._tail = self._coupling.eliminated(coupling_lines)
        self._tail.add_to(self._matrix)
        halved = np.einsum("wwtt->wt", self._matrix)
        halved[halved <= 0.0] = 0.5
        self._scale = 1.0 / np.sqrt(2.0 * halved).ravel()
        self._factor_shifted(LEAST_SHIFT)

    def _assemble(self, theta: Floats) -> None:
        def assemble(number: int) -> None:
            part, room, matrix = self.parts[number], self._rooms[number], self._matrices[number]
            assembly.assemble(part.chains, theta, room, self._pivot[part.rows], matrix)

        each_part(assemble, range(len(self.parts)), theta.size)
        for other in self._matrices[1:]:
            self._matrix += other

    def _factor_shifted(self, shift: float) -> None:
        if shift > MOST_SHIFT:
            msg = "the coupling matrix is not positive definite"
            raise NotSolved(msg)
        assembly.scaled_lower(self._matrix, self._scale, self._factor)
        self._factor.flat[:: len(self._factor) + 1] = 1.0 + shift
        # Row by row the lower triangle is, column by column, the upper one.
        _, failed = lapack.dpotrf(self._factor.T, lower=0, clean=0, overwrite_a=1)
        if failed:
            self._factor_shifted(100.0 * shift)

    def solve(self, missing: Rows, step: Floats, sizes: Rows, within: float) -> Rows:
        """Prices that close what the rows miss.

        Args:
            missing: What the rows miss without a step.
            step: The step the columns take at prices that stay; what the change of the prices
                moves them by is added, (L, T).
            sizes: What each row is measured against.
            within: Up to which share of its size a row may miss something afterwards.

        Returns:
            The change of the prices.
        """
        change, before = self._solved(missing, step), np.inf
        for _ in range(MOST_REFINEMENTS):
            left = self._left(missing, step).largest(sizes)
            if left <= within or left > SLOWEST * before:
                break
            change.add(self._solved(missing, step), 1.0)
            before = left
        return change

    def _left(self, missing: Rows, step: Floats) -> Rows:
        """What the rows still miss with a step."""
        left = missing.copy()
        chain_step, coupling_step = self._split(step)
        take(self.parts, chain_step, left)
        self._coupling.take(coupling_step, left.coupling, left.change)
        return left

    def _solved(self, missing: Rows, step: Floats) -> Rows:
        rows = missing.copy()
        (theta, tail_theta), (chain_step, tail_step) = self._split(self._theta), self._split(step)
        self._coupling.take(tail_step, rows.coupling, rows.change)
        self._forward(theta, chain_step, rows)
        self._tail.forward(rows.coupling, rows.change)
        right = rows.coupling.ravel() * self._scale
        solved, _ = lapack.dpotrs(self._factor.T, right, lower=0)
        rows.coupling[...] = (solved.ravel() * self._scale).reshape(rows.coupling.shape)
        self._tail.backward(rows.coupling, rows.change)
        self._backward(theta, chain_step, rows)
        tail_step += tail_theta * self._coupling.worth(rows.coupling, rows.change)
        return rows

    def _forward(self, theta: Floats, step: Floats, rows: Rows) -> None:
        def forward(part: Part) -> Floats:
            left, pivot = np.zeros_like(rows.coupling), self._pivot[part.rows]
            kernels.forward(part.chains, theta, pivot, step, rows.balance[part.rows], left)
            return left

        for left in each_part(forward, self.parts, theta.size):
            rows.coupling[...] += left

    def _backward(self, theta: Floats, step: Floats, rows: Rows) -> None:
        def backward(part: Part) -> None:
            pivot, balance = self._pivot[part.rows], rows.balance[part.rows]
            kernels.backward(part.chains, theta, pivot, rows.coupling, balance, step)

        each_part(backward, self.parts, theta.size)

    def _split(self, lines: Floats) -> tuple[Floats, Floats]:
        """Lines of the chains and of the coupling."""
        return lines[: self._chain_lines], lines[self._chain_lines :]
