"""Newton's equations of one iteration, factored once and solved as often as it takes.

A step of the columns and prices has to close what the rows miss, A dx = missing, where dx moves by
Theta A' dy with the prices. Starting from any dx it is

    A Theta A' dy = missing - A dx,    dx += Theta A' dy,

and done once more, what rounding left open is closed too: iterative refinement at the cost of two
passes over the chains and none over the dense matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.structured import assembly, kernels
from sop_pipeline.planning.solvers.structured.chains import Chains
from sop_pipeline.planning.solvers.structured.coupling import Coupling

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


class NotSolved(ArithmeticError):
    """The equations have no solution within rounding."""


class NormalEquations:
    """A Theta A' dy = missing - A dx, for one Theta after the other."""

    def __init__(self, chains: Chains, coupling: Coupling, periods: int) -> None:
        """Make room for the coupling matrix of a problem."""
        self._chains, self._coupling = chains, coupling
        self._room = assembly.Workspace.of(chains, periods)
        rows = coupling.centers + coupling.stores
        size = rows * periods
        self._pivot = np.ones((len(chains.store), periods))
        self._matrix, self._factor = (
            np.zeros((rows, rows, periods, periods)),
            np.zeros((size, size)),
        )
        self._scale = np.ones(size)
        self._theta = np.zeros((0, periods))

    def factor(self, theta: Floats) -> None:
        """Eliminate the chains and the load changes, and factor what is left.

        Raises:
            NotSolved: The coupling matrix cannot be factored.
        """
        self._theta = theta
        chain_lines, coupling_lines = self._split(theta)
        assembly.assemble(self._chains, chain_lines, self._room, self._pivot, self._matrix)
        self._tail = self._coupling.eliminated(coupling_lines)
        self._tail.add_to(self._matrix)
        halved = np.einsum("wwtt->wt", self._matrix)
        halved[halved <= 0.0] = 0.5
        self._scale = 1.0 / np.sqrt(2.0 * halved).ravel()
        self._factor_shifted(LEAST_SHIFT)

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
        kernels.take(self._chains, chain_step, left.balance, left.coupling)
        self._coupling.take(coupling_step, left.coupling, left.change)
        return left

    def _solved(self, missing: Rows, step: Floats) -> Rows:
        rows, chains = missing.copy(), self._chains
        (theta, tail_theta), (chain_step, tail_step) = self._split(self._theta), self._split(step)
        self._coupling.take(tail_step, rows.coupling, rows.change)
        kernels.forward(chains, theta, self._pivot, chain_step, rows.balance, rows.coupling)
        self._tail.forward(rows.coupling, rows.change)
        right = rows.coupling.ravel() * self._scale
        solved, _ = lapack.dpotrs(self._factor.T, right, lower=0)
        rows.coupling[...] = (solved.ravel() * self._scale).reshape(rows.coupling.shape)
        self._tail.backward(rows.coupling, rows.change)
        kernels.backward(chains, theta, self._pivot, rows.coupling, rows.balance, chain_step)
        tail_step += tail_theta * self._coupling.worth(rows.coupling, rows.change)
        return rows

    def _split(self, lines: Floats) -> tuple[Floats, Floats]:
        """Lines of the chains and of the coupling."""
        end = int(self._chains.line[-1])
        return lines[:end], lines[end:]
