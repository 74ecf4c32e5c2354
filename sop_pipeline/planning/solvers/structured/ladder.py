"""Ladders: the tridiagonal matrices that a chain of periods comes to, solved without subtraction.

A ladder is an electrical network with a node for each period t, a conductance ground[t] from node t
to the ground and edge[t] from node t to node t + 1; the last edge goes to the ground. Its matrix

    N[t,t] = ground[t] + edge[t] + edge[t-1],    N[t,t+1] = N[t+1,t] = -edge[t]

is what A Theta A' is for the stock balances of a product in a warehouse: what comes in grounds a
node, what waits joins it to the next. Near an optimum the conductances are 20 orders of magnitude
apart and a solver that subtracts loses the small ones. Here everything that is asked of N follows
from conductances in series and in parallel by sums, products and quotients of positive figures,
each exact to the last digits.
"""

from __future__ import annotations

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.structured.compiled import compiled

NOTHING = 1e-60
"""Share of a potential below which it is none: smaller figures only slow a processor down."""


@compiled
def share(part: float, rest: float) -> float:
    """What part is of part + rest; 0 where there is nothing."""
    whole = part + rest
    return part / whole if whole > 0.0 else 0.0


@compiled
def eliminate(ground: Floats, edge: Floats, pivot: Floats) -> None:
    """Pivots of the elimination from the first node to the last, into pivot; each (T,).

    A node without any conductance gets pivot 1.
    """
    left = 0.0
    for t in range(len(ground)):
        behind = ground[t] + left
        whole = behind + edge[t]
        pivot[t] = whole if whole > 0.0 else 1.0
        left = edge[t] * share(behind, edge[t])


@compiled
def solve(edge: Floats, pivot: Floats, right: Floats) -> None:
    """Potentials N^-1 right, in place of right, (T,)."""
    last = len(right) - 1
    for t in range(1, last + 1):
        right[t] += edge[t - 1] / pivot[t - 1] * right[t - 1]
    right[last] /= pivot[last]
    for t in range(last - 1, -1, -1):
        right[t] = (right[t] + edge[t] * right[t + 1]) / pivot[t]


@compiled
def invert(
    ground: Floats, edge: Floats, left: Floats, right: Floats, onward: Floats, potential: Floats
) -> None:
    """N^-1, and what it follows from.

    Args:
        ground: Conductance of each node to the ground, (T,).
        edge: Conductance of each node to the next, (T,).
        left: Filled with the conductance of each node by way of the nodes before, (T,).
        right: Filled with that by way of the nodes after, (T,).
        onward: Filled with the share of a node's potential that reaches the next one, (T,).
        potential: Filled with N^-1, both triangles, (T, T).
    """
    last = len(ground) - 1
    left[0], right[last], onward[last] = 0.0, edge[last], 0.0
    for t in range(last):
        left[t + 1] = edge[t] * share(ground[t] + left[t], edge[t])
    for t in range(last, 0, -1):
        onward[t - 1] = share(edge[t - 1], ground[t] + right[t])
        right[t - 1] = edge[t - 1] * share(ground[t] + right[t], edge[t - 1])
    for t in range(last + 1):
        whole = ground[t] + left[t] + right[t]
        reached = 1.0 / whole if whole > 0.0 else 0.0
        potential[t, t] = reached
        least = NOTHING * reached
        for u in range(t, last):
            reached = reached * onward[u] if reached > least else 0.0
            potential[t, u + 1] = reached
            potential[u + 1, t] = reached
