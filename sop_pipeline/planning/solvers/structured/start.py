"""Where the interior point method begins, and what its figures are measured against.

Every chain is taken to be of the size of its mean demand, made at the mean cost of its paths, so
that nothing here depends on the unit of goods, capacity or money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.arrays import Floats, inner
from sop_pipeline.planning.solvers.structured.coupling import Coupling
from sop_pipeline.planning.solvers.structured.lines import Lines
from sop_pipeline.planning.solvers.structured.normal import Rows
from sop_pipeline.planning.solvers.structured.pairs import Pairs

LEAST = 1e-6
"""Share of the mean that a size is at least."""
INSIDE = 0.3
"""Share of a finite room that a column begins with at most."""
USED = 0.6
"""Share of a tier's capacity that is used at the beginning."""
UNSURE = 0.2
"""Share of what goods are worth that the prices of bounds begin with."""
NOT_AT = 1e-10
"""Distance from a bound, in sizes, that a column begins with at least."""
ABOVE = 10.0
"""Times that by which the prices of all bounds begin: what is scarce is worth more than it costs,
and too much is taken back in one step, too little in many."""
DEAR = 0.05
"""Share of what is made in a capacity unit that a price of capacity begins with at least."""


@dataclass(frozen=True)
class Sizes:
    """What is ordinary.

    Attributes:
        goods: Units of each chain, (C,).
        load: Capacity units of each work centre, (W,).
        pallets: Pallets of each warehouse, (S,).
        worth: Currency per unit of each chain, (C,).
        capacity_price: Currency per capacity unit.
        pallet_price: Currency per pallet and period.
    """

    goods: Floats
    load: Floats
    pallets: Floats
    worth: Floats
    capacity_price: float
    pallet_price: float

    @classmethod
    def of(cls, lines: Lines) -> Sizes:
        """The sizes of a problem."""
        problem, paths, chains = lines.problem, lines.paths, lines.chains
        count = len(chains.store)
        periods = len(problem.periods)
        demand = problem.demand.reshape(count, periods).mean(axis=1)
        target = problem.safety_stock.reshape(count, periods).mean(axis=1)
        goods = _floored(
            np.maximum.reduce([demand, target, problem.opening_stock.ravel() / periods])
        )
        each = (goods / np.maximum(np.diff(chains.path), 1))[paths.chain]
        used_by = np.repeat(np.arange(len(paths.chain)), np.diff(chains.use))
        load = np.zeros(len(problem.work_centers))
        taken = chains.capacity[chains.operation].mean(axis=1) * each[used_by]
        np.add.at(load, chains.center[chains.operation], taken)
        pallets = np.zeros(len(problem.warehouses))
        np.add.at(pallets, chains.store - len(load), chains.pallets * goods)
        worth = np.zeros(count)
        np.add.at(worth, paths.chain, lines.cost[lines.path_line].mean(axis=1))
        worth /= np.maximum(np.diff(chains.path), 1)
        lost = problem.lost_sale_cost.reshape(count, periods).mean(axis=1)
        worth = _floored(np.where(np.diff(chains.path) > 0, worth, lost))
        load, pallets = _floored(load), _floored(np.maximum(pallets, lines.room.mean(axis=1)))
        made = float((worth * goods).sum() / load.sum())
        held = float((problem.holding_cost.reshape(count, periods).mean(axis=1) * goods).sum())
        return cls(
            goods=goods,
            load=load,
            pallets=pallets,
            worth=worth,
            capacity_price=max(_mean(problem.tiers.premium), DEAR * made),
            pallet_price=max(_mean(problem.overflow.penalty), held / float(pallets.sum())),
        )

    def priced(self, worth: float) -> Sizes:
        """The same where a unit of any chain is worth as much, in whatever the costs are in."""
        made = worth * float(self.goods.sum())
        return replace(
            self,
            worth=np.full_like(self.worth, worth),
            capacity_price=DEAR * made / float(self.load.sum()),
            pallet_price=DEAR * made / float(self.pallets.sum()),
        )

    def of_rows(self, smoothed: int) -> Rows:
        """The size of each row's activity, broadcast over periods."""
        coupling = np.concatenate([self.load, self.pallets])
        return Rows(self.goods[:, None], coupling[:, None], self.load[:smoothed, None])

    def of_lines(self, lines: Lines, coupling: Coupling) -> Floats:
        """Currency per unit of each line, (L,)."""
        counts = (len(coupling.tier_center), len(coupling.overflow_store) + coupling.stores,
                  2 * len(coupling.free))  # fmt: skip
        capacity, pallet = self.capacity_price, self.pallet_price
        return np.concatenate(
            [
                np.repeat(self.worth, np.diff(lines.chains.line)),
                np.repeat([capacity, pallet, capacity], counts),
            ]
        )

    def of_values(self, lines: Lines, coupling: Coupling) -> Floats:
        """Value of each line, in its unit, (L,)."""
        goods = np.repeat(self.goods, np.diff(lines.chains.line))
        changes = np.tile(self.load[: len(coupling.free)], 2)
        return np.concatenate(
            [
                goods,
                self.load[coupling.tier_center],
                self.pallets[coupling.overflow_store],
                self.pallets,
                changes,
            ]
        )


