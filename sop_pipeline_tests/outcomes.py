"""What becomes of a company: its plan, or the exit status and the words it is refused with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from sop_pipeline.errors import SopError
from sop_pipeline.policies import load_policy
from sop_pipeline.services.checked_scenario import read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.plans import solve_and_check
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import Store


@dataclass(frozen=True)
class Outcome:
    """The exit status `sop solve` would end with; a traceback is the test's own."""

    status: int
    refusal: str = ""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def cost(self) -> float:
        """The plan's objective."""
        return float(self.tables["BUILD_PLAN_SUMMARY"]["OBJECTIVE"].iloc[0])


def outcome(warehouse: Store, code: str = "BASE", **policy: Any) -> Outcome:
    """Plan a scenario of a warehouse as `sop solve` does, or say why not."""
    settings = load_policy("standard", {"demand_source": "base", **policy})
    try:
        reader = InputReader(warehouse, scenario_of(warehouse, code), settings)
        # Without a fingerprint, so that the plans of different inputs may be found the same.
        checked = replace(read_and_check(reader), input_hash="")
        solved = solve_and_check(checked, policy_name="standard").solved
    except SopError as error:
        return Outcome(error.exit_status, str(error))
    return Outcome(0, tables=solved.tables)
