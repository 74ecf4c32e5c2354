"""The scenario partitions: dynamic, one per row of SCENARIO_DEFINITION."""

import dagster as dg

SCENARIOS = dg.DynamicPartitionsDefinition(name="scenario")
