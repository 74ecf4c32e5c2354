"""The costliest futures: what they cost on average, and rows that make it count.

Does not belong here: how much it counts (`Policy`).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.futures.joint import Joint, Tie

RISK = "risk"
"""The term that no future has by itself: weight x (mean of the costliest - expected cost)."""


def conditional_value_at_risk(costs: Floats, probabilities: Floats, level: float) -> float:
    """Mean cost of the costliest futures, those of 1 - level of the probability.

    It is the least over eta of eta + sum of probability x max(0, cost - eta) / (1 - level), which
    lies at one of the costs. Source: Rockafellar and Uryasev 2000.

    Args:
        costs: Cost of each future, currency, (M,).
        probabilities: They add up to 1, (M,).
        level: Share of the futures that are not among the costliest.
    """
    beyond = np.maximum(0.0, costs[None, :] - costs[:, None]) @ probabilities
    return float((costs + beyond / (1.0 - level)).min())


def risk_tie(joint: Joint, probabilities: Floats, weight: float, level: float) -> Tie:
    """Rows and columns by which the costliest futures count, beside what is expected.

    The columns are eta, the cost from which a future is among the costliest, and what each future
    costs beyond it. Costs are not negative, so neither is eta.

    Args:
        joint: The futures.
        probabilities: How probable each is, (M,).
        weight: What the costliest count, lambda.
        level: Share of the futures that are not among them, alpha.
    """
    futures = len(joint.parts)
    costs = np.zeros((futures, joint.columns))
    for number, (part, place) in enumerate(zip(joint.parts, joint.places, strict=True)):
        costs[number, place] = part.programme.cost
    beyond = np.hstack([-np.ones((futures, 1)), -np.eye(futures)])
    return Tie(
        matrix=sparse.csr_array(sparse.hstack([sparse.csr_array(costs), sparse.csr_array(beyond)])),
        row_lower=np.full(futures, -np.inf),
        row_upper=np.zeros(futures),
        costs=weight * np.append(1.0, probabilities / (1.0 - level)),
        term=RISK,
    )
