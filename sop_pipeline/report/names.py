"""What products, sites and work centres are called, for tables that carry only their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from sop_pipeline.report.wording import plain


@dataclass(frozen=True)
class Names:
    """Names by id; an id without a name is told as such.

    Attributes:
        products: Product name by PRODUCT_ID.
        sites: Site code by SITE_ID.
        work_centers: Work-centre code by WORK_CENTER_ID.
    """

    products: Mapping[int, str] = field(default_factory=dict)
    sites: Mapping[int, str] = field(default_factory=dict)
    work_centers: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def from_masters(
        cls,
        product_master: pd.DataFrame,
        site_master: pd.DataFrame,
        capacity_summary: pd.DataFrame,
    ) -> Names:
        """Take the names from the input tables of the same names."""
        return cls(
            products=_by_id(product_master, "PRODUCT_ID", "PRODUCT_NAME"),
            sites=_by_id(site_master, "SITE_ID", "SITE_CODE"),
            work_centers=_by_id(capacity_summary, "WORK_CENTER_ID", "WORK_CENTER_CODE"),
        )

    def product(self, product_id: int) -> str:
        """Name of a product."""
        return plain(self.products.get(product_id)) or f"product {product_id}"

    def site(self, site_id: int) -> str:
        """Code of a site."""
        return plain(self.sites.get(site_id)) or f"site {site_id}"

    def work_center(self, work_center_id: int) -> str:
        """Code of a work centre."""
        return plain(self.work_centers.get(work_center_id)) or f"work centre {work_center_id}"


def _by_id(frame: pd.DataFrame, key: str, name: str) -> dict[int, str]:
    return {int(i): str(text) for i, text in zip(frame[key], frame[name], strict=True)}
