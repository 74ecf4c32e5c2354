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

from sop_pipeline.planning.arrays import Booleans, Floats
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
        potential: N^-1, (T, T).
        lays: fall[t,u] laid[u], (T, T).
        reached: potential[t,u] taken[j,u] of one slot j, t < u, (T, T).
        taken: By slot and period, (slots, T).
        capacity: a[k,i,t] by period of arrival, (paths, slots, T).
        uses: Whether a path uses a slot, (paths, slots).
        within: The sums over paths of one period, by pair of slots, (slots, slots, T).
    """

    ground: Floats
    edge: Floats
    left: Floats
    right: Floats
    onward: Floats
    laid: Floats
    potential: Floats
    lays: Floats
    reached: Floats
    taken: Floats
    capacity: Floats
    uses: Booleans
    within: Floats

    @classmethod
    def of(cls, chains: Chains, periods: int) -> Workspace:
        """Room for the largest chain."""
        slots = int(np.diff(chains.slot).max(initial=0))
        paths = int(np.diff(chains.path).max(initial=0))
        return cls(
            *np.zeros((6, periods)),
            *np.zeros((3, periods, periods)),
            taken=np.zeros((slots, periods)),
            capacity=np.zeros((paths, slots, periods)),
            uses=np.zeros((paths, slots), dtype=bool),
            within=np.zeros((slots, slots, periods)),
        )


@compiled
def assemble(chains: Chains, theta: Floats, room: Workspace, pivot: Floats, matrix: Floats) -> None:
    """Pivots of every chain's ladder, and the coupling matrix.

    Args:
        chains: The chains.
        theta: Conductance of each line, (L, T).
        room: Room for one chain.
        pivot: The pivots, (C, T).
        matrix: Block [v, w] of the coupling matrix is matrix[v, w] + matrix[w, v]',
            (W + S, W + S, T, T).
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
        room.capacity[line], room.uses[line] = 0.0, False
        lead = chains.lead[first + line]
        for use in range(chains.use[first + line], chains.use[first + line + 1]):
            given, slot = chains.capacity[chains.operation[use]], chains.use_slot[use]
            room.uses[line, slot] = True
            arriving = room.capacity[line, slot, lead:]
            taken, conducts = room.taken[slot, lead:], theta[line, lead:]
            for t in range(periods - lead):
                arriving[t] += given[t]
                taken[t] += given[t] * conducts[t]


@compiled
def _lay(chains: Chains, chain: int, theta: Floats, room: Workspace) -> None:
    """What a unit that enters in t lays in stock in u."""
    periods, stock = len(room.laid), chains.stock[chain]
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
    _within_periods(chains, chain, theta, room)
    for j in range(slots):
        _reach(room, j, int(chains.slot_lead[first + j]))
        for i in range(slots):
            block = matrix[chains.slot_center[first + i], chains.slot_center[first + j]]
            sooner, taken = chains.slot_lead[first + i], room.taken[i]
            for t in range(periods - sooner):
                for u in range(periods):
                    block[t, u] -= taken[t + sooner] * room.reached[t + sooner, u]
            if i <= j:
                later, half = chains.slot_lead[first + j], 0.5 if i == j else 1.0
                for t in range(max(sooner, later), periods):
                    entry = room.within[i, j, t] * room.potential[t, t]
                    block[t - sooner, t - later] += half * entry


@compiled
def _reach(room: Workspace, j: int, lead: int) -> None:
    """What a unit that enters in t takes of slot j in later periods, by its departure u."""
    periods, taken = len(room.ground), room.taken[j]
    for t in range(periods):
        begin = max(t + 1, lead)
        reached, potential, other = room.reached[t], room.potential[t, begin:], taken[begin:]
        reached[: begin - lead], reached[periods - lead :] = 0.0, 0.0
        into = reached[begin - lead :]
        for u in range(periods - begin):
            into[u] = potential[u] * other[u]


