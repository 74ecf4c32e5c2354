"""The bridge from one plan's margin to another's: revenue, then each term that is spent.

Every step is a difference of published cents, so the steps add up to the cent.
Does not belong here: which change of the inputs a difference comes from (`drivers`), wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sop_pipeline.insight.comparison import PlanFigures, Tables
from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.money import CENTS

REVENUE = "revenue"

PRODUCTION, STORAGE, LOGISTICS = "production", "storage", "logistics"
"""What RECOMMENDED_BUILD_PLAN tells of each product: production with tier premiums, holding with
overflow, transport with handling."""

NO_FAMILY = ""
"""Family of a product that has none."""


@dataclass(frozen=True)
class Step:
    """One step of a bridge.

    Attributes:
        term: What changes.
        cents: By how much that changes the margin; a cost that rises is below 0.
        family: Product family it is of; None where it is of all.
    """

    term: str
    cents: int
    family: str | None = None

    @property
    def amount(self) -> float:
        """The same in currency."""
        return self.cents / CENTS


@dataclass(frozen=True)
class Bridge:
    """From one plan's margin to another's.

    Attributes:
        origin: Scenario it begins with.
        target: Scenario it ends with.
        start: Margin of the first, in cents.
        end: Margin of the other.
        steps: What leads there; they add up to the difference.
    """

    origin: str
    target: str
    start: int
    end: int
    steps: tuple[Step, ...]


def bridge(one: PlanFigures, other: PlanFigures) -> Bridge:
    """The bridge by cost term.

    Raises:
        UsageError: A plan was published before plans told their margin.
    """
    (revenue, start), (other_revenue, end) = one.require_margin(), other.require_margin()
    both = {*one.cost_terms, *other.cost_terms}
    spent = [cost.name for cost in COSTS if cost.is_spent and cost.name in both]
    steps = (
        Step(REVENUE, other_revenue - revenue),
        *(Step(term, one.cost_of(term) - other.cost_of(term)) for term in spent),
    )
    return Bridge(one.scenario_code, other.scenario_code, start, end, steps)


@dataclass(frozen=True)
class FamilyMoney:
    """What the product families of a plan earn and cost.

    Attributes:
        cents: Cents by (family, term); what is earned is above 0, what is spent below.
    """

    cents: Mapping[tuple[str, str], int]

    @classmethod
    def of_plan(
        cls, tables: Tables, revenue: Mapping[int, int], families: Mapping[int, str]
    ) -> FamilyMoney:
        """Add up a plan's published cents by product family.

        Args:
            tables: Its result tables by name.
            revenue: Cents earned by each product, by PRODUCT_ID.
            families: Family of each product, by PRODUCT_ID.
        """
        rows = tables["RECOMMENDED_BUILD_PLAN"]
        money = {
            name: rows[f"PROJECTED_{name}_COST"].mul(CENTS).round().astype("int64")
            for name in ("PRODUCTION", "STORAGE", "TOTAL")
        }
        spent = pd.DataFrame(
            {
                PRODUCTION: money["PRODUCTION"],
                STORAGE: money["STORAGE"],
                LOGISTICS: money["TOTAL"] - money["PRODUCTION"] - money["STORAGE"],
            }
        )
        by_product = spent.groupby(rows["PRODUCT_ID"]).sum()
        total: dict[tuple[str, str], int] = {}
        for product, cents in revenue.items():
            key = (families.get(product, NO_FAMILY), REVENUE)
            total[key] = total.get(key, 0) + cents
        for product, terms in by_product.iterrows():
            for term, cents in terms.items():
                key = (families.get(int(str(product)), NO_FAMILY), str(term))
                total[key] = total.get(key, 0) - int(cents)
        return cls(total)


def family_steps(one: FamilyMoney, other: FamilyMoney) -> tuple[Step, ...]:
    """The bridge by product family and term; it adds up to the same cent."""
    families = sorted({family for family, _ in (*one.cents, *other.cents)})
    keys = [
        (family, term) for family in families for term in (REVENUE, PRODUCTION, STORAGE, LOGISTICS)
    ]
    return tuple(
        Step(term, other.cents.get((family, term), 0) - one.cents.get((family, term), 0), family)
        for family, term in keys
    )
