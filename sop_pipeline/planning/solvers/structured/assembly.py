"""The coupling matrix: what the chains, once eliminated, leave between load and pallets.

It is S = C Theta C' - (C Theta B') N^-1 (B Theta C') with N = B Theta B', summed over the chains
(`kernels` says what the letters are). Written so it is a difference of nearly equal figures near
an optimum. Of the potentials of the ladder N (`ladder`) every entry is a sum of products:

* two periods t < u, work centres i and j: - taken[i,t] potential[t,u] taken[j,u], where
  taken[i,t] = sum_k theta[k,t] a[k,i,t] over the paths k;
* the same period: (rest sum_k theta[k] a[k,i] a[k,j]
  + sum_{k<l} theta[k] theta[l] (a[k,i] - a[l,i]) (a[k,j] - a[l,j])) potential[t,t],
  where rest is all that grounds t other than the paths;
* a work centre in t and the warehouse in u: taken[i,t] fall[t,u] laid[u], where fall is what the
  potential falls by from u to u + 1 where a unit enters in t, and laid[u] = g theta[stock,u];
* the warehouse in t < u: laid[t] back[t] fall[t+1,u] laid[u], where back is the share of the
  potential of t + 1 that falls before t; and in one period
  g laid (theta[late] + around) / (theta[stock] + theta[late] + around), around being the
  conductance between t and t + 1 by way of the ground.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.structured import ladder
from sop_pipeline.planning.solvers.structured.chains import Chains
from sop_pipeline.planning.solvers.structured.compiled import compiled
from sop_pipeline.planning.solvers.structured.kernels import conduct


class Workspace(NamedTuple):
    """Room for the figures of one chain; names as above.

    Attributes:
        ground: Conductance of each period to the ground, (T,).
        edge: Conductance between a period and the next, (T,).
        left: Conductance by way of the periods before, (T,).
        right: Conductance by way of the periods after, (T,).
        onward: Share of the potential that reaches the next period, (T,).
        laid: What a unit of potential lays in stock, pallets, (T,).
        entry: Entries of one pair of slots, (T,).
        potential: N^-1, (T, T).
        lays: fall[t,u] laid[u], (T, T).
        taken: By slot and period, (slots, T).
        capacity: a[k,i,t] by period of arrival, (paths, slots, T).
    """

    ground: Floats
    edge: Floats
    left: Floats
    right: Floats
    onward: Floats
    laid: Floats
    entry: Floats
    potential: Floats
    lays: Floats
    taken: Floats
    capacity: Floats

    @classmethod
    def of(cls, chains: Chains, periods: int) -> Workspace:
        """Room for the largest chain."""
        slots = int(np.diff(chains.slot).max(initial=0))
        paths = int(np.diff(chains.path).max(initial=0))
        return cls(
            *np.zeros((7, periods)),
            potential=np.zeros((periods, periods)),
            lays=np.zeros((periods, periods)),
            taken=np.zeros((slots, periods)),
            capacity=np.zeros((paths, slots, periods)),
        )


@compiled
def assemble(chains: Chains, theta: Floats, room: Workspace, pivot: Floats, matrix: Floats) -> None:
    """Pivots of every chain's ladder, and the coupling matrix.

    Args:
        chains: The chains.
        theta: Conductance of each line, (L, T).
        room: Room for one chain.
        pivot: The pivots, (C, T).
        matrix: The coupling matrix is matrix + matrix', (n, n), n = (W + S) T.
    """
    matrix[:] = 0.0
    for chain in range(len(chains.store)):
        conducts = theta[chains.line[chain] : chains.line[chain + 1]]
        conduct(chains, chain, conducts, room.ground, room.edge)
        ladder.eliminate(room.ground, room.edge, pivot[chain])
        ladder.invert(room.ground, room.edge, room.left, room.right, room.onward, room.potential)
        _take(chains, chain, conducts, room)
        _lay(chains, chain, conducts, room)
        _between_centers(chains, chain, conducts, room, matrix)
        _center_and_warehouse(chains, chain, room, matrix)
        _warehouse(chains, chain, conducts, room, matrix)


@compiled
def _take(chains: Chains, chain: int, theta: Floats, room: Workspace) -> None:
    """Capacity a unit of each path takes, and a unit of potential, by slot."""
    first, periods = chains.path[chain], theta.shape[1]
    for slot in range(chains.slot[chain + 1] - chains.slot[chain]):
        room.taken[slot] = 0.0
    for line in range(chains.path[chain + 1] - first):
        room.capacity[line] = 0.0
        lead = chains.lead[first + line]
        for use in range(chains.use[first + line], chains.use[first + line + 1]):
            given, slot = chains.capacity[chains.operation[use]], chains.use_slot[use]
            arriving = room.capacity[line, slot, lead:]
            taken, conducts = room.taken[slot, lead:], theta[line, lead:]
            for t in range(periods - lead):
                arriving[t] += given[t]
                taken[t] += given[t] * conducts[t]


@compiled
def _lay(chains: Chains, chain: int, theta: Floats, room: Workspace) -> None:
    """What a unit that enters in t lays in stock in u."""
    periods, stock = len(room.laid), chains.path[chain + 1] - chains.path[chain] + 1
    for t in range(periods):
        room.laid[t] = chains.pallets[chain] * (theta[stock, t] + theta[stock + 1, t])
    for u in range(periods):
        onward, back = 1.0, ladder.share(room.ground[u] + room.left[u], room.edge[u])
        if u + 1 < periods:
            onward = ladder.share(room.ground[u + 1] + room.right[u + 1], room.edge[u])
        onward *= room.laid[u]
        back *= -room.laid[u]
        for t in range(u + 1):
            room.lays[t, u] = room.potential[u, t] * onward
        for t in range(u + 1, periods):
            room.lays[t, u] = room.potential[u + 1, t] * back


@compiled
def _between_centers(
    chains: Chains, chain: int, theta: Floats, room: Workspace, matrix: Floats
) -> None:
    first, periods = chains.slot[chain], len(room.ground)
    slots = chains.slot[chain + 1] - first
    for i in range(slots):
        # Rows of a slot are by departure, its lead time before the arrival.
        row = chains.slot_center[first + i] * periods - chains.slot_lead[first + i]
        for j in range(slots):
            column = chains.slot_center[first + j] * periods - chains.slot_lead[first + j]
            for t in range(chains.slot_lead[first + i], periods):
                begin = max(t + 1, chains.slot_lead[first + j])
                into = matrix[row + t, column + begin : column + periods]
                reached, other = room.potential[t, begin:], room.taken[j, begin:]
                taken = room.taken[i, t]
                for u in range(periods - begin):
                    into[u] -= taken * reached[u] * other[u]
        for j in range(i, slots):
            column = chains.slot_center[first + j] * periods - chains.slot_lead[first + j]
            _within_periods(chains, chain, theta, room, i, j)
            both = max(chains.slot_lead[first + i], chains.slot_lead[first + j])
            half = 0.5 if i == j else 1.0
            for t in range(both, periods):
                matrix[row + t, column + t] += half * room.entry[t] * room.potential[t, t]


@compiled
def _within_periods(
    chains: Chains, chain: int, theta: Floats, room: Workspace, i: int, j: int
) -> None:
    """The sums over paths and pairs of paths for the slots i and j, by period."""
    lost, entry = chains.path[chain + 1] - chains.path[chain], room.entry
    entry[:] = 0.0
    for k in range(lost):
        one, other = room.capacity[k, i], room.capacity[k, j]
        for t in range(len(entry)):
            rest = theta[lost, t] + room.left[t] + room.right[t]
            entry[t] += rest * theta[k, t] * one[t] * other[t]
        for less in range(k):
            one_less, other_less = room.capacity[less, i], room.capacity[less, j]
            for t in range(len(entry)):
                apart = (one[t] - one_less[t]) * (other[t] - other_less[t])
                entry[t] += theta[k, t] * theta[less, t] * apart


@compiled
def _center_and_warehouse(chains: Chains, chain: int, room: Workspace, matrix: Floats) -> None:
    first, periods = chains.slot[chain], len(room.ground)
    column = chains.store[chain] * periods
    for i in range(chains.slot[chain + 1] - first):
        row = chains.slot_center[first + i] * periods - chains.slot_lead[first + i]
        for t in range(chains.slot_lead[first + i], periods):
            into, taken, lays = matrix[row + t, column:], room.taken[i, t], room.lays[t]
            for u in range(periods):
                into[u] += taken * lays[u]


@compiled
def _warehouse(chains: Chains, chain: int, theta: Floats, room: Workspace, matrix: Floats) -> None:
    lost, periods = chains.path[chain + 1] - chains.path[chain], len(room.ground)
    row, pallets = chains.store[chain] * periods, chains.pallets[chain]
    for t in range(periods):
        before = room.ground[t] + room.left[t]
        into, around = matrix[row + t, row + t :], before
        if t + 1 < periods:
            around *= ladder.share(room.ground[t + 1] + room.right[t + 1], before)
            laid, lays = room.laid[t] * ladder.share(before, room.edge[t]), room.lays[t + 1, t:]
            for u in range(1, periods - t):
                into[u] += laid * lays[u]
        late = theta[lost + 3, t] if lost + 3 < len(theta) else 0.0
        stays = ladder.share(late + around, theta[lost + 1, t] + theta[lost + 2, t])
        into[0] += 0.5 * pallets * room.laid[t] * stays


@compiled
def scaled_lower(matrix: Floats, scale: Floats, into: Floats) -> None:
    """Lower triangle of scale (matrix + matrix') scale, into a matrix of the same shape."""
    for row in range(len(scale)):
        for column in range(row + 1):
            entry = matrix[row, column] + matrix[column, row]
            into[row, column] = entry * scale[row] * scale[column]
