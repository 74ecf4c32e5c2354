"""Which change of the inputs a difference between two plans comes from.

The inputs of one plan are turned into those of another, one driver at a time in a fixed order; what
each turn changes of the margin is that driver's. In another order the same drivers may weigh
otherwise, for what one adds depends on what is there before it.
Does not belong here: solving what stands between (`services`), wording.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_pipeline.insight.difference import input_changes, key_within
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.money import CENTS
from sop_pipeline.planning.policy import Policy
from sop_pipeline.schemas.inputs import INPUTS

VOLUME, MIX, PRICES = "demand_volume", "demand_mix_and_timing", "prices_and_rates"
CAPACITY, STORAGE = "capacity", "storage"
OPENING, POLICY = "opening_stock", "policy"

TURNED_WHOLE: Mapping[str, tuple[str, ...]] = {
    MIX: ("fiscal_calendar",),
    PRICES: ("product_master",),
    CAPACITY: (
        "site_master",
        "capacity_summary",
        "capacity_calendar",
        "capacity_tiers",
        "product_routings",
        "transport_lanes",
    ),
    STORAGE: (
        "warehouse_capacity",
        "warehouse_closures",
        "product_storage",
        "logistics_costs",
        "overflow_tiers",
    ),
    OPENING: ("opening_inventory", "scheduled_receipts", "last_plan"),
}
"""Tables that turn with a driver; what they hold of money has turned with the prices before."""

_UNIT_DECIMALS = 4


@dataclass(frozen=True)
class Basis:
    """What a plan is made of.

    Attributes:
        inputs: The input tables.
        policy: What they are planned with.
    """

    inputs: PlanningInputs
    policy: Policy

    def is_like(self, other: Basis) -> bool:
        """Whether both are the same but for the scenario's name."""
        mine, others = self.tables, other.tables
        apart = [name for name in mine if mine[name] is not others[name]]
        return (
            self.policy == other.policy
            and self.closures == other.closures
            and not input_changes({n: mine[n] for n in apart}, {n: others[n] for n in apart})
        )

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The input tables by name."""
        return {name: getattr(self.inputs, name) for name in PlanningInputs.table_names()}

    @property
    def closures(self) -> str:
        """The warehouses that are closed, as text."""
        closed = self.inputs.warehouse_closures
        return "" if closed is None else closed.to_csv(index=False)


@dataclass(frozen=True)
class DriverStep:
    """One step of a bridge by driver.

    Attributes:
        drivers: What has changed: one driver, or several where there is no plan between them.
        cents: By how much that changes the margin.
    """

    drivers: tuple[str, ...]
    cents: int

    @property
    def amount(self) -> float:
        """The same in currency."""
        return self.cents / CENTS


def turned_step_by_step(one: Basis, other: Basis) -> dict[str, Basis]:
    """Turn what one plan is made of into what another is made of.

    Args:
        one: What the bridge begins with.
        other: What it ends with.

    Returns:
        What there is after each driver that changes anything, by driver, in their order. The last
        one is the other's but for the name of the scenario.
    """
    now, found = one, dict[str, Basis]()
    for driver, turn in _TURNS.items():
        turned = turn(now, other)
        if not turned.is_like(now):
            found[driver] = now = turned
    return found


def driver_steps(
    start: int, turned: Sequence[str], margins: Sequence[int | None]
) -> tuple[DriverStep, ...]:
    """The bridge by driver, in cents; it adds up to the difference of its ends.

    Args:
        start: Margin before the first of them.
        turned: The drivers that change anything, in their order.
        margins: Margin after each of them; None where there is no plan: its driver is told together
            with the next.
    """
    steps, together, before = list[DriverStep](), list[str](), start
    for driver, margin in zip(turned, margins, strict=True):
        together.append(driver)
        if margin is not None:
            steps.append(DriverStep(tuple(together), margin - before))
            together, before = [], margin
    return tuple(steps)


def _with(now: Basis, **tables: pd.DataFrame) -> Basis:
    changed: dict[str, Any] = tables
    return replace(now, inputs=replace(now.inputs, **changed))


def _whole(driver: str, now: Basis, other: Basis) -> Basis:
    tables = {name: getattr(other.inputs, name) for name in TURNED_WHOLE[driver]}
    return _with(now, **tables)


def _volume(now: Basis, other: Basis) -> Basis:
    """As much demand as the other has, spread as before."""
    demand = now.inputs.demand_forecasts
    quantity = demand["FORECAST_QUANTITY"].to_numpy(np.float64)
    wanted = other.inputs.demand_forecasts["FORECAST_QUANTITY"].to_numpy(np.float64)
    if not quantity.sum() or quantity.sum() == wanted.sum():
        return now
    both = np.concatenate([quantity, wanted])
    decimals = 0 if (both == np.floor(both)).all() else _UNIT_DECIMALS
    spread = _in_proportion(quantity, wanted.sum(), decimals)
    return _with(now, demand_forecasts=demand.assign(FORECAST_QUANTITY=spread))


def _in_proportion(quantity: Floats, total: float, decimals: int) -> Floats:
    """Share a total out in proportion, by largest remainder, so that it adds up."""
    smallest = 10.0**decimals
    shares = quantity / quantity.sum() * total * smallest
    counts = np.floor(shares)
    left = round(total * smallest - counts.sum())
    counts[np.argsort(counts - shares, kind="stable")[:left]] += 1
    return counts / smallest


def _mix(now: Basis, other: Basis) -> Basis:
    """The other's demand, where and when it has it, at the money of now."""
    table, money = "demand_forecasts", _money_of("demand_forecasts")
    demand = _repriced(table, other.inputs.demand_forecasts, now.inputs.demand_forecasts, money)
    known, wanted = now.inputs.product_master, other.inputs.product_master
    new = wanted[~wanted["PRODUCT_ID"].isin(known["PRODUCT_ID"])]
    master = pd.concat([known, new], ignore_index=True) if len(new) else known
    return _with(_whole(MIX, now, other), demand_forecasts=demand, product_master=master)


