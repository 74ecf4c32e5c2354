"""Changes of demand, prices, costs, stock and policy, as typed values that change input frames.

A change says what it did in one sentence, or is refused: one that touches no row, or would bring a
figure below 0, is a slip.
Belongs here: what every change is, and those of products.
Does not belong here: changes of places, rates and lanes (`capacity_changes`, `network_changes`),
how a change is written (`change_language`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from sop_pipeline.errors import UsageError
from sop_pipeline.insight.amounts import Amount
from sop_pipeline.insight.company_frames import CompanyFrames, Span, require_not_negative
from sop_pipeline.planning.arrays import Booleans
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.lookup import first_given, numbers
from sop_pipeline.suggestions import did_you_mean


class Change(Protocol):
    """A change of a scenario's inputs."""

    of_forecasts: ClassVar[bool]
    """Whether forecasts hold it, which every scenario has of its own."""

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change.

        Args:
            frames: The inputs as they are, changes before this one made.

        Returns:
            The changed inputs, and what is changed, in words.

        Raises:
            UsageError: It names what there is not, touches no row, or brings a figure below 0.
        """
        ...


@dataclass(frozen=True)
class Scope:
    """What a change is about: all of it, or what every filter that is given lets through.

    Attributes:
        products: Codes or names, any of them.
        families: Names, any of them.
        sites: Codes or names, any of them.
        first: First period, as `2026-10`.
        last: Last period.
    """

    products: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None

    def span(self, frames: CompanyFrames) -> Span:
        """Its periods."""
        return frames.span(self.first, self.last)

    def rows(self, frames: CompanyFrames, table: str) -> Booleans:
        """Which rows of a table of products, sites too where there are any, are in it."""
        rows = getattr(frames.inputs, table)
        products = [frames.product(text) for text in self.products]
        families = [frames.family(text) for text in self.families]
        mask = frames.of_products(rows["PRODUCT_ID"], products, families)
        if self.sites:
            sites = [frames.site(text) for text in self.sites]
            mask &= rows["SITE_ID"].isin(sites).to_numpy()
        return mask

    def words(self, frames: CompanyFrames) -> str:
        """It in words, with a blank before: ` of family TV at WH-NE from 2026-10`."""
        products = [frames.code("PRODUCT", frames.product(text)) for text in self.products]
        families = [frames.family(text) for text in self.families]
        sites = [frames.code("SITE", frames.site(text)) for text in self.sites]
        text = f" of {_listed(products)}" if products else ""
        text += f" of family {_listed(families)}" if families else ""
        text += f" at {_listed(sites)}" if sites else ""
        return text + frames.when(self.span(frames))


EVERYTHING = Scope()
"""A scope without a filter."""


@dataclass(frozen=True)
class DemandChange:
    """More or less demand, shared over its forecasts in proportion."""

    amount: Amount
    scope: Scope = EVERYTHING
    of_forecasts: ClassVar[bool] = True

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change; see `Change`."""
        demand = frames.inputs.demand_forecasts
        rows = _forecasts(frames, self.scope, "--demand")
        before = numbers(demand["FORECAST_QUANTITY"])
        planned = rows & frames.inside(demand["FORECAST_DATE"])
        _require_something(before[planned], f"Demand{self.scope.words(frames)}", "forecast")
        after = before.copy()
        after[rows] = self.amount.of_total(before[rows], planned[rows])
        require_not_negative(after, f"Demand{self.scope.words(frames)}")
        changed = frames.having(demand_forecasts=demand.assign(FORECAST_QUANTITY=after))
        moved = _more(after[planned].sum() - before[planned].sum(), "unit")
        return changed, f"Demand{self.scope.words(frames)} {self.amount}: {moved}"


@dataclass(frozen=True)
class PriceChange:
    """Another revenue per unit, each forecast by itself."""

    amount: Amount
    scope: Scope = EVERYTHING
    of_forecasts: ClassVar[bool] = True

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change; see `Change`."""
        demand, master = frames.inputs.demand_forecasts, frames.inputs.product_master
        rows = _forecasts(frames, self.scope, "--price")
        listed = master.set_index("PRODUCT_ID")["UNIT_PRICE"].reindex(demand["PRODUCT_ID"])
        before = first_given(numbers(demand["UNIT_REVENUE"]), numbers(listed))
        after = np.where(rows, self.amount.of_each(before), numbers(demand["UNIT_REVENUE"]))
        require_not_negative(after[rows], f"Price{self.scope.words(frames)}")
        planned = rows & frames.inside(demand["FORECAST_DATE"])
        worth = numbers(demand["FORECAST_QUANTITY"])[planned] * (after - before)[planned]
        moved = _more(float(worth.sum()), frames.policy.currency)
        sentence = f"Price{self.scope.words(frames)} {self.amount}: {moved} if all is served"
        return frames.having(demand_forecasts=demand.assign(UNIT_REVENUE=after)), sentence


@dataclass(frozen=True)
class CostChange:
    """Another production cost per unit: of the routings that give one, and of the products."""

    amount: Amount
    scope: Scope = EVERYTHING
    of_forecasts: ClassVar[bool] = False

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change; see `Change`."""
        what = f"Production cost{self.scope.words(frames)}"
        changed, touched = frames, 0
        for table in ("product_master", "product_routings"):
            rows = getattr(frames.inputs, table)
            chosen = self.scope.rows(frames, table) & rows["UNIT_COST"].notna().to_numpy()
            before = numbers(rows["UNIT_COST"])
            after = np.where(chosen, self.amount.of_each(before), before)
            require_not_negative(after[chosen], what)
            changed = changed.having(**{table: rows.assign(UNIT_COST=after)})
            touched += int(chosen.sum()) if table == "product_master" else 0
        if not touched:
            raise _nothing(what)
        return changed, f"{what} {self.amount}, {_count(touched, 'product')}"


