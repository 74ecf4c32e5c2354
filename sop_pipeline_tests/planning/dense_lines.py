"""Small separable problems, and the structured method's equations of them as a dense matrix."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from benchmarks.features import ALL, Features, with_features
from benchmarks.generator import Size, random_problem
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.solvers.structured import kernels
from sop_pipeline.planning.solvers.structured.coupling import Coupling
from sop_pipeline.planning.solvers.structured.lines import Lines
from sop_pipeline.planning.solvers.structured.normal import Rows

TINY = Size("tiny", 3, 2, 4, 2, 5, 7)
SMALL = Size("small", 12, 2, 6, 2, 8, 7)
NARROW = Size("narrow", 60, 1, 8, 1, 26, 7)
"""Few work centres to shift work between, many periods that smoothing ties together."""


def problem_of(size: Size, seed: int, features: Features = ALL) -> Problem:
    """A problem with parallel lanes, so that one work centre reaches a chain at two lead times."""
    problem = with_features(random_problem(size, seed), features, seed)
    lanes, again = problem.lanes, len(problem.lanes.to_site)
    first = lanes.flow_lane == 0
    both = {
        field.name: np.append(getattr(lanes, field.name), getattr(lanes, field.name)[0])
        for field in fields(lanes)
        if not field.name.startswith("flow_")
    }
    both["lead_time"][again] = lanes.lead_time[0] + 1
    both["unit_cost"][again] = 0.5 * lanes.unit_cost[0]
    flows = {
        "flow_lane": np.append(lanes.flow_lane, np.full(int(first.sum()), again)),
        "flow_product": np.append(lanes.flow_product, lanes.flow_product[first]),
    }
    return replace(problem, lanes=replace(lanes, **both, **flows))


@dataclass(frozen=True)
class Dense:
    """A, by stock balances, coupling rows and load changes, of a problem's lines."""

    lines: Lines
    coupling: Coupling
    matrix: Floats

    @classmethod
    def of(cls, problem: Problem) -> Dense:
        """The matrix of a problem, a unit column at a time."""
        lines, coupling = Lines.of(problem), Coupling.of(problem)
        shape = lines.upper.shape
        columns = [
            rows_of(lines, coupling, unit.reshape(shape)) for unit in np.eye(lines.upper.size)
        ]
        return cls(lines, coupling, np.stack(columns, axis=1))


def rows_of(lines: Lines, coupling: Coupling, values: Floats) -> Floats:
    """What the columns come to in every row, (rows,)."""
    missing = no_rows(lines, coupling)
    end = int(lines.chains.line[-1])
    kernels.take(lines.chains, values[:end], missing.balance, missing.coupling)
    coupling.take(values[end:], missing.coupling, missing.change)
    return -flat(missing)


def no_rows(lines: Lines, coupling: Coupling) -> Rows:
    """A figure of 0 for every row."""
    periods = lines.upper.shape[1]
    return Rows(
        np.zeros((len(lines.chains.store), periods)),
        np.zeros((coupling.centers + coupling.stores, periods)),
        np.zeros(coupling.free.shape),
    )


def flat(rows: Rows) -> Floats:
    """The figures of all rows, one after the other."""
    return np.concatenate([rows.balance.ravel(), rows.coupling.ravel(), rows.change.ravel()])
