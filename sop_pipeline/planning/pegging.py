"""Which build serves which demand: first in, first out over the plan in whole units.

A product's stock at a site is a queue; a plant's is empty at the end of each period. Into a
warehouse come opening stock, receipts, then lanes by the site they come from; demand, what is late
first, takes before departures by the site they go to, and those before what is thrown away.
Does not belong here: the queues' arithmetic (`fifo`), which demand is served (`sales`), what a unit
more would cost (`shadow_prices`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.days import days
from sop_pipeline.planning.fifo import Events, Lots, traced
from sop_pipeline.planning.money import CENTS, apportion, currency
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.sales import QUANTA, DueUnits, StockFlows, quanta

SOURCES = ("OPENING", "RECEIPT", "BUILD")
"""Where a unit comes from."""
_OPENING, _RECEIPT, _BUILD = range(len(SOURCES))


def pegging_table(
    problem: Problem,
    scenario_id: int,
    flows: StockFlows,
    served: DueUnits,
    *,
    build: Floats,
    shipment: Floats,
    holding_cents: int,
) -> pd.DataFrame:
    """BUILD_PLAN_PEGGING: where units come from that serve, are left at the end or thrown away.

    Args:
        problem: The problem; a product's routings are in the order of their codes.
        scenario_id: Scenario of the plan.
        flows: Stock and demand as BUILD_PLAN_INVENTORY tells them.
        served: Units served, by the period they were due in.
        build: Units built, whole, (R, T).
        shipment: Units leaving on each flow, whole, (Y, T).
        holding_cents: Published holding cost, in cents.

    Returns:
        One row per product, warehouse, period served and due, source, and number of periods held.

    Raises:
        ValueError: What comes into a site does not leave it or stay; a fault of the program.
    """
    labels = _Labels(*problem.shape)
    queues = _Queues(problem, labels, flows, quanta(build), quanta(shipment))
    lots = traced(queues.coming(), queues.going(served), queues.holding())
    order = np.lexsort((lots.held, lots.origin, lots.end))
    rows, units, cost = _added_up(lots.chosen(order))
    product, warehouse, period, due, scrapped = labels.served(rows.end)
    source, routing, made = labels.source(rows.origin)
    routings = problem.routings
    # The position -1 finds the last entry: none.
    starts = np.append(days(problem.periods.starts), np.datetime64("NaT", "us"))
    centers = np.append(problem.work_centers[routings.work_center], 0)
    codes = np.array([*routings.codes, None], dtype=object)
    return pd.DataFrame(
        {
            "SCENARIO_ID": scenario_id,
            "PRODUCT_ID": problem.products[product],
            "SITE_ID": problem.warehouses[warehouse],
            "PERIOD_START": starts[period],
            "DUE_PERIOD": starts[due],
            "SOURCE": pd.array(np.array(SOURCES, dtype=object)[source], "string"),
            "WORK_CENTER_ID": pd.arrays.IntegerArray(centers[routing], routing < 0),
            "ROUTING_CODE": pd.array(codes[routing], "string"),
            "SOURCE_PERIOD": starts[made],
            "SCRAPPED_PERIOD": starts[scrapped],
            "UNITS": units / QUANTA,
            "MONTHS_HELD": rows.held.astype(np.float64),
            "HOLDING_COST": currency(_shared_out(cost, holding_cents)),
            "BUILT_AHEAD": pd.array((source == _BUILD) & (rows.held > 0), "boolean"),
        }
    )


def _added_up(lots: Lots) -> tuple[Lots, Integers, Floats]:
    """One lot per key of the sorted ones, with the quanta and the cost of all that share it."""
    keys = (lots.end, lots.origin, lots.held)
    begin = np.flatnonzero(np.logical_or.reduce([np.diff(key, prepend=-1) != 0 for key in keys]))
    if not begin.size:
        return lots, lots.quanta, lots.cost
    units = np.add.reduceat(lots.quanta, begin)
    return lots.chosen(begin), units, np.add.reduceat(lots.quanta * lots.cost, begin)


def _shared_out(cost: Floats, cents: int) -> Integers:
    """The published holding cost, shared by what holding each row's units costs."""
    total = float(cost.sum())
    return apportion(cost * (cents / CENTS / total) if total else cost, cents)


