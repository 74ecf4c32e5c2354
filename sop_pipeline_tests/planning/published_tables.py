"""Every figure of the published tables, computed anew from the input and from the other tables.

Written from the contract alone, in plain loops; shares no code with the planner.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sop_pipeline_tests.planning.companies import records
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.published_builds import PublishedBuilds
from sop_pipeline_tests.planning.published_figures import Row
from sop_pipeline_tests.planning.published_pegs import Published, peg_findings
from sop_pipeline_tests.planning.published_stock import PublishedStock
from sop_pipeline_tests.planning.published_summary import PublishedSummary


def findings(tables: Mapping[str, pd.DataFrame], company: Company) -> list[str]:
    """Everything in a plan's tables that is not what the contract asks for; empty if all is."""
    check = _Check(tables, company)
    if not check.said.found:
        check.inventory()
        check.capacity()
        check.warehouses()
        check.shipments()
        check.builds()
        check.summary()
        check.pegs(records(tables["BUILD_PLAN_PEGGING"]))
    return check.said.found


class _Check(PublishedStock, PublishedBuilds, PublishedSummary):
    """All tables of a plan."""

    def pegs(self, rows: list[Row]) -> None:
        published = Published(
            company=self.company,
            inventory=self.rows["BUILD_PLAN_INVENTORY"],
            shipments={
                key: row["UNITS_SHIPPED"] for key, row in self.rows["BUILD_PLAN_SHIPMENT"].items()
            },
            built={
                key: row["RECOMMENDED_QUANTITY"]
                for key, row in self.rows["RECOMMENDED_BUILD_PLAN"].items()
            },
            total=self.total,
            lead={(a, b): lead for a, b, _, lead in self.lanes},
            plant={(p, code): plant for p, code, plant, _, _ in self.routings},
            stands_at=self.stands_at,
        )
        if not self.said.found:
            self.said.found += peg_findings(published, rows)
