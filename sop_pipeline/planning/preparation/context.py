"""What is being prepared: the inputs, the policy, and the index sets they come to.

Belongs here: the one thing every preparation step reads, and the notes it writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.horizon import Horizon
from sop_pipeline.planning.preparation.lookup import first_given
from sop_pipeline.planning.preparation.notes import Notes


@dataclass(frozen=True)
class PreparationContext:
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

    @cached_property
    def naming(self) -> Naming:
        """What products, sites and work centres are called; pooled ones have no names."""
        return Naming() if self.policy.grain == "aggregate" else Naming.of(self.inputs)

    def own_or_policy(
        self, own: Floats, field: str, *, counts: bool = True, per_month: bool = False
    ) -> Floats:
        """The rows' own figures, else the policy's; it is noted where the policy's is felt.

        Args:
            own: Figures of the rows, nan where they have none.
            field: The policy's field.
            counts: Whether such a figure has any effect in this plan.
            per_month: Whether the policy's figure is one of a month and the rows' are of periods,
                which are their last axis.
        """
        value = getattr(self.policy, field)
        if counts and np.isnan(own).any():
            self.notes.felt.add(field)
        if per_month and value is not None:
            value = value * self.horizon.months
        return first_given(own, value)
