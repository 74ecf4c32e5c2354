"""Plans of the past: what a run published of a scenario, as the history keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.report.named_tables import build_in_words
from sop_pipeline.report.names import Names
from sop_pipeline.report.parts import Part, part_of_builds
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.selection import Choice
from sop_pipeline.services.company import Company


@dataclass(frozen=True)
class PastPlan:
    """The build plan that a run published; of the other tables the history keeps nothing.

    Attributes:
        scenario_code: The scenario.
        publication: Its row of `Store.publications`: run, inputs, policy, version, when, cost.
        rows: Its rows of RECOMMENDED_BUILD_PLAN_HISTORY.
        names: What ids are called today.
    """

    scenario_code: str
    publication: Mapping[str, Any]
    rows: pd.DataFrame
    names: Names

    @property
    def run_id(self) -> str:
        """The run that published it."""
        return str(self.publication["RUN_ID"])

    @property
    def published_at(self) -> pd.Timestamp:
        """When that was (UTC)."""
        return pd.Timestamp(self.publication["PUBLISHED_TIMESTAMP"])

    @property
    def summary(self) -> dict[str, Any]:
        """What is known of it, under the keys that `Plan.summary` has."""
        publication = self.publication
        days = self.rows["PRODUCTION_WEEK"]
        return {
            "scenario_code": self.scenario_code,
            "total_cost": float(publication["TOTAL_COST"]),
            "units": float(publication["UNITS"]),
            "published": pd.Timestamp(publication["PUBLISHED_TIMESTAMP"], tz="UTC").isoformat(),
            "as_of": publication["AS_OF_DATE"],
            "horizon_start": days.min(),
            "horizon_end": days.max(),
            "horizon_periods": int(days.nunique()),
            "grain": self.grain,
            "policy": publication["POLICY"],
            "policy_settings": self.policy_settings,
            "currency": self.currency,
            "input_hash": publication["INPUT_HASH"],
            "model_version": publication["MODEL_VERSION"],
        }

    @property
    def build(self) -> pd.DataFrame:
        """What to build: a row per product, work centre and period, in words."""
        return build_in_words(self.rows, self.names, self.scenario_code)

    def part(self, choice: Choice) -> Part:
        """The part of it that is asked for.

        Raises:
            UsageError: Something asked for is not in it, or there is nothing of all of it together.
        """
        periods = PeriodNames.of_builds(self.rows)
        return part_of_builds(self.build, choice, periods, self.grain, self.currency)

    @property
    def currency(self) -> str:
        """Label of its currency; empty where its policy is not known."""
        return str(self.policy_settings.get("currency", ""))

    @property
    def policy_settings(self) -> Mapping[str, Any]:
        """Every field of its policy; none where it was published by the first release."""
        kept = self.rows["POLICY_SETTINGS"].dropna()
        return {} if kept.empty else json.loads(kept.iloc[0])

    @property
    def grain(self) -> str:
        """What its version ends with: network or aggregate."""
        return str(self.publication["MODEL_VERSION"]).rpartition(" ")[2]


def published_by(company: Company, scenario: str, run: str) -> PastPlan:
    """What a run published of a scenario.

    Args:
        company: The company.
        scenario: Code of the scenario.
        run: The run's id, or how it begins.

    Raises:
        UsageError: The scenario is unknown, or no run of its history, or several, begin like this.
    """
    with company.store.reading():
        code = company.scenario(scenario).code
        listed = company.store.publications(code)
        publication = _publication_of(listed.to_dict("records"), code, run)  # type: ignore[arg-type]
        rows = company.store.read_publication(code, publication["RUN_ID"])
        return PastPlan(code, publication, rows, company.names)


def _publication_of(listed: list[dict[str, Any]], code: str, run: str) -> dict[str, Any]:
    """The publication of the run that begins like this."""
    found = [one for one in listed if run and one["RUN_ID"].startswith(run)]
    if len(found) == 1:
        return found[0]
    runs = f"{len(found)} runs" if found else "No run"
    msg = (
        f"{runs} with an id that begins with {run!r} published {code}. `sop history {code}` lists "
        "those that did"
    )
    raise UsageError(msg)
