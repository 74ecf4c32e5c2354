"""Demand as it may turn out: the forecast times an error drawn for each product, place and period.

Forecast accuracy is read as 1 - MAPE with normal errors, whose mean absolute size is sqrt(2/pi) of
their standard deviation: an assumption. The factors are lognormal with mean 1, so that no demand
falls below 0 and the forecast stays right on average.
Does not belong here: which levels the forecasts have (`preparation.forecast_errors`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers

SEED = 20_240_704
"""Every plan is judged on the same stream of numbers, on every machine."""

DEVIATION_PER_MAPE = 1.2533
"""Standard deviation of a normal error over its mean absolute size, sqrt(pi / 2)."""


@dataclass(frozen=True)
class ForecastErrors:
    """How far demand may be from its forecast.

    Attributes:
        confidence: CONFIDENCE_LEVEL of the forecast, a share, (P, S, T).
        category: PRODUCT_CATEGORY_ID of each product, nan where it has none, (P,).
        family: Family of each product, counted from 0: categories by id, then the products without
            one, each a family of its own, (P,).
    """

    confidence: Floats
    category: Floats
    family: Integers

    @property
    def sigma(self) -> Floats:
        """Standard deviation of the logarithm of each factor, (P, S, T)."""
        variation = DEVIATION_PER_MAPE * (1.0 - self.confidence)
        return np.sqrt(np.log1p(variation**2))


def families_of(category: Floats) -> Integers:
    """Family of each product, counted from 0, of its category; one without has its own, (P,)."""
    known = np.unique(category[~np.isnan(category)])
    alone = np.isnan(category)
    family = np.searchsorted(known, category)
    family[alone] = len(known) + np.arange(np.count_nonzero(alone))
    return family.astype(np.int64)


def demand_factors(errors: ForecastErrors, correlation: float, draws: int) -> Iterator[Floats]:
    """Factors of demand, one array after another, each independent of the others, (P, S, T).

    Args:
        errors: How far demand may be from its forecast.
        correlation: Share of the variance that a family's products have in common, rho.
        draws: How many.
    """
    for _, factors in futures_drawn([errors], np.ones(1), correlation, draws):
        yield factors


def futures_drawn(
    errors: Sequence[ForecastErrors], probabilities: Floats, correlation: float, draws: int
) -> Iterator[tuple[int, Floats]]:
    """Futures by their probability, one after another, each with factors of its demand, (P, S, T).

    Where there is but one, nothing is drawn to choose it.

    Args:
        errors: How far the demand of each future may be from its forecast.
        probabilities: How probable each is; they add up to 1, (M,).
        correlation: Share of the variance that a family's products have in common, rho.
        draws: How many.
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    ends = np.cumsum(probabilities)[:-1]
    for _ in range(draws):
        chosen = int(np.searchsorted(ends, random.random(), side="right")) if len(ends) else 0
        yield chosen, _factors(errors[chosen], correlation, random)


def _factors(errors: ForecastErrors, correlation: float, random: np.random.Generator) -> Floats:
    sigma, families = errors.sigma, int(errors.family.max()) + 1
    common = random.standard_normal(families)[errors.family, None, None]
    own = random.standard_normal(sigma.shape)
    z = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
    return np.exp(sigma * z - sigma**2 / 2.0)
