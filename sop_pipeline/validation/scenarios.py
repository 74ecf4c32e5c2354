"""The scenarios of a warehouse, validated: their codes are the partition keys."""

from __future__ import annotations

from sop_pipeline.errors import Fault, InputRefused, UsageError
from sop_pipeline.schemas.atomic import SCENARIO_DEFINITION
from sop_pipeline.validation.intake import Scenario
from sop_pipeline.validation.schema_faults import schema_faults
from sop_pipeline.warehouse.base import Warehouse


def read_scenarios(warehouse: Warehouse) -> tuple[Scenario, ...]:
    """Every scenario, in the order of its id.

    Raises:
        InputRefused: There is none, a code cannot be a partition key, or an id or code repeats.
    """
    frame = SCENARIO_DEFINITION.loosely_typed(warehouse.read("scenarios"))
    faults = schema_faults(SCENARIO_DEFINITION, frame)
    repeated = frame[frame["SCENARIO_CODE"].duplicated(keep=False)]["SCENARIO_CODE"]
    if not repeated.empty:
        got = f"repeated: {', '.join(dict.fromkeys(repeated))}"
        faults.append(_fault("each code once", got))
    if frame.empty:
        faults.append(_fault("at least one scenario", "none"))
    if faults:
        raise InputRefused(faults)
    return tuple(
        Scenario(
            int(row.SCENARIO_ID),
            str(row.SCENARIO_CODE),
            str(row.SCENARIO_NAME),
            baseline=row.IS_OFFICIAL_BASELINE is True,
        )
        for row in frame.astype({"IS_OFFICIAL_BASELINE": object}).itertuples()
    )


def scenario_of(warehouse: Warehouse, code: str) -> Scenario:
    """The scenario of a code.

    Raises:
        UsageError: There is no scenario of that code.
        InputRefused: The scenarios cannot be planned at all.
    """
    scenarios = read_scenarios(warehouse)
    for scenario in scenarios:
        if scenario.code == code:
            return scenario
    known = ", ".join(scenario.code for scenario in scenarios)
    msg = f"There is no scenario {code!r}. The warehouse has {known}."
    raise UsageError(msg)


def _fault(expected: str, got: str) -> Fault:
    return Fault(SCENARIO_DEFINITION.title, "scenarios", expected, got, "SCENARIO_CODE")
