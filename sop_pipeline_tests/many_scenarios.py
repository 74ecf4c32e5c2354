"""The small company with any number of scenarios, each with a demand of its own."""

from __future__ import annotations

import pandas as pd

from sop_pipeline_tests.small_company import Tables, small_company


def many_scenarios(number: int, tables: Tables | None = None) -> Tables:
    """A company with so many scenarios: its own first, then S03, S04, ... from its first one.

    Args:
        number: How many, at least as many as the company has.
        tables: The company; without it the small one.
    """
    company = tables or small_company()
    definitions, demand = company["scenario_definitions"], company["demand_forecasts"]
    first = demand[demand["SCENARIO_ID"] == definitions["SCENARIO_ID"].iloc[0]]
    more_definitions, more_demand = [definitions], [demand]
    for count in range(len(definitions) + 1, number + 1):
        scenario = int(definitions["SCENARIO_ID"].max()) + count
        more_definitions.append(
            definitions.head(1).assign(
                SCENARIO_ID=scenario,
                SCENARIO_CODE=f"S{count:02}",
                SCENARIO_NAME=f"Scenario {count}",
                SCENARIO_TYPE="MARKETING_PUSH",
                IS_OFFICIAL_BASELINE="FALSE",
            )
        )
        quantity = (first["FORECAST_QUANTITY"].astype(float) * (0.8 + 0.01 * count)).round()
        start = int(demand["DEMAND_FORECAST_ID"].max()) + count * len(first)
        more_demand.append(
            first.assign(
                SCENARIO_ID=scenario,
                FORECAST_QUANTITY=quantity,
                DEMAND_FORECAST_ID=range(start, start + len(first)),
            )
        )
    return {
        **company,
        "scenario_definitions": pd.concat(more_definitions, ignore_index=True),
        "demand_forecasts": pd.concat(more_demand, ignore_index=True),
    }