@dataclass(frozen=True)
class StartingPoint:
    """Where the method begins.

    Attributes:
        sizes: What is ordinary.
        pairs: Columns inside their bounds, with prices of the bounds.
        prices: Prices of the rows.
    """

    sizes: Sizes
    pairs: Pairs
    prices: Rows


def anywhere(lines: Lines) -> StartingPoint:
    """Columns inside their bounds, with prices of the bounds and rows to match."""
    coupling, sizes = Coupling.of(lines.problem), Sizes.of(lines)
    upper, chains = lines.upper, lines.chains
    end = int(chains.line[-1])
    values = np.repeat(sizes.of_values(lines, coupling)[:, None], upper.shape[1], axis=1)
    values[end:] *= INSIDE
    values[lines.path_line] /= np.diff(chains.path)[lines.paths.chain][:, None]
    bounded = np.isfinite(upper)
    values = np.where(bounded, np.minimum(values, INSIDE * upper), values)
    tiers = slice(end, end + len(coupling.tier_center))
    values[tiers] = np.where(bounded[tiers], USED * upper[tiers], values[tiers])
    prices = no_prices(lines, coupling)
    prices.balance[...] = sizes.worth[:, None]
    unsure = np.full(len(upper), 1.0)
    unsure[:end] = UNSURE
    unsure = (unsure * sizes.of_lines(lines, coupling))[:, None]
    reduced = lines.cost.copy()
    _price_at_worth(lines, sizes, reduced)
    low = np.maximum(reduced, unsure)
    high = np.where(bounded & (upper > 0), np.maximum(low - reduced, unsure), 0.0)
    low = np.where(bounded, np.maximum(reduced + high, 0.1 * unsure), low)
    return StartingPoint(sizes, Pairs(upper, values, ABOVE * low, ABOVE * high), prices)


def between(lines: Lines, values: Floats) -> StartingPoint:
    """Columns where they are, all equally far from the optimum: their products are the same.

    Args:
        lines: Lines whose costs are of the same size.
        values: Value of each column, which keeps the rows, (L, T).
    """
    upper, coupling = lines.upper, Coupling.of(lines.problem)
    moves, bounded = upper > 0.0, np.isfinite(upper)
    cost = np.where(moves, np.abs(lines.cost), 0.0)
    sizes = Sizes.of(lines).priced(float(cost.max()))
    least = NOT_AT * sizes.of_values(lines, coupling)[:, None]
    values = np.where(moves, np.maximum(values, least), values)
    room = np.where(moves & bounded, upper - values, np.inf)
    room = np.maximum(room, np.minimum(least, NOT_AT * upper))
    mean = inner(cost, values) / np.count_nonzero(moves)
    low = np.where(moves, mean / np.where(moves, values, 1.0), 0.0)
    return StartingPoint(sizes, Pairs(upper, values, low, mean / room), no_prices(lines, coupling))


def no_prices(lines: Lines, coupling: Coupling) -> Rows:
    """Prices of 0 for every row."""
    chains, periods = lines.owed.shape
    return Rows(
        np.zeros((chains, periods)),
        np.zeros((coupling.centers + coupling.stores, periods)),
        np.zeros(coupling.free.shape),
    )


def _price_at_worth(lines: Lines, sizes: Sizes, reduced: Floats) -> None:
    """Take off what goods are worth, the same in every period: only the last stock is left."""
    reduced[lines.path_line] -= sizes.worth[lines.paths.chain][:, None]
    reduced[lines.loss_line] -= sizes.worth[lines.losses.chain][:, None]
    for stock in (lines.stock_line, lines.stock_line + 1):
        reduced[stock, -1] += sizes.worth


def _floored(values: Floats) -> Floats:
    mean = float(values.mean()) if values.size else 0.0
    return np.maximum(values, LEAST * mean if mean > 0 else 1.0)


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else 0.0
