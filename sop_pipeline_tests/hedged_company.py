"""The small company with a hedge over its scenarios: one build for the base and the push."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sop_pipeline_tests.small_company import Tables, small_company

HEDGE, PUSH, BASE = 3, 2, 1


def hedged_company(shares: Mapping[int, float] | None = None) -> Tables:
    """The company with scenario HEDGE.

    Args:
        shares: Probability by SCENARIO_ID of the member; by default the base is likelier.
    """
    tables = small_company()
    members = {BASE: 0.6, PUSH: 0.4} if shares is None else shares
    definitions = tables["scenario_definitions"]
    hedge = definitions.iloc[[0]].assign(
        SCENARIO_ID=HEDGE,
        SCENARIO_CODE="HEDGE",
        SCENARIO_NAME="One build for both",
        SCENARIO_TYPE="HEDGE",
        IS_OFFICIAL_BASELINE="FALSE",
    )
    return {
        **tables,
        "scenario_definitions": pd.concat([definitions, hedge], ignore_index=True),
        "scenario_members": pd.DataFrame(
            {
                "SCENARIO_ID": HEDGE,
                "MEMBER_SCENARIO_ID": list(members),
                "PROBABILITY": list(members.values()),
            }
        ),
    }
