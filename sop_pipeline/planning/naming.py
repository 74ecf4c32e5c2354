"""What products, sites and work centres are called, for messages about them.

Does not belong here: what a report calls them (`report/names`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from sop_pipeline.planning.families import PERIOD_AXES, axis_name
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.preparation.notes import some

_KINDS: Mapping[str, tuple[str, ...]] = {
    "product": ("product",),
    "due": ("product",),
    "work_center": ("work_center",),
    "warehouse": ("site",),
    "routing": ("product",),
    "tier": ("work_center",),
    "activated_tier": ("work_center",),
    "least_used_tier": ("work_center",),
    "set_up_routing": ("product",),
    "lot_routing": ("product",),
    "flow": ("site", "site", "product"),
    "overflow_tier": ("site",),
    "made_at": ("product", "site"),
    "aged_product": ("product",),
    "class_place": ("demand_class", "product", "site"),
    "class_site": ("product", "site"),
    "held_at": ("product", "work_center"),
    "changed_at": ("product", "work_center"),
}
"""What the identifiers in a member's label are of, by index set, in their order."""


@dataclass(frozen=True)
class Naming:
    """Codes and names by identifier, as texts; nothing is called anything where it is empty.

    Attributes:
        product: By PRODUCT_ID.
        site: By SITE_ID.
        work_center: By WORK_CENTER_ID.
        demand_class: Empty: a class is called what its label says.
    """

    product: Mapping[str, str] = field(default_factory=dict[str, str])
    site: Mapping[str, str] = field(default_factory=dict[str, str])
    work_center: Mapping[str, str] = field(default_factory=dict[str, str])
    demand_class: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, inputs: PlanningInputs) -> Naming:
        """What a scenario's inputs call them."""
        return cls(
            _texts(inputs.product_master, "PRODUCT"),
            _texts(inputs.site_master, "SITE"),
            _texts(inputs.capacity_summary, "WORK_CENTER"),
        )

    def told(self, axis: str, label: str) -> str:
        """A member of an index set by its label, and in brackets what its identifiers are called.

        Such as `1 101 [P1 Chair, LINE Assembly line]`.
        """
        kinds, parts = _KINDS.get(axis, ()), label.split(",")
        known = [getattr(self, kind).get(part) for kind, part in zip(kinds, parts, strict=False)]
        names = ", ".join(name for name in known if name)
        identifiers = " ".join(parts)
        return f"{identifiers} [{names}]" if names else identifiers

    def place(self, axis: str, label: str) -> str:
        """A member of an index set after the name of the set, such as `work centre 101 [...]`."""
        return f"{axis_name(axis)} {self.told(axis, label)}"

    def places(self, members: Iterable[Mapping[str, str]]) -> str:
        """Where and when: one place in full, several by what they have in common.

        Args:
            members: Labels by axis of each.
        """
        by_axis: dict[str, list[str]] = defaultdict(list)
        for member in members:
            for axis, label in member.items():
                if label not in by_axis[axis]:
                    by_axis[axis].append(label)
        periods = [one for axis in PERIOD_AXES for one in by_axis.pop(axis, [])]
        where = [
            f"{axis_name(axis)} {some([self.told(axis, label) for label in labels])}"
            for axis, labels in by_axis.items()
        ]
        return ", ".join([*where, *([_span(periods)] if periods else [])])

    def name(self, kind: str, identifier: int) -> str:
        """Code and name of a product, site or work centre; its identifier where it has none."""
        return getattr(self, kind).get(str(identifier), str(identifier))

    def some(self, kind: str, identifiers: Iterable[int]) -> str:
        """What the first few are called, with the number of those left out."""
        return some([self.name(kind, one) for one in identifiers], between="; ")


def _span(periods: list[str]) -> str:
    ordered = sorted(periods)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _texts(master: pd.DataFrame, kind: str) -> dict[str, str]:
    """Code and name of each row, once where they are the same."""
    columns = (master[f"{kind}_{part}"].astype(str) for part in ("ID", "CODE", "NAME"))
    return {
        identifier: " ".join(dict.fromkeys((code, name)))
        for identifier, code, name in zip(*columns, strict=True)
    }
