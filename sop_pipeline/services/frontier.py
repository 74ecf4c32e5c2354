"""The efficient frontier of a plan's hedge, from the inputs that the plan was made of."""

from __future__ import annotations

from sop_pipeline.errors import UsageError
from sop_pipeline.planning import solving_within
from sop_pipeline.planning.futures.frontier import FrontierPoint, efficient_frontier
from sop_pipeline.planning.optimum import Progress
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan
from sop_pipeline.services.plan_inputs import PlanInputs
from sop_pipeline.settings import Solvers


def frontier(
    company: Company, plan: Plan, progress: Progress | None = None
) -> tuple[FrontierPoint, ...]:
    """What a hedge costs on average and at worst at several weights of risk.

    Args:
        company: Whose plan it is.
        plan: The plan of a hedge, solved here or published.
        progress: Told each weight before it is planned.

    Raises:
        UsageError: The inputs of the plan have changed since, and are not kept.
        PlanNotCertified: A plan was not solved in time.
    """
    code = plan.scenario_code
    with company.store.reading():
        inputs = PlanInputs(company).of(plan).inputs
    if inputs is None:
        msg = (
            f"The inputs of {code} have changed since: there is no telling what caution costs "
            f"under them. Plan again: sop plan {code}"
        )
        raise UsageError(msg)
    with solving_within(Solvers.from_environment().time_limit_seconds):
        return efficient_frontier(inputs.hedge_inputs, inputs.policy, progress=progress)
