"""Which problems the structured method solves, and in words why it leaves the others.

The method takes a problem apart into chains, the periods of one product in one warehouse, which
only capacity and storage tie together. `KNOWN` lists every part of a problem that it takes in, and
`RULES` what of a part it does not. A part on neither list keeps a problem that uses it away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sop_pipeline.planning.problem import Problem

Reason = str | None
"""Why a problem is left to another solver, in words; None where it is not."""


def separable(problem: Problem) -> Reason:
    """Why a problem does not come apart into chains, in words; None where it does."""
    unknown = unknown_parts(problem)
    if unknown:
        return f"the structured method does not know {', '.join(unknown)}"
    return next((reason for rule in RULES.values() if (reason := rule(problem)) is not None), None)


def unknown_parts(problem: Problem) -> list[str]:
    """Parts of a problem that are used and that the method does not know."""
    parts = _unknown(problem, KNOWN | set(RULES))
    for name, known in KNOWN_WITHIN.items():
        parts += [f"{name}.{part}" for part in _unknown(getattr(problem, name), known)]
    return parts


def _unknown(whole: object, known: frozenset[str]) -> list[str]:
    return sorted(
        name for name, value in vars(whole).items() if name not in known and value is not None
    )


def _lanes(problem: Problem) -> Reason:
    lanes = problem.lanes
    between = bool((lanes.from_warehouse[lanes.flow_lane] >= 0).any())
    return "lanes between warehouses tie the stocks of several warehouses" if between else None


def _terminal_stock(problem: Problem) -> Reason:
    asked = bool(problem.terminal_stock.any())
    return "terminal stock ties the stocks of several warehouses" if asked else None


def _shortage(problem: Problem) -> Reason:
    if problem.shortage == "forbid":
        return "shortage: forbid leaves it open whether there is a plan"
    if problem.shortage == "backorder" and _waits_to_lose(problem):
        return "demand that waits before it is lost may cost less than demand lost at once"
    if problem.shortage == "backorder" and _owes_to_keep(problem):
        return "owing demand may cost less than missing safety stock"
    return None


def _waits_to_lose(problem: Problem) -> bool:
    """Whether a unit late for some periods and lost then is cheaper than one lost at once."""
    now, after = problem.lost_sale_cost[..., :-1], problem.lost_sale_cost[..., 1:]
    return bool((now > after + problem.backorder_cost[..., :-1]).any())


def _owes_to_keep(problem: Problem) -> bool:
    """Whether it pays to owe a unit of demand so that it is there as safety stock."""
    owing = problem.backorder_cost + problem.holding_cost
    return bool((owing < problem.safety_stock_shortfall_cost)[..., :-1].any())


def _safety_stock_is_hard(problem: Problem) -> Reason:
    hard = problem.safety_stock_is_hard
    return "safety_stock: hard leaves it open whether there is a plan" if hard else None


def _held(problem: Problem) -> Reason:
    return None if problem.held is None else "builds that are decided tie several routings"


def _build_bounds(problem: Problem) -> Reason:
    return None if problem.build_bounds is None else "builds between bounds are not its own to set"


def _last_plan(problem: Problem) -> Reason:
    return None if problem.last_plan is None else "changes of the last plan tie several routings"


def _classes(problem: Problem) -> Reason:
    classes = problem.classes
    if classes is None:
        return None
    if classes.least is not None or len(classes.held):
        return "a priority that is served first ties all demand of one priority"
    if problem.shortage == "backorder" and len(classes.apart):
        return "classes of demand that may wait are owed each by itself"
    return None


def _ages(problem: Problem) -> Reason:
    return None if problem.ages is None else "stock that ages ties several periods"


def _decisions(problem: Problem) -> Reason:
    return None if problem.decisions is None else "decisions that are taken whole need a search"


RULES: Mapping[str, Callable[[Problem], Reason]] = {
    "lanes": _lanes,
    "terminal_stock": _terminal_stock,
    "shortage": _shortage,
    "safety_stock_is_hard": _safety_stock_is_hard,
    "held": _held,
    "build_bounds": _build_bounds,
    "last_plan": _last_plan,
    "classes": _classes,
    "decisions": _decisions,
    "ages": _ages,
}
"""Parts of a problem of which the method takes in some, and why it does not take in the rest."""

KNOWN = frozenset(
    {
        "periods",
        "products",
        "work_centers",
        "plants",
        "warehouses",
        "routings",
        "tiers",
        "overflow",
        "demand",
        "opening_stock",
        "receipts",
        "pallets_per_unit",
        "base_load",
        "pallet_positions",
        "threshold",
        "overflow_rate",
        "holding_cost",
        "handling_cost",
        "safety_stock",
        "safety_stock_shortfall_cost",
        "unit_revenue",
        "lost_sale_cost",
        "backorder_cost",
        "load_increase_cost",
        "load_decrease_cost",
        "initial_load",
    }
)
"""Parts of a problem that the method takes in whatever they hold."""

KNOWN_WITHIN: Mapping[str, frozenset[str]] = {
    "routings": frozenset(
        {
            "codes",
            "product",
            "plant",
            "work_center",
            "unit_cost",
            "available",
            "operation_routing",
            "operation_work_center",
            "operation_capacity",
        }
    ),
    "tiers": frozenset({"codes", "work_center", "capacity", "premium"}),
    "lanes": frozenset(
        {
            "from_site",
            "to_site",
            "from_plant",
            "from_warehouse",
            "to_warehouse",
            "unit_cost",
            "lead_time",
            "flow_lane",
            "flow_product",
        }
    ),
    "overflow": frozenset({"warehouse", "capacity", "penalty"}),
}
"""The same of parts that have parts of their own."""
