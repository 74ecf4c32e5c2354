"""A separable problem as chains: arrays that compiled kernels read.

A chain is one product in one warehouse. Its columns stand in lines of T periods, one under the
other: a line for each path, a routing and a lane on which the product comes, by period of arrival;
then what is lost, in a line for each class of demand that is planned by itself and each of its
slices; stock above the safety-stock target, stock up to it, and what is late where demand may be.
Its rows are its stock balances. What ties chains together, load and pallets, are the coupling rows,
one line of T periods for each work centre, then one for each warehouse.
Does not belong here: limits and costs of the lines (`lines`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.classes import apart_of, slices_of
from sop_pipeline.planning.problem import Problem


class Chains(NamedTuple):
    """C chains of L lines, one under the other, in the order of (product, warehouse).

    Attributes:
        line: First line of each chain, (C + 1,).
        path: First path of each chain, (C + 1,).
        stock: Line of the stock above the target, counted within its chain; those before are
            paths and losses, by which goods come in or are not needed, (C,).
        lead: Lead time of each path, periods, (paths,).
        use: First use of capacity of each path, (paths + 1,).
        operation: Operation of each use, (uses,).
        use_slot: Slot of each use, counted within its chain, (uses,).
        center: Work centre of each operation, (N,).
        capacity: a[r,w,t], capacity units per unit, by operation and period of departure, (N, T).
        slot: First slot of each chain, a work centre its paths use a lead time before, (C + 1,).
        slot_center: Work centre of each slot, (slots,).
        slot_lead: Lead time of each slot, periods, (slots,).
        pallets: Pallets per unit of each chain, (C,).
        store: Coupling row of each chain's warehouse, (C,).
    """

    line: Integers
    path: Integers
    stock: Integers
    lead: Integers
    use: Integers
    operation: Integers
    use_slot: Integers
    center: Integers
    capacity: Floats
    slot: Integers
    slot_center: Integers
    slot_lead: Integers
    pallets: Floats
    store: Integers


class Paths(NamedTuple):
    """The ways goods reach a chain, in the order of the chains.

    Attributes:
        chain: Chain each path leads to, (paths,).
        flow: Flow it goes on, (paths,).
        routing: Routing it is made by, (paths,).
        lead: Lead time, periods, (paths,).
    """

    chain: Integers
    flow: Integers
    routing: Integers
    lead: Integers


def paths_of(problem: Problem) -> Paths:
    """Every flow joined with every routing that makes its product at the plant it leaves."""
    lanes, routings, plants = problem.lanes, problem.routings, len(problem.plants)
    lane = lanes.flow_lane
    made_at = routings.product * plants + routings.plant
    flow, routing = _joined(lanes.flow_product * plants + lanes.from_plant[lane], made_at)
    chain = lanes.flow_product * len(problem.warehouses) + lanes.to_warehouse[lane]
    order = np.argsort(chain[flow], kind="stable")
    flow, routing = flow[order], routing[order]
    return Paths(chain[flow], flow, routing, lanes.lead_time[lane[flow]])


class Losses(NamedTuple):
    """What chains may lose, in the order of the chains.

    Attributes:
        chain: Chain of each, (losses,).
        place: Place of `classes.Apart` whose demand it is; -1 where it is all of the chain's,
            (losses,).
        slice: Slice of that demand; 0 where it is not cut, (losses,).
    """

    chain: Integers
    place: Integers
    slice: Integers


def losses_of(problem: Problem) -> Losses:
    """A loss for each class and slice that is planned by itself, and one for every other chain."""
    apart, slices, warehouses = apart_of(problem), slices_of(problem.classes), problem.shape[1]
    place, number = np.divmod(np.arange(len(apart.site) * slices), slices)
    of_class = (apart.product * warehouses + apart.warehouse)[place]
    others = np.setdiff1d(np.arange(problem.shape[0] * warehouses), of_class)
    none = np.full(len(others), -1)
    chain = np.concatenate([of_class, others])
    order = np.argsort(chain, kind="stable")
    place, number = np.append(place, none), np.append(number, np.zeros_like(none))
    return Losses(chain[order], place[order], number[order])


def chains_of(problem: Problem, paths: Paths, losses: Losses) -> Chains:
    """The chains of a separable problem."""
    products, warehouses, _ = problem.shape
    chains, routings = products * warehouses, problem.routings
    kept = 3 if problem.shortage == "backorder" else 2
    path = _starts(paths.chain, chains)
    loss = _starts(losses.chain, chains)
    used_by, operation = _joined(paths.routing, routings.operation_routing)
    chain, lead = paths.chain[used_by], paths.lead[used_by]
    center = routings.operation_work_center
    slots, slot_of_use = np.unique(
        np.stack([chain, center[operation], lead]), axis=1, return_inverse=True
    )
    slot = _starts(slots[0], chains)
    return Chains(
        line=path + loss + kept * np.arange(chains + 1),
        path=path,
        stock=np.diff(path + loss),
        lead=paths.lead,
        use=_starts(used_by, len(paths.chain)),
        operation=operation,
        use_slot=slot_of_use.ravel() - slot[chain],
        center=center,
        capacity=np.ascontiguousarray(routings.operation_capacity, dtype=np.float64),
        slot=slot,
        slot_center=np.ascontiguousarray(slots[1]),
        slot_lead=np.ascontiguousarray(slots[2]),
        pallets=np.repeat(problem.pallets_per_unit, warehouses),
        store=len(problem.work_centers) + np.tile(np.arange(warehouses), products),
    )


def _joined(left: Integers, right: Integers) -> tuple[Integers, Integers]:
    """Positions of every pair of equal keys, in the order of left, then of right."""
    order = np.argsort(right, kind="stable")
    first = np.searchsorted(right[order], left)
    count = np.searchsorted(right[order], left, "right") - first
    of_left = np.repeat(np.arange(len(left)), count)
    nth = np.arange(len(of_left)) - np.repeat(np.cumsum(count) - count, count)
    return of_left, order[first[of_left] + nth]


def _starts(groups: Integers, size: int) -> Integers:
    """Where each of `size` groups begins in ascending group numbers, and the end, (size + 1,)."""
    return np.searchsorted(groups, np.arange(size + 1)).astype(np.int64)