@dataclass(frozen=True)
class OpeningChange:
    """More or less opening stock, shared over its balances in proportion."""

    amount: Amount
    scope: Scope = EVERYTHING
    of_forecasts: ClassVar[bool] = False

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Make the change; see `Change`."""
        what = f"Opening stock{self.scope.words(frames)}"
        balances = frames.inputs.opening_inventory
        if frames.policy.opening_inventory == "occupancy" or balances.empty:
            msg = f"{what}: it is what occupies the warehouses, there are no balances to change"
            raise UsageError(msg)
        rows = self.scope.rows(frames, "opening_inventory")
        before = numbers(balances["QUANTITY_AVAILABLE"])
        _require_something(before[rows], what, "in stock")
        after = before.copy()
        after[rows] = self.amount.of_total(before[rows], np.ones(int(rows.sum()), dtype=bool))
        require_not_negative(after, what)
        changed = frames.having(opening_inventory=balances.assign(QUANTITY_AVAILABLE=after))
        return changed, f"{what} {self.amount}: {_more(after.sum() - before.sum(), 'unit')}"


@dataclass(frozen=True)
class PolicyChange:
    """Another value of a field of the policy. It is laid over before the other changes are made."""

    field: str
    value: Any
    of_forecasts: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse a field that there is not."""
        if self.field not in Policy.model_fields:
            likely = did_you_mean(self.field[:60], Policy.model_fields)
            known = likely or f"Known fields: {', '.join(sorted(Policy.model_fields))}"
            msg = f"The policy has no field {self.field[:60]!r}. {known}"
            raise UsageError(msg)

    def made_to(self, frames: CompanyFrames) -> tuple[CompanyFrames, str]:
        """Tell the change, which the frames' policy has already; see `Change`."""
        return frames, f"Policy: {self.field} {getattr(frames.policy, self.field)}"


def policy_overrides(changes: tuple[Change, ...]) -> dict[str, Any]:
    """The fields of the policy that changes lay over it.

    Raises:
        UsageError: One is given twice.
    """
    settings = [change for change in changes if isinstance(change, PolicyChange)]
    fields = [setting.field for setting in settings]
    for field in fields:
        if fields.count(field) > 1:
            msg = f"--set {field} is given twice"
            raise UsageError(msg)
    return {setting.field: setting.value for setting in settings}


def made(
    changes: tuple[Change, ...], frames: CompanyFrames
) -> tuple[CompanyFrames, tuple[str, ...]]:
    """Make changes one after the other.

    Args:
        changes: In order: each sees what those before it have changed.
        frames: The inputs, under the policy with `policy_overrides` laid over it.

    Returns:
        The changed inputs, and a sentence for each change.

    Raises:
        UsageError: A change makes no sense here; see `Change.made_to`.
    """
    sentences: list[str] = []
    for change in changes:
        frames, sentence = change.made_to(frames)
        sentences.append(sentence)
    return frames, tuple(sentences)


def _forecasts(frames: CompanyFrames, scope: Scope, change: str) -> Booleans:
    """The forecasts in a scope, of which some are planned."""
    dates = frames.inputs.demand_forecasts["FORECAST_DATE"]
    rows = scope.rows(frames, "demand_forecasts") & frames.within(dates, scope.span(frames))
    if not (rows & frames.inside(dates)).any():
        what = f"{change}: demand{scope.words(frames)}"
        raise _nothing(what)
    return rows


def _nothing(what: str) -> UsageError:
    msg = f"{what}: there is no such row, so nothing would change. Mend the filters."
    return UsageError(msg)


def _require_something(figures: Any, what: str, where: str) -> None:
    if not len(figures) or not figures.sum() > 0:
        msg = f"{what}: nothing is {where} there, so there is nothing to share a change among."
        raise UsageError(msg)


def _more(value: float, noun: str) -> str:
    """`1,234 units more`."""
    number = f"{abs(value):,.2f}".removesuffix(".00")
    if number == "0":
        return "nothing changes"
    ending = "" if noun != "unit" or number == "1" else "s"
    return f"{number} {noun}{ending} {'more' if value > 0 else 'less'}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(texts: list[str]) -> str:
    return " or ".join(texts)
