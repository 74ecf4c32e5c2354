"""What rules look at, held against what they say they read."""

from __future__ import annotations

from contextlib import suppress

import pandas as pd

from sop_pipeline.errors import InputRefused
from sop_pipeline.validation.rule import InputRule
from sop_pipeline.validation.rules import RULES
from sop_pipeline.validation.scenario_inputs import ScenarioInputs


class RecordedInputs(ScenarioInputs):
    """Inputs that remember the tables that were looked at."""

    def rows(self, name: str) -> pd.DataFrame:
        self.__dict__.setdefault("looked_at", set()).add(name)
        return super().rows(name)


def looked_at(rule: InputRule, inputs: ScenarioInputs) -> set[str]:
    """The tables a rule looks at, its own among them."""
    recorded = RecordedInputs(
        inputs.scenario,
        inputs.policy,
        inputs.frames,
        inputs.unreadable,
        inputs.join_counts,
        inputs.day,
    )
    with suppress(InputRefused):  # what it looked at until then counts
        rule.find(recorded)
    return recorded.__dict__.get("looked_at", set())


def require_reads_declared(inputs: ScenarioInputs) -> None:
    """Every rule looks at no more than its own table and what it `reads`."""
    for table, rules in RULES.items():
        for rule in rules:
            more = looked_at(rule, inputs) - {table, *rule.reads}
            assert not more, f"{rule.name} of {table} looks at {more}"
