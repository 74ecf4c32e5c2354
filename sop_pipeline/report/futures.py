"""What not knowing the future costs a hedge, in words.

Does not belong here: the figures (`planning/futures`), the table of the futures (`future_tables`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.wording import count, money, plain

NOT_A_BUDGET = (
    "Regret and the worth of knowing have penalties in them that nobody pays, so margin and lost "
    "units stand beside them; the worth is an upper bound, not a budget, and the expected cost "
    "against another plan's cost is no saving."
)


@dataclass(frozen=True)
class Hedged:
    """What a hedge commits to, and what not knowing the future costs.

    Attributes:
        futures: How many futures one build is planned for.
        until: Name of the last period with one build for all; empty where nothing is committed.
        reference: Code of the future whose plan is published beyond that build.
        expected_cost: Cost over the futures, each by its probability (currency).
        evpi: What knowing is worth at most (currency).
        vss: What planning for the average costs beyond it; None where the build for the average
            is impossible in some future (currency).
        caution: What weighing the costliest futures adds to the expected cost (currency).
        currency: Label of the currency.
    """

    futures: int
    until: str
    reference: str
    expected_cost: float
    evpi: float
    vss: float | None
    caution: float
    currency: str

    @property
    def knowing(self) -> str:
        """What knowing is worth, as a sentence."""
        when = f"rather than after {self.until}" if self.until else "rather than later"
        worth = money(self.evpi, self.currency)
        return (
            f"Knowing at the start {when} which of {count(self.futures, 'future')} comes is worth "
            f"at most {worth}"
        )

    @property
    def averaging(self) -> str:
        """What planning for the average costs, as a sentence."""
        if self.vss is None:
            return "The build that is cheapest for the average is impossible in some future"
        every = "both" if self.futures == 2 else "all"  # noqa: PLR2004
        cost = money(self.vss, self.currency)
        return f"Planning for the average instead of for {every} costs {cost} more"

    @property
    def commitment(self) -> str:
        """Up to when there is one build, and whose plan follows."""
        if not self.until:
            return f"nothing is committed; the plan is that of {self.reference}"
        return f"up to {self.until} for {count(self.futures, 'future')}, then {self.reference}'s"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and text of each, for a closing summary."""
        return [
            ("One build", self.commitment),
            ("Expected cost", f"{money(self.expected_cost, self.currency)}, penalties included"),
            *([("Not knowing", f"{self.knowing}. {self.averaging}")] if self.futures > 1 else []),
            *(
                [("Price of caution", money(self.caution, self.currency))]
                if self.caution > 0
                else []
            ),
        ]


def hedged(tables: Tables) -> Hedged | None:
    """What a plan says of its futures; None where it is no hedge."""
    rows, row = future_rows(tables), tables["BUILD_PLAN_SUMMARY"].iloc[0]
    if rows.empty:
        return None
    until, vss = row["COMMIT_UNTIL"], row["VSS"]
    return Hedged(
        futures=len(rows),
        until="" if pd.isna(until) else PeriodNames.of_plan(tables).name(pd.Timestamp(until)),
        reference=plain(row["REFERENCE_MEMBER"]),
        expected_cost=float(row["EXPECTED_COST"]),
        evpi=float(row["EVPI"]),
        vss=None if pd.isna(vss) else float(vss),
        caution=float(row["PRICE_OF_CAUTION"]),
        currency=str(row["CURRENCY"]),
    )


def future_rows(tables: Tables) -> pd.DataFrame:
    """The rows of BUILD_PLAN_FUTURE; none in tables of an earlier release."""
    return tables.get("BUILD_PLAN_FUTURE", pd.DataFrame())
