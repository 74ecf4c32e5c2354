"""Problems of a given size, drawn at random but the same every time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.problem import (
    CapacityTiers,
    Lanes,
    OverflowTiers,
    Periods,
    Problem,
    Routings,
)


@dataclass(frozen=True)
class Size:
    """How large a problem is.

    Attributes:
        name: What it is called.
        products: Products.
        warehouses: Warehouses.
        work_centers: Work centres, as many in each plant.
        plants: Plants.
        periods: Periods.
        days: Length of a period.
        shares: Share of the products made in one plant, two plants and so on; empty where every
            plant makes every product.
    """

    name: str
    products: int
    warehouses: int
    work_centers: int
    plants: int
    periods: int
    days: int
    shares: tuple[float, ...] = ()


FAMILIES = 6
ONE_TO_THREE = (0.45, 0.35, 0.2)

SIZES = {
    "S": Size("S", 39, 3, 10, 2, 6, 30),
    "M": Size("M", 500, 5, 20, 2, 26, 7),
    "L": Size("L", 2000, 1, 40, 1, 52, 7),
    "Middle": Size("Middle", 60, 3, 8, 2, 14, 7),
    "M pool": Size("M pool", 500, 1, 20, 1, 26, 7),
    "L net": Size("L net", 2000, 10, 40, 4, 52, 7, ONE_TO_THREE),
    "XL net": Size("XL net", 10000, 10, 60, 5, 52, 7, ONE_TO_THREE),
}


def random_problem(size: Size, seed: int = 0, *, scenario: int = 0) -> Problem:
    """A problem with a seasonal peak that capacity does not cover without pre-building.

    Args:
        size: Its size.
        seed: Fixes the company and its base demand.
        scenario: What happens to the base demand; 0 is the base itself.
    """
    rng = np.random.default_rng(seed)
    products, warehouses, periods = size.products, size.warehouses, size.periods
    shape = (products, warehouses, periods)
    season = 1.0 + 0.6 * np.sin(np.linspace(-np.pi / 2, np.pi, periods))
    level = rng.uniform(20, 400, (products, warehouses, 1))
    unit_cost = rng.uniform(5, 300, products).round(2)
    holding = (0.01 * unit_cost[:, None, None] + rng.uniform(0.1, 0.5, (1, warehouses, 1))).round(4)
    base = level * season * rng.uniform(0.7, 1.3, shape)
    demand = (base * _push(size, scenario)).round()
    routings = _routings(size, rng, unit_cost)
    load = np.zeros(size.work_centers)
    mean = base.sum(axis=(1, 2)) / periods
    routes = np.bincount(routings.product, minlength=products)
    np.add.at(load, routings.work_center, (mean / routes)[routings.product])
    capacity = np.outer(1.08 * load, np.ones(periods))
    following = np.concatenate([demand[..., 1:], demand[..., -1:]], axis=2)
    pallets = np.full(products, 0.1)
    pallet_positions = (base.max(axis=2).sum(axis=0) * 0.1 * 1.5).round()
    missing = np.broadcast_to(2 * holding, shape).copy()
    missing[..., -1] += 1.5 * unit_cost[:, None]
    starts = [dt.date(2025, 1, 6) + dt.timedelta(days=size.days * t) for t in range(periods)]
    return Problem(
        periods=Periods(
            starts=tuple(starts),
            labels=tuple(start.isoformat() for start in starts),
            fiscal_months=("",) * periods,
            fiscal_quarters=tuple(f"Q{(start.month + 2) // 3}" for start in starts),
        ),
        products=np.arange(1, products + 1),
        work_centers=np.arange(1001, 1001 + size.work_centers),
        plants=np.arange(1, size.plants + 1),
        warehouses=np.arange(101, 101 + warehouses),
        routings=routings,
        tiers=_tiers(size, capacity),
        lanes=_lanes(size, routings, rng),
        overflow=OverflowTiers(
            warehouse=np.arange(warehouses),
            capacity=np.full((warehouses, periods), 0.13) * pallet_positions[:, None],
            penalty=np.full((warehouses, periods), 30.0),
        ),
        demand=demand,
        opening_stock=(0.3 * demand[..., 0]).round(),
        receipts=np.zeros(shape),
        pallets_per_unit=pallets,
        base_load=np.zeros(warehouses),
        pallet_positions=pallet_positions,
        threshold=np.repeat(0.87 * pallet_positions[:, None], periods, axis=1),
        overflow_rate=np.full((warehouses, periods), 30.0),
        holding_cost=np.broadcast_to(holding, shape).copy(),
        handling_cost=np.broadcast_to(rng.uniform(0.1, 0.6, (1, warehouses, 1)), shape).copy(),
        safety_stock=0.15 * following,
        safety_stock_shortfall_cost=missing,
        unit_revenue=np.broadcast_to(2 * unit_cost[:, None, None], shape).copy(),
        lost_sale_cost=np.broadcast_to(4 * unit_cost[:, None, None], shape).copy(),
        backorder_cost=np.broadcast_to(0.3 * unit_cost[:, None, None], shape).copy(),
        terminal_stock=np.zeros(products),
        load_increase_cost=0.0,
        load_decrease_cost=0.0,
        initial_load=np.full(size.work_centers, np.nan),
        shortage="lost_sales",
        safety_stock_is_hard=False,
    )


def _push(size: Size, scenario: int) -> np.ndarray:
    """What a scenario makes of the base demand: families up or down, more so in the peak."""
    if scenario == 0:
        return np.ones((size.products, 1, size.periods))
    rng = np.random.default_rng(scenario)
    family = rng.uniform(-0.1, 0.15, FAMILIES)[np.arange(size.products) % FAMILIES]
    peak = np.linspace(0.5, 1.5, size.periods)
    return 1.0 + family[:, None, None] * peak


def _routings(size: Size, rng: np.random.Generator, unit_cost: np.ndarray) -> Routings:
    """One routing per product and plant that makes it, on one of the plant's work centres."""
    per_plant = size.work_centers // size.plants
    product, plant = np.nonzero(_made(size, rng))
    center = plant * per_plant + rng.integers(0, per_plant, len(product))
    cost = unit_cost[product] * rng.uniform(0.98, 1.02, len(product))
    return Routings(
        codes=tuple(f"R{w}" for w in center),
        product=product,
        plant=plant,
        work_center=center,
        unit_cost=np.repeat(cost.round(2)[:, None], size.periods, axis=1),
        available=np.ones((len(product), size.periods), dtype=bool),
        operation_routing=np.arange(len(product)),
        operation_work_center=center,
        operation_capacity=np.ones((len(product), size.periods)),
    )


