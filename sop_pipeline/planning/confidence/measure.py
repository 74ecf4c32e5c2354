"""How sure a plan is: the share of demand draws that it survives.

It is the share of demand errors after which enough can still be served with perfect knowledge after
the commit period and all machines running, not the chance that the plan comes true.
Does not belong here: what a draw is (`draws`), and whether one is survived (`judge`).
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.confidence.draws import ForecastErrors, futures_drawn
from sop_pipeline.planning.confidence.judge import Failure, Judge
from sop_pipeline.planning.parallel import side_by_side
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.problem import Problem

NORMAL_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""
TOLD = 10
"""How many times the progress of the draws is told."""


@dataclass(frozen=True)
class FirstFailure:
    """What fails first, most often over the draws that are not survived.

    Attributes:
        period_start: First day of the period, as YYYY-MM-DD.
        product_category_id: The family with most units lost there; None where it is a product
            without one, or storage fails.
        product_id: The family's product with the lowest id; None where storage fails.
        site_id: The warehouse whose storage does not hold; None where units are lost.
        draws: Draws that fail first there.
    """

    period_start: str
    product_category_id: int | None
    product_id: int | None
    site_id: int | None
    draws: int


@dataclass(frozen=True)
class Confidence:
    """How sure a plan is, measured or as its forecasters say.

    Attributes:
        share: MODEL_CONFIDENCE: survived / draws; where none is drawn the demand-weighted mean
            CONFIDENCE_LEVEL of the forecasts; None where neither is known.
        draws: Draws judged; 0 where demand is not drawn.
        survived: Draws survived; None where demand is not drawn, as all that follows.
        low: Lower end of the 95 % interval of the share.
        high: Upper end.
        first_failure: What failed first; None where every draw is survived.
    """

    share: float | None
    draws: int = 0
    survived: int | None = None
    low: float | None = None
    high: float | None = None
    first_failure: FirstFailure | None = None


@dataclass(frozen=True)
class Prospect:
    """A future that demand is drawn around.

    Attributes:
        problem: Its problem.
        errors: How far its demand may be from its forecast.
        probability: How probable it is.
    """

    problem: Problem
    errors: ForecastErrors
    probability: float = 1.0


def measured_confidence(
    build: Floats,
    prospects: Sequence[Prospect],
    committed: int,
    policy: Policy,
    progress: Callable[[str], None] | None = None,
) -> Confidence:
    """Judge the draws of demand on a published plan.

    Args:
        build: Units built by routing in the plan, whole, (R, T).
        prospects: The futures that demand is drawn around, of the same products and periods.
        committed: In how many periods, from the first on, the build is carried out; at least one.
        policy: How many draws, and what survives.
        progress: Called with a sentence now and then.

    Raises:
        PlanNotCertified: A draw could not be judged.
    """
    first_one, draws, held = prospects[0], policy.confidence_draws, max(1, committed)
    problem, errors = first_one.problem, first_one.errors
    workers = min(draws, os.cpu_count() or 1)
    judges = [
        Judge(one.problem, build, held, errors.family, policy.survival_fill_rate)
        for one in prospects
    ]
    every, probabilities = [one.errors for one in prospects], [one.probability for one in prospects]
    judged = count(1)

    def judge_every(first: int) -> list[Failure | None]:
        found: list[Failure | None] = []
        correlation = policy.forecast_error_correlation
        futures = futures_drawn(every, np.array(probabilities), correlation, draws)
        for draw, (future, factors) in enumerate(futures):
            if draw % workers != first:
                continue
            found.append(judges[future].failure(factors))
            number = next(judged)
            if progress is not None and number % max(1, draws // TOLD) == 0:
                progress(f"Judging the plan on draws of demand, {number:,} of {draws:,}")
        return found

    outcomes = [one for part in side_by_side(judge_every, range(workers)) for one in part]
    failures = Counter(one for one in outcomes if one is not None)
    survived = draws - failures.total()
    low, high = wilson_interval(survived, draws)
    return Confidence(
        survived / draws, draws, survived, low, high, _commonest(problem, errors, failures)
    )


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a share. Source: Wilson 1927."""
    z2, share = NORMAL_95**2, successes / trials
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    half *= NORMAL_95
    return max(0.0, centre - half), min(1.0, centre + half)


def _commonest(
    problem: Problem, errors: ForecastErrors, failures: Counter[Failure]
) -> FirstFailure | None:
    """The commonest failure; of equally common ones the one with the lower numbers."""
    if not failures:
        return None
    first, draws = min(failures.items(), key=lambda item: (-item[1], item[0]))
    named: dict[str, Any] = dict.fromkeys(("product_category_id", "product_id", "site_id"))
    if first.family < 0:
        named["site_id"] = int(problem.warehouses[first.warehouse])
    else:
        product = int(np.argmax(errors.family == first.family))
        named["product_id"] = int(problem.products[product])
        if not np.isnan(errors.category[product]):
            named["product_category_id"] = int(errors.category[product])
    start = problem.periods.starts[first.period].isoformat()
    return FirstFailure(period_start=start, draws=draws, **named)
