"""What is being prepared: the inputs, the policy, and the index sets they come to.

Belongs here: the one thing every preparation step reads, and the notes it writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.horizon import Horizon
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.problem import Integers


@dataclass(frozen=True)
class Scope:
    """One scenario to prepare.

    Attributes:
        inputs: Its input tables.
        policy: How to plan it.
        horizon: The periods planned.
        products: PRODUCT_ID of each planned product, ascending, (P,).
        warehouses: SITE_ID of each warehouse, ascending, (S,).
        notes: Faults, assumptions and warnings found on the way.
    """

    inputs: PlanningInputs
    policy: Policy
    horizon: Horizon
    products: Integers
    warehouses: Integers
    notes: Notes