@dataclass(frozen=True)
class _Labels:
    """Numbers for what units come from and what they are for, which sort as the rows do.

    Attributes:
        products: P.
        warehouses: S.
        periods: T.
    """

    products: int
    warehouses: int
    periods: int

    def of_served(
        self, product: Integers, warehouse: Integers, period: Integers, due: Integers
    ) -> Integers:
        """Demand, by the period it is served in and the one it was due in."""
        size = self.periods + 1
        return ((product * self.warehouses + warehouse) * size + period) * size + due

    def of_left(self, product: Integers, warehouse: Integers) -> Integers:
        """What is left at the end."""
        end = np.full_like(product, self.periods)
        return self.of_served(product, warehouse, end, end)

    def of_scrap(self, product: Integers, warehouse: Integers) -> Integers:
        """What is thrown away in each period, (..., T): not served, and told apart by when."""
        end = np.full_like(product, self.periods)[..., None]
        when = np.arange(self.periods)
        return self.of_served(product[..., None], warehouse[..., None], end, when)

    def served(self, label: Integers) -> tuple[Integers, Integers, Integers, Integers, Integers]:
        """Product, warehouse, period, period due and that of scrap; T where there is none."""
        label, due = np.divmod(label, self.periods + 1)
        place, period = np.divmod(label, self.periods + 1)
        product, warehouse = np.divmod(place, self.warehouses)
        is_served = period < self.periods
        scrapped = np.where(is_served, self.periods, due)
        return product, warehouse, period, np.where(is_served, due, self.periods), scrapped

    @property
    def of_opening(self) -> int:
        """Opening stock."""
        return 0

    @property
    def of_receipt(self) -> Integers:
        """Receipts of each period, (T,)."""
        return 1 + np.arange(self.periods)

    def of_build(self, routings: int) -> Integers:
        """Builds of each routing and period, (R, T)."""
        size = (routings, self.periods)
        return 1 + self.periods + np.arange(routings * self.periods).reshape(size)

    def source(self, label: Integers) -> tuple[Integers, Integers, Integers]:
        """Position in SOURCES, routing and period; -1 where there is none."""
        is_build = label > self.periods
        source = np.where(label == self.of_opening, _OPENING, _RECEIPT)
        routing, period = np.divmod(label - 1 - self.periods, self.periods)
        return (
            np.where(is_build, _BUILD, source),
            np.where(is_build, routing, -1),
            np.where(is_build, period, label - 1),
        )


@dataclass(frozen=True)
class _Shipments:
    """What travels between the queues, (Y, 1) or (Y, T) each.

    Attributes:
        leaves: Queue each flow leaves.
        reaches: Queue it reaches.
        from_site: SITE_ID it leaves.
        to_site: SITE_ID it reaches.
        arrival: Period in which what leaves in each period arrives; T or more is too late.
        arriving: Quanta that arrive.
        label: Negative; of what is still on the way at the end, that of what is left.
    """

    leaves: Integers
    reaches: Integers
    from_site: Integers
    to_site: Integers
    arrival: Integers
    arriving: Integers
    label: Integers


