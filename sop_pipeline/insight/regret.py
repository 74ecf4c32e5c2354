"""What a commitment to one scenario costs when another comes to pass.

The build of each plan up to the commit period is carried out under each other scenario, all else
free. A regret is what that costs beyond the scenario's own optimum; penalties nobody pays are in
it, so margin and lost units stand beside it.
Does not belong here: one plan for several futures at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.errors import NoFeasiblePlan, UsageError
from sop_pipeline.insight.execution import Future, Outcome, outcome_of
from sop_pipeline.planning.commitment import commit_periods
from sop_pipeline.planning.problem import Problem


@dataclass(frozen=True)
class RegretTable:
    """Every build under every demand.

    Attributes:
        commit_until: First day of the last period whose builds are held; None where none is.
        scenarios: The scenarios, in the order asked for.
        best: Each scenario's own optimum.
        outcomes: What the build of the first scenario comes to under the demand of the second;
            pairs that are impossible are not in it.
        impossible: Why the other pairs have no plan.
    """

    commit_until: dt.date | None
    scenarios: tuple[str, ...]
    best: Mapping[str, Outcome]
    outcomes: Mapping[tuple[str, str], Outcome]
    impossible: Mapping[tuple[str, str], str]

    def regret(self, build: str, demand: str) -> float | None:
        """What a build costs beyond the optimum of a demand, in currency; None if impossible."""
        outcome = self.outcomes.get((build, demand))
        return None if outcome is None else outcome.cost - self.best[demand].cost


def regret_table(
    builds: Mapping[str, pd.DataFrame],
    futures: Sequence[Future],
    progress: Callable[[str], None] | None = None,
) -> RegretTable:
    """Carry out every plan's build up to the commit period under every scenario.

    The commit period is the policy's, else the last one before the fiscal quarter with the largest
    demand over all scenarios, each counted alike. Products are those of any scenario.

    Args:
        builds: RECOMMENDED_BUILD_PLAN of each scenario, by code.
        futures: The scenarios, in the order to show.
        progress: Called with a sentence before each scenario.

    Raises:
        UsageError: The scenarios have other policies or periods.
    """
    problems = [future.problem() for future in futures]
    _require_alike(futures, problems)
    commit_until = _commit_until(futures, problems)
    products = sorted({product for one in problems for product in one.products.tolist()})
    solver = futures[0].policy.solver
    best: dict[str, Outcome] = {}
    outcomes: dict[tuple[str, str], Outcome] = {}
    impossible: dict[tuple[str, str], str] = {}
    for future in futures:
        demand, naming = future.scenario_code, future.naming
        if progress is not None:
            progress(f"Carrying out every build under {demand}")
        best[demand] = outcome_of(future.problem(products=products), solver, naming)
        for build, rows in builds.items():
            decided = _decided(rows, commit_until)
            try:
                problem = future.problem(decided, products)
                outcomes[build, demand] = outcome_of(problem, solver, naming)
            except NoFeasiblePlan as conflict:
                impossible[build, demand] = conflict.gist
    return RegretTable(commit_until, tuple(builds), best, outcomes, impossible)


def _decided(rows: pd.DataFrame, until: dt.date | None) -> pd.DataFrame | None:
    return None if until is None else rows[rows["PRODUCTION_WEEK"] <= pd.Timestamp(until)]


def _commit_until(futures: Sequence[Future], problems: Sequence[Problem]) -> dt.date | None:
    """First day of the commit period; quarters are labelled as in the lowest SCENARIO_ID."""
    ids = [future.inputs.scenario_id for future in futures]
    periods = problems[ids.index(min(ids))].periods
    demand = np.sum([problem.demand.sum(axis=(0, 1)) for problem in problems], axis=0)
    committed = commit_periods(periods, demand, futures[0].policy.commit_until)
    return periods.starts[committed - 1] if committed else None


def _require_alike(futures: Sequence[Future], problems: Sequence[Problem]) -> None:
    first, *others = zip(futures, problems, strict=True)
    for future, problem in others:
        pair = f"{first[0].scenario_code} and {future.scenario_code}"
        if future.policy != first[0].policy:
            msg = (
                f"{pair} are planned with other policies: a build of one is not carried out under "
                "the other. Plan both with one policy."
            )
            raise UsageError(msg)
        differing = set(first[1].periods.starts) ^ set(problem.periods.starts)
        if differing:
            days = ", ".join(str(day) for day in sorted(differing))
            msg = (
                f"{pair} have other periods ({days}): a build of one is not carried out under the "
                "other. Plan both over the same horizon."
            )
            raise UsageError(msg)
