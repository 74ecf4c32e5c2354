"""How sure a plan is, in words.

Does not belong here: how it is measured (`planning.confidence`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.wording import count, percent, plain


@dataclass(frozen=True)
class MeasuredConfidence:
    """A share of draws survived.

    Attributes:
        survived: Draws survived.
        draws: Draws of demand.
        low: Lower end of the 95 % interval of the share.
        high: Upper end.
        first_failure: What failed first most often, as in summary.json; None where nothing did.
        fill_rate: Fill rate at which a draw is survived, `survival_fill_rate` of the policy.
    """

    survived: int
    draws: int
    low: float
    high: float
    first_failure: dict[str, Any] | None
    fill_rate: float

    @property
    def share(self) -> str:
        """The share and its interval."""
        return (
            f"{percent(100 * self.survived / self.draws)} of {count(self.draws, 'demand draw')} "
            f"({self.interval})"
        )

    @property
    def interval(self) -> str:
        """The 95 % interval of the share."""
        return f"{percent(100 * self.low)} to {percent(100 * self.high)}"

    @property
    def meaning(self) -> str:
        """What the share says, and what it does not."""
        return (
            f"It is the share of demand errors after which {100 * self.fill_rate:g} % can still be "
            "served with perfect knowledge after the commit period and all machines running, not "
            "the chance that the plan comes true."
        )

    def text(self, names: Names | None, periods: PeriodNames) -> str:
        """The share, and what fails first."""
        return f"{self.share}{self.fails_first(names, periods)}"

    def fails_first(self, names: Names | None, periods: PeriodNames) -> str:
        """What fails first, as the end of a sentence; empty where nothing does."""
        first = self.first_failure
        if first is None:
            return ""
        when = periods.name(pd.Timestamp(first["period_start"]))
        what = _place(first, names or Names())
        return f"; first to fail, in {count(first['draws'], 'draw')}: {what}, {when}"


def measured_confidence(row: pd.Series) -> MeasuredConfidence | None:
    """The measured confidence of a row of BUILD_PLAN_SUMMARY; None where none was measured."""
    draws = row.get("CONFIDENCE_DRAWS")
    if draws is None or pd.isna(draws):
        return None
    first = row["CONFIDENCE_FIRST_FAILURE"]
    return MeasuredConfidence(
        survived=int(row["CONFIDENCE_SURVIVED"]),
        draws=int(draws),
        low=float(row["CONFIDENCE_LOW"]),
        high=float(row["CONFIDENCE_HIGH"]),
        first_failure=None if pd.isna(first) else json.loads(first),
        fill_rate=json.loads(str(row["POLICY_SETTINGS"]))["survival_fill_rate"],
    )


def _place(first: dict[str, Any], names: Names) -> str:
    """The warehouse that cannot hold its stock, or the family that goes short."""
    if first["site_id"] is not None:
        return f"storage of {names.site(first['site_id'])}"
    label = names.products.get(first["product_id"])
    if first["product_category_id"] is not None and label is not None and label.group:
        return plain(label.group)
    return names.product(first["product_id"])
