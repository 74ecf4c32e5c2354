"""What leads from one plan's margin to another's, and what is scarce in each, as tables.

Belongs here: how the steps of a bridge are called and laid out.
Does not belong here: the steps (`insight`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sop_pipeline.insight import drivers
from sop_pipeline.insight.bridge import (
    LOGISTICS,
    PRODUCTION,
    REVENUE,
    STORAGE,
    Bridge,
    Step,
)
from sop_pipeline.insight.comparison import PlanFigures, Resource, scarce_resources
from sop_pipeline.insight.drivers import DriverStep
from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.money import CENTS
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, change, percent, plain

TERMS = {REVENUE: "Revenue", **{cost.name: cost.title for cost in COSTS}}
"""What a step of a bridge by cost term is called."""

DRIVER_TITLES = {
    drivers.VOLUME: "Demand volume",
    drivers.MIX: "Demand mix and timing",
    drivers.PRICES: "Prices and rates",
    drivers.CAPACITY: "Capacity",
    drivers.STORAGE: "Storage",
    drivers.OPENING: "Opening stock",
    drivers.POLICY: "Policy",
}
"""What a step of a bridge by driver is called."""

_FAMILY_TERMS = {
    REVENUE: "Revenue",
    PRODUCTION: "Production",
    STORAGE: "Storage",
    LOGISTICS: "Logistics",
}
_WORK_CENTERS_SHOWN = 5


def bridge_table(bridge: Bridge, currency: str) -> TextTable:
    """From one margin to the other, step by step; steps of nothing are left out."""
    steps = [(TERMS[step.term], step.cents) for step in bridge.steps if step.cents]
    title = f"From {plain(bridge.origin)} to {plain(bridge.target)} ({plain(currency)})"
    return _from_margin_to_margin(bridge, steps, title, "Step")


def driver_table(bridge: Bridge, steps: Sequence[DriverStep], currency: str) -> TextTable:
    """The same by what changes between the inputs, turned in the order of the rows."""
    named = [(", ".join(DRIVER_TITLES[d] for d in step.drivers), step.cents) for step in steps]
    title = (
        f"The same by what changes, in this order ({plain(currency)}; {plain(bridge.origin)} to "
        f"{plain(bridge.target)})"
    )
    return _from_margin_to_margin(bridge, named, title, "What changes")


def _from_margin_to_margin(
    bridge: Bridge, steps: Sequence[tuple[str, int]], title: str, head: str
) -> TextTable:
    running, rows = bridge.start, [(f"Margin of {plain(bridge.origin)}", "", _money(bridge.start))]
    for name, cents in steps:
        running += cents
        rows.append((name, change(cents / CENTS), _money(running)))
    rows.append((f"Margin of {plain(bridge.target)}", "", _money(bridge.end)))
    return TextTable(title, (head, "Change of margin", "Margin"), tuple(rows))


def family_table(bridge: Bridge, steps: Sequence[Step], currency: str) -> TextTable:
    """The same by product family; families without a change are left out.

    Production has the tier premiums in it, storage is holding and overflow, logistics is transport
    and handling.
    """
    title = (
        f"The same by product family ({plain(currency)}; {plain(bridge.origin)} to "
        f"{plain(bridge.target)})"
    )
    rows = [
        (plain(family) or "no family", *(change(cents / CENTS) for cents in (*own, sum(own))))
        for family, own in _by_family(steps)
        if any(own)
    ]
    total = sum(step.cents for step in steps)
    sums = [sum(s.cents for s in steps if s.term == term) for term in _FAMILY_TERMS]
    rows.append(("Total", *(change(cents / CENTS) for cents in (*sums, total))))
    return TextTable(title, ("Family", *_FAMILY_TERMS.values(), "Margin"), tuple(rows))


def scarcity_table(plans: Sequence[PlanFigures], names: Names, periods: PeriodNames) -> TextTable:
    """What one more unit of the tightest resources of each plan saves in every plan."""
    rows = [
        (
            _resource(one, names),
            periods.name(one.period),
            plain(one.unit).replace("_", " "),
            *(_worth(plan, one) for plan in plans),
        )
        for one in scarce_resources(plans)
    ]
    return TextTable(
        "What one more unit of the tightest resources saves",
        ("Resource", "Period", "Unit", *(plain(plan.scenario_code) for plan in plans)),
        tuple(rows),
        texts=3,
        empty="Nothing is scarce in any of the plans.",
    )


def load_table(plans: Sequence[PlanFigures], names: Names) -> TextTable:
    """Peak loads of the work centres that are fullest in some plan."""
    peaks: dict[int, float] = {}
    for plan in plans:
        for center, load in plan.peak_loads.items():
            peaks[center] = max(load, peaks.get(center, 0.0))
    fullest = sorted(peaks, key=lambda center: (-peaks[center], center))[:_WORK_CENTERS_SHOWN]
    rows = [
        (
            names.work_center(center),
            *(
                percent(plan.peak_loads[center]) if center in plan.peak_loads else NONE
                for plan in plans
            ),
        )
        for center in fullest
    ]
    heads = ("Work centre", *(plain(plan.scenario_code) for plan in plans))
    return TextTable("Peak load of the fullest work centres", heads, tuple(rows))


def _by_family(steps: Sequence[Step]) -> Iterator[tuple[str, tuple[int, ...]]]:
    cents = {(step.family or "", step.term): step.cents for step in steps}
    for family in dict.fromkeys(family for family, _ in cents):
        yield family, tuple(cents[family, term] for term in _FAMILY_TERMS)


def _resource(one: Resource, names: Names) -> str:
    if one.work_center_id is not None:
        tier = "" if one.tier in ("", "REGULAR") else f", {plain(one.tier)}"
        return f"{names.work_center(one.work_center_id)}{tier}"
    return "storage" if one.site_id is None else names.site(one.site_id)


def _worth(plan: PlanFigures, one: Resource) -> str:
    value = plan.marginal_values.get(one)
    return NONE if value is None else amount(value)


def _money(cents: int) -> str:
    return amount(cents / CENTS)
