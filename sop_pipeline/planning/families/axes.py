"""The index sets of the model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IndexSet:
    """An index set of the model.

    Attributes:
        name: Name of the axis.
        index: Its index in formulas.
        spoken: What a person calls a member.
    """

    name: str
    index: str
    spoken: str


INDEX_SETS = {
    index_set.name: index_set
    for index_set in (
        IndexSet("product", "p", "product"),
        IndexSet("work_center", "w", "work centre"),
        IndexSet("warehouse", "s", "warehouse"),
        IndexSet("period", "t", "period"),
        IndexSet("routing", "r", "routing"),
        IndexSet("tier", "w,k", "tier"),
        IndexSet("flow", "a,p", "lane and product"),
        IndexSet("overflow_tier", "s,j", "warehouse and tier"),
        IndexSet("made_at", "p,plant", "product and plant"),
        IndexSet("due", "p", "product"),
        IndexSet("aged_product", "p", "product"),
        IndexSet("held_at", "p,w", "product and work centre"),
        IndexSet("held_period", "t", "period"),
        IndexSet("activated_tier", "w,k", "tier"),
        IndexSet("least_used_tier", "w,k", "tier"),
        IndexSet("set_up_routing", "r", "routing"),
        IndexSet("lot_routing", "r", "routing"),
        IndexSet("changed_at", "p,w", "product and work centre"),
        IndexSet("changed_period", "t", "period"),
        IndexSet("class_place", "c,p,s", "class, product and warehouse"),
        IndexSet("class_site", "p,s", "product and warehouse"),
        IndexSet("slice", "i", "slice"),
        IndexSet("priority", "k", "priority"),
    )
}

PERIOD_AXES = ("period", "held_period", "changed_period")
"""Index sets whose members are periods."""


def axis_name(axis: str) -> str:
    """An index set as a person says it."""
    return INDEX_SETS[axis].spoken
