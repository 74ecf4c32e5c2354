"""What futures decide together, and how their costs are weighed against each other.

Does not belong here: how programmes are put together (`joint`) and solved (`joint_plan`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.families import ACTIVATION, BUILD, LOTS, SETUP, VariableFamily
from sop_pipeline.planning.futures.joint import Joint, Part
from sop_pipeline.planning.futures.risk import risk_tie
from sop_pipeline.planning.linear_program import LinearProgram

COMMITTED = (BUILD, ACTIVATION, SETUP, LOTS)
"""Families of which one plan serves all futures up to the commit period."""


@dataclass(frozen=True)
class Weighing:
    """How the costs of futures are weighed against each other.

    Attributes:
        probabilities: How probable each future is; they add up to 1, (M,).
        risk_weight: What the costliest futures count beside what is expected, lambda.
        risk_level: Share of the futures that are not among the costliest, alpha.
    """

    probabilities: Floats
    risk_weight: float = 0.0
    risk_level: float = 0.0


def joined(
    programmes: Sequence[LinearProgram],
    weighing: Weighing,
    committed: int,
    beside: LinearProgram | None = None,
) -> Joint:
    """The programmes of several futures as one, their committed decisions in common.

    Of the one beside them only builds are in common, and its cost does not count.
    """
    weights = (1.0 - weighing.risk_weight) * weighing.probabilities
    parts = [
        Part(lp, float(weight), committed_columns(lp, committed, COMMITTED))
        for lp, weight in zip(programmes, weights, strict=True)
    ]
    if beside is not None:
        parts.append(Part(beside, 0.0, committed_columns(beside, committed, (BUILD,))))
    joint = Joint.of(parts)
    if not weighing.risk_weight:
        return joint
    tie = risk_tie(joint, weighing.probabilities, weighing.risk_weight, weighing.risk_level)
    return replace(joint, tie=tie)


def committed_columns(
    lp: LinearProgram, periods: int, families: Sequence[VariableFamily]
) -> Integers:
    """Columns of a problem's programme that are decided in its first periods for all futures."""
    blocks = [lp.variables[family.name] for family in families]
    decided = [block.indices[..., :periods].ravel() for block in blocks if block.size]
    return np.concatenate([*decided, np.empty(0, np.int64)])