def _prices(now: Basis, other: Basis) -> Basis:
    """The other's money in every table, the rest as it is."""
    priced = {
        name: _repriced(name, getattr(now.inputs, name), getattr(other.inputs, name), money)
        for name in PlanningInputs.table_names()
        if (money := _money_of(name))
    }
    return _whole(PRICES, _with(now, **priced), other)


def _policy(now: Basis, other: Basis) -> Basis:
    return replace(now, policy=other.policy)


_TURNS: Mapping[str, Callable[[Basis, Basis], Basis]] = {
    VOLUME: _volume,
    MIX: _mix,
    PRICES: _prices,
    CAPACITY: lambda now, other: _whole(CAPACITY, now, other),
    STORAGE: lambda now, other: _whole(STORAGE, now, other),
    OPENING: lambda now, other: _whole(OPENING, now, other),
    POLICY: _policy,
}
DRIVERS = tuple(_TURNS)
"""The drivers in the order in which inputs are turned."""


def _money_of(name: str) -> list[str]:
    """The columns of an input table that hold money."""
    columns = INPUTS[name].columns.items()
    return [label for label, column in columns if column.unit.startswith("currency")]


def _repriced(name: str, rows: pd.DataFrame, like: pd.DataFrame, money: list[str]) -> pd.DataFrame:
    """Rows of an input table with the money of like rows; a row without one keeps its own."""
    keys = key_within(INPUTS[name], rows)
    if not keys or rows.empty or like.empty:
        return rows
    found = rows[keys].merge(like[[*keys, *money]], on=keys, how="left", indicator=True)
    has = found["_merge"].eq("both").to_numpy()
    priced = {
        column: rows[column].where(~has, found[column].set_axis(rows.index)) for column in money
    }
    return rows.assign(**priced)
