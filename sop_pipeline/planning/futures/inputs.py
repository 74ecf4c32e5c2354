"""What a hedge is planned from: the checked inputs of each future, and those of mean demand."""

from __future__ import annotations

from dataclasses import dataclass

from sop_pipeline.planning.inputs import PlanningInputs


@dataclass(frozen=True)
class Member:
    """One future of a hedge.

    Attributes:
        probability: How probable it is; the members' add up to 1.
        inputs: Checked inputs of its scenario; `further_products` names the products that any
            member demands within its horizon, so that all plan the same.
    """

    probability: float
    inputs: PlanningInputs


@dataclass(frozen=True)
class HedgeInputs:
    """A hedge: the futures that one build is planned for.

    Attributes:
        scenario_id: The hedge's own scenario.
        scenario_code: Its code.
        members: The futures, by SCENARIO_ID.
        mean: One future of mean demand, under the hedge's own scenario: the forecast rows of all
            members, each quantity times its member's probability.
        baseline_id: SCENARIO_ID of the official baseline; None where there is none.
    """

    scenario_id: int
    scenario_code: str
    members: tuple[Member, ...]
    mean: PlanningInputs
    baseline_id: int | None