@compiled
def _within_periods(chains: Chains, chain: int, theta: Floats, room: Workspace) -> None:
    """The sums over paths and pairs of paths for the slots i <= j, by period."""
    paths = chains.path[chain + 1] - chains.path[chain]
    lost = theta[paths : chains.stock[chain]]
    slots = chains.slot[chain + 1] - chains.slot[chain]
    room.within[:slots, :slots] = 0.0
    for k in range(paths):
        for i in range(slots):
            for j in range(i, slots):
                if room.uses[k, i] and room.uses[k, j]:
                    _one_path(theta, room, lost, k, i, j)
                for less in range(k):
                    first = room.uses[k, i] or room.uses[less, i]
                    if first and (room.uses[k, j] or room.uses[less, j]):
                        _two_paths(theta, room, k, less, i, j)


@compiled
def _one_path(theta: Floats, room: Workspace, lost: Floats, k: int, i: int, j: int) -> None:
    into, one, other = room.within[i, j], room.capacity[k, i], room.capacity[k, j]
    for t in range(len(into)):
        rest = room.left[t] + room.right[t]
        for line in range(len(lost)):
            rest += lost[line, t]
        into[t] += rest * theta[k, t] * one[t] * other[t]


@compiled
def _two_paths(theta: Floats, room: Workspace, k: int, less: int, i: int, j: int) -> None:
    into, one, other = room.within[i, j], room.capacity[k, i], room.capacity[k, j]
    one_less, other_less = room.capacity[less, i], room.capacity[less, j]
    for t in range(len(into)):
        apart = (one[t] - one_less[t]) * (other[t] - other_less[t])
        into[t] += theta[k, t] * theta[less, t] * apart


@compiled
def _center_and_warehouse(chains: Chains, chain: int, room: Workspace, matrix: Floats) -> None:
    first, periods, store = chains.slot[chain], len(room.ground), chains.store[chain]
    for i in range(chains.slot[chain + 1] - first):
        block, lead = matrix[chains.slot_center[first + i], store], chains.slot_lead[first + i]
        taken = room.taken[i]
        for t in range(lead, periods):
            into, lays = block[t - lead], room.lays[t]
            for u in range(periods):
                into[u] += taken[t] * lays[u]


@compiled
def _warehouse(chains: Chains, chain: int, theta: Floats, room: Workspace, matrix: Floats) -> None:
    stock, periods = chains.stock[chain], len(room.ground)
    block, pallets = matrix[chains.store[chain], chains.store[chain]], chains.pallets[chain]
    for t in range(periods):
        before = room.ground[t] + room.left[t]
        into, around = block[t, t:], before
        if t + 1 < periods:
            around *= ladder.share(room.ground[t + 1] + room.right[t + 1], before)
            laid, lays = room.laid[t] * ladder.share(before, room.edge[t]), room.lays[t + 1, t:]
            for u in range(1, periods - t):
                into[u] += laid * lays[u]
        late = theta[stock + 2, t] if stock + 2 < len(theta) else 0.0
        stays = ladder.share(late + around, theta[stock, t] + theta[stock + 1, t])
        into[0] += 0.5 * pallets * room.laid[t] * stays


@compiled
def scaled_lower(matrix: Floats, scale: Floats, into: Floats) -> None:
    """The lower triangle of the coupling matrix, scaled by row and column.

    Args:
        matrix: As `assemble` leaves it.
        scale: Factor of each row and column, (n,), n = (W + S) T.
        into: Filled, (n, n).
    """
    rows, periods = len(matrix), matrix.shape[2]
    for v in range(rows):
        for w in range(v + 1):
            block, mirrored = matrix[v, w], matrix[w, v]
            for t in range(periods):
                row, column = v * periods + t, w * periods
                scaled = into[row, column : column + periods]
                for u in range(periods):
                    entry = block[t, u] + mirrored[u, t]
                    scaled[u] = entry * scale[row] * scale[column + u]