class _Queues:
    """A plan as events in the queue of each product at each plant and warehouse."""

    def __init__(
        self,
        problem: Problem,
        labels: _Labels,
        flows: StockFlows,
        build: Integers,
        shipment: Integers,
    ) -> None:
        """Take the plan, in quanta; arguments as of `pegging_table`."""
        self.problem, self.labels, self.flows = problem, labels, flows
        self.build, self.shipment = build, shipment
        self.plants, self.warehouses = len(problem.plants), len(problem.warehouses)
        self.periods = np.arange(len(problem.periods))

    def _queue(self, product: Integers, site: Integers) -> Integers:
        """The queue of a product at a site, plants first."""
        return product * (self.plants + self.warehouses) + site

    @cached_property
    def _places(self) -> tuple[Integers, Integers, Integers]:
        """Product, warehouse and queue of every place, (P, S) each."""
        product, warehouse = np.divmod(
            np.arange(self.flows.opening.size).reshape(self.flows.opening.shape), self.warehouses
        )
        return product, warehouse, self._queue(product, self.plants + warehouse)

    @cached_property
    def _shipments(self) -> _Shipments:
        lanes = self.problem.lanes
        lane, product = lanes.flow_lane[:, None], lanes.flow_product[:, None]
        plant, warehouse = lanes.from_plant[lane], lanes.from_warehouse[lane]
        to, arrival = lanes.to_warehouse[lane], self.periods + lanes.lead_time[lane]
        in_time = arrival < len(self.periods)
        number = np.arange(arrival.size).reshape(arrival.shape)
        return _Shipments(
            leaves=self._queue(product, np.where(plant >= 0, plant, self.plants + warehouse)),
            reaches=self._queue(product, self.plants + to),
            from_site=lanes.from_site[lane],
            to_site=lanes.to_site[lane],
            arrival=arrival,
            arriving=np.where(in_time, self.shipment, 0),
            label=np.where(in_time, -1 - number, self.labels.of_left(product, to)),
        )

    def coming(self) -> Events:
        """Opening stock, receipts, builds by routing, arrivals by the site they come from."""
        _, _, queue = self._places
        routings, sent, labels = self.problem.routings, self._shipments, self.labels
        brought = np.zeros((queue.max(initial=0) + 1, len(self.periods)), dtype=np.int64)
        np.add.at(
            brought, (sent.reaches, np.minimum(sent.arrival, self.periods[-1])), sent.arriving
        )
        made_at = self._queue(routings.product, routings.plant)[:, None]
        of_build = labels.of_build(len(routings.codes))
        return Events.in_order(
            [
                Events.of(
                    queue=queue, period=0, quanta=self.flows.opening, label=labels.of_opening
                ),
                Events.of(
                    queue=queue[..., None],
                    period=self.periods,
                    rank=1,
                    quanta=self.flows.received - brought[queue],
                    label=labels.of_receipt,
                ),
                Events.of(
                    queue=made_at,
                    period=self.periods,
                    tie=of_build,
                    quanta=self.build,
                    label=of_build,
                ),
                Events.of(
                    queue=sent.reaches,
                    period=sent.arrival,
                    rank=2,
                    tie=sent.from_site,
                    quanta=sent.arriving,
                    label=sent.label,
                ),
            ]
        )

    def going(self, served: DueUnits) -> Events:
        """Demand by the period due, departures by the site they go to, scrap, what is left."""
        product, warehouse, queue = self._places
        sent, labels = self._shipments, self.labels
        return Events.in_order(
            [
                Events.of(
                    queue=self._queue(served.product, self.plants + served.warehouse),
                    period=served.period,
                    tie=served.due,
                    quanta=served.quanta,
                    label=labels.of_served(
                        served.product, served.warehouse, served.period, served.due
                    ),
                ),
                Events.of(
                    queue=sent.leaves,
                    period=self.periods,
                    rank=1,
                    tie=sent.to_site,
                    quanta=self.shipment,
                    label=sent.label,
                ),
                Events.of(
                    queue=queue[..., None],
                    period=self.periods,
                    rank=2,
                    quanta=self.flows.scrapped,
                    label=labels.of_scrap(product, warehouse),
                ),
                Events.of(
                    queue=queue,
                    period=len(self.periods),
                    quanta=self.flows.ending[..., -1],
                    label=labels.of_left(product, warehouse),
                ),
            ]
        )

    def holding(self) -> Floats:
        """Cost of holding a unit from the start up to each period, by queue, (queues, T + 1)."""
        products, _, periods = self.problem.shape
        total = np.zeros((products, self.plants + self.warehouses, periods + 1))
        total[:, self.plants :, 1:] = np.cumsum(self.problem.holding_cost, axis=2)
        return total.reshape(-1, periods + 1)
