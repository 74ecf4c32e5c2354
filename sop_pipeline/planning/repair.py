"""The cheapest repair where no plan satisfies the hard constraints, in the planner's words.

An elastic relaxation: every hard limit may give, at a price.
Does not belong here: why there is no plan (`diagnosis`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.families import PERIOD_AXES
from sop_pipeline.planning.linear_program import CostTerm, LinearProgram
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.preparation.lookup import index_of
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import solve
from sop_pipeline.planning.solvers.whole_numbers import WholeNumberModel

MEMBERS_SHOWN = 8
NEGLIGIBLE = 1e-6
REPAIR_GAP, REPAIR_SECONDS = 1e-4, 30.0
"""Where decisions are whole: how near the repair must be to the cheapest, and the time for it."""


@dataclass(frozen=True)
class Slack:
    """One way a family of constraints may give.

    Attributes:
        family: Constraint family.
        giving: What giving so many units means for the planner.
        sign: Coefficient in the constraint.
        weight: Price per unit, one per row of the family.
        limit: Most it may give, one per row.
    """

    family: str
    giving: str
    sign: float
    weight: Floats
    limit: Floats


def slacks_of(problem: Problem) -> dict[str, Slack]:
    """Every way the hard constraints may give, with its price; prices of 0 count as 1."""
    centers, periods = len(problem.work_centers), len(problem.periods)
    premium = np.zeros((centers, periods))
    np.maximum.at(premium, problem.tiers.work_center, problem.tiers.premium)
    due = np.count_nonzero(problem.terminal_stock)
    unlimited = np.inf
    decided = _worth_of_decided_builds(problem)
    return {
        "shortage": Slack(
            "inventory_balance",
            "units of demand less",
            1.0,
            _priced(problem.lost_sale_cost),
            problem.demand,
        ),
        "storage": Slack(
            "warehouse_storage",
            "pallets more",
            -1.0,
            _priced(problem.overflow_rate),
            np.full(problem.overflow_rate.shape, unlimited),
        ),
        "capacity": Slack(
            "work_center_capacity",
            "capacity units more",
            -1.0,
            _priced(premium),
            np.full(premium.shape, unlimited),
        ),
        "safety_stock": Slack(
            "safety_stock",
            "units of safety stock less",
            1.0,
            np.ones(problem.shape),
            problem.safety_stock,
        ),
        "terminal_stock": Slack(
            "terminal_stock",
            "units of stock less at the end",
            1.0,
            np.ones(due),
            np.full(due, unlimited),
        ),
        **{
            f"frozen_build_{change}": Slack(
                "frozen_build",
                f"units of decided builds {change}",
                sign,
                decided,
                np.full(decided.shape, unlimited),
            )
            for change, sign in (("less", 1.0), ("more", -1.0))
        },
    }


def _worth_of_decided_builds(problem: Problem) -> Floats:
    """Price of a unit of each build that is decided, more or less, (G, H).

    It is the product's largest cost of a lost sale in the period.
    """
    held = problem.held
    if held is None:
        return np.zeros((0, 0))
    largest = problem.lost_sale_cost.max(axis=1)[:, held.periods]
    product = index_of(problem.products, held.product)
    return np.where((product >= 0)[:, None], _priced(largest[product]), 1.0)


def cheapest_repair(lp: LinearProgram, slacks: list[Slack]) -> list[Floats] | None:
    """Cheapest amounts by which the slacks give, one array each; None where none suffices."""
    blocks = [lp.constraints[slack.family] for slack in slacks]
    extra = [
        sparse.csr_array(
            (
                np.full(block.indices.size, slack.sign),
                (block.indices.ravel(), np.arange(block.indices.size)),
            ),
            shape=(lp.shape[0], block.indices.size),
        )
        for slack, block in zip(slacks, blocks, strict=True)
    ]
    weights = np.concatenate([slack.weight.ravel() for slack in slacks])
    columns = lp.shape[1]
    elastic = replace(
        lp,
        variables={},
        matrix=sparse.csr_array(sparse.hstack([lp.matrix, *extra])),
        lower=np.concatenate([lp.lower, np.zeros(len(weights))]),
        upper=np.concatenate([lp.upper, *(slack.limit.ravel() for slack in slacks)]),
        cost_terms={"repair": CostTerm(((columns + np.arange(len(weights)), weights),))},
    )
    values = _cheapest(elastic)
    if values is None:
        return None
    ends = np.cumsum([block.indices.size for block in blocks])[:-1]
    parts = np.split(values[columns:], ends)
    return [part.reshape(block.indices.shape) for part, block in zip(parts, blocks, strict=True)]


def _cheapest(elastic: LinearProgram) -> Floats | None:
    """Values of least cost, (n,), the best found in the time where decisions are whole."""
    if not len(elastic.whole):
        outcome = solve(elastic, "highs")
        return outcome.primal if isinstance(outcome, ProgrammeSolution) else None
    scaled = scale(elastic)
    found = WholeNumberModel(scaled.programme).search(REPAIR_GAP, REPAIR_SECONDS)
    return None if found.values is None else found.values * scaled.sizes.columns


def repair_sentence(
    lp: LinearProgram, slacks: list[Slack], amounts: list[Floats], naming: Naming
) -> str:
    """What gives, by how much and where, the dearest of each kind first.

    Args:
        lp: The programme.
        slacks: The ways it may give.
        amounts: How much of each is given, as `cheapest_repair` finds it.
        naming: What products and places are called.
    """
    parts: list[str] = []
    cost = 0.0
    for slack, amount in zip(slacks, amounts, strict=True):
        given = _given(lp, slack, amount.ravel())
        cost += sum(one.cost for one in given)
        parts += [
            one.told(slack.giving, naming) for one in sorted(given, key=lambda one: -one.cost)
        ]
    shown = parts[:MEMBERS_SHOWN]
    rest = f"; and {len(parts) - len(shown):,} more" if len(parts) > len(shown) else ""
    best = "Cheapest repair found in the time" if len(lp.whole) else "Cheapest repair"
    return f"{best}, {cost:,.2f} in all: {'; '.join(shown)}{rest}."


@dataclass(frozen=True)
class _Given:
    """What gives at one place.

    Attributes:
        place: Its labels, by axis, without the period.
        weight: Price per unit.
        units: Units by period; of what has no period, under an empty text.
    """

    place: dict[str, str]
    weight: float
    units: dict[str, float]

    @property
    def cost(self) -> float:
        return self.weight * sum(self.units.values())

    def told(self, giving: str, naming: Naming) -> str:
        """Such as `3 capacity units more in 2025-01, 4 in 2025-02 (work centre 101; ...)`."""
        (first, units), *later = self.units.items()
        place, weight = naming.places([self.place]), f"weight {self.weight:,.2f}"
        if not later:
            where = ", ".join(text for text in (place, first) if text)
            return f"{whole_above(units):,} {giving} ({where}; {weight})"
        more = "".join(f", {whole_above(units):,} in {period}" for period, units in later)
        return f"{whole_above(units):,} {giving} in {first}{more} ({place}; {weight})"


def _given(lp: LinearProgram, slack: Slack, amount: Floats) -> list[_Given]:
    """What gives of one family, place by place."""
    block = lp.constraints[slack.family]
    found: dict[tuple[tuple[str, str], ...], _Given] = {}
    for offset in np.flatnonzero(amount > NEGLIGIBLE).tolist():
        place = lp.member(block, block.slice.start + offset)
        periods = [place.pop(axis) for axis in PERIOD_AXES if axis in place]
        weight = float(slack.weight.ravel()[offset])
        key = (*place.items(), ("weight", str(weight)))
        one = found.setdefault(key, _Given(place, weight, {}))
        one.units[", ".join(periods)] = float(amount[offset])
    return list(found.values())


def whole_above(units: float) -> int:
    """Units rounded up: what a person has to find."""
    return math.ceil(units - NEGLIGIBLE)


def _priced(weights: Floats) -> Floats:
    return np.where(weights > 0, weights, 1.0)