def _made(size: Size, rng: np.random.Generator) -> np.ndarray:
    """Which product is made in which plant, (products, plants)."""
    if not size.shares:
        return np.ones((size.products, size.plants), dtype=bool)
    plants = rng.choice(len(size.shares), size.products, p=size.shares) + 1
    rank = rng.permuted(np.tile(np.arange(size.plants), (size.products, 1)), axis=1)
    return rank < plants[:, None]


def _tiers(size: Size, capacity: np.ndarray) -> CapacityTiers:
    centers = np.repeat(np.arange(size.work_centers), 2)
    overtime = np.tile([False, True], size.work_centers)[:, None]
    return CapacityTiers(
        codes=("REGULAR", "OVERTIME") * size.work_centers,
        work_center=centers,
        capacity=np.where(overtime, 0.15, 1.0) * capacity[centers],
        premium=np.where(overtime, 8.0, 0.0) * np.ones_like(capacity[centers]),
    )


def _lanes(size: Size, routings: Routings, rng: np.random.Generator) -> Lanes:
    made = np.zeros((size.plants, size.products), dtype=bool)
    made[routings.plant, routings.product] = True
    plant = np.repeat(np.arange(size.plants), size.warehouses)
    store = np.tile(np.arange(size.warehouses), size.plants)
    lanes = len(plant)
    flow_lane, flow_product = np.nonzero(made[plant])
    return Lanes(
        from_site=plant + 1,
        to_site=store + 101,
        from_plant=plant,
        from_warehouse=np.full(lanes, -1),
        to_warehouse=store,
        unit_cost=rng.uniform(0.2, 2.0, lanes).round(2),
        lead_time=np.zeros(lanes, dtype=np.int64),
        flow_lane=flow_lane,
        flow_product=flow_product,
    )
