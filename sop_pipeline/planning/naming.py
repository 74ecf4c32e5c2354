"""What products, sites and work centres are called, for messages about them.

Does not belong here: what a report calls them (`report/names`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

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
    """

    product: Mapping[str, str] = field(default_factory=dict[str, str])
    site: Mapping[str, str] = field(default_factory=dict[str, str])
    work_center: Mapping[str, str] = field(default_factory=dict[str, str])

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

    def name(self, kind: str, identifier: int) -> str:
        """Code and name of a product, site or work centre; its identifier where it has none."""
        return getattr(self, kind).get(str(identifier), str(identifier))

    def some(self, kind: str, identifiers: Iterable[int]) -> str:
        """What the first few are called, with the number of those left out."""
        return some([self.name(kind, one) for one in identifiers], between="; ")


def _texts(master: pd.DataFrame, kind: str) -> dict[str, str]:
    """Code and name of each row, once where they are the same."""
    columns = (master[f"{kind}_{part}"].astype(str) for part in ("ID", "CODE", "NAME"))
    return {
        identifier: " ".join(dict.fromkeys((code, name)))
        for identifier, code, name in zip(*columns, strict=True)
    }
