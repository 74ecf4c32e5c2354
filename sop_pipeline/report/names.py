"""What products, sites and work centres are called, for tables that carry only their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from sop_pipeline.report.wording import plain


@dataclass(frozen=True)
class Label:
    """What one product, site or work centre is called.

    Attributes:
        code: Its code, short and unique.
        name: Its name.
        group: A product's family, a work centre's plant by its code; empty without one.
    """

    code: str
    name: str
    group: str = ""


@dataclass(frozen=True)
class Names:
    """Names by id; an id without a name is told as such.

    Attributes:
        products: By PRODUCT_ID.
        sites: By SITE_ID.
        work_centers: By WORK_CENTER_ID.
    """

    products: Mapping[int, Label] = field(default_factory=dict)
    sites: Mapping[int, Label] = field(default_factory=dict)
    work_centers: Mapping[int, Label] = field(default_factory=dict)

    @classmethod
    def from_masters(
        cls,
        product_master: pd.DataFrame,
        site_master: pd.DataFrame,
        capacity_summary: pd.DataFrame,
    ) -> Names:
        """Take the names from the input tables of the same names."""
        return cls(
            products=_labels(product_master, "PRODUCT", "CATEGORY_NAME"),
            sites=_labels(site_master, "SITE"),
            work_centers=_labels(capacity_summary, "WORK_CENTER", "SITE_CODE"),
        )

    @classmethod
    def parse(cls, kept: Mapping[str, Mapping[str, list[str]]]) -> Names:
        """Names as `kept` gives them."""
        labels = {
            kind: {int(i): Label(*texts) for i, texts in by_id.items()}
            for kind, by_id in kept.items()
        }
        return cls(**labels)

    def kept(self) -> dict[str, dict[str, list[str]]]:
        """The names as JSON holds them."""
        return {
            kind: {str(i): [one.code, one.name, one.group] for i, one in labels.items()}
            for kind, labels in vars(self).items()
        }

    def product(self, product_id: int) -> str:
        """Name of a product."""
        found = self.products.get(product_id)
        return plain(found and found.name) or f"product {product_id}"

    def site(self, site_id: int) -> str:
        """Code of a site."""
        found = self.sites.get(site_id)
        return plain(found and found.code) or f"site {site_id}"

    def work_center(self, work_center_id: int) -> str:
        """Code of a work centre."""
        found = self.work_centers.get(work_center_id)
        return plain(found and found.code) or f"work centre {work_center_id}"


def called(label: Label | None, otherwise: str) -> str:
    """Code and name of what is labelled; without a label, what else tells it."""
    if label is None:
        return otherwise
    code, name = plain(label.code), plain(label.name)
    return " ".join(dict.fromkeys(text for text in (code, name) if text)) or otherwise


def _labels(frame: pd.DataFrame, kind: str, group: str = "") -> dict[int, Label]:
    texts = [frame[f"{kind}_CODE"], frame[f"{kind}_NAME"]]
    if group:
        texts.append(frame[group].fillna(""))
    rows = zip(frame[f"{kind}_ID"], *(column.astype(str) for column in texts), strict=True)
    return {int(row[0]): Label(*row[1:]) for row in rows}
