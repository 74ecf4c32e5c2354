"""Published plans, as commands read them."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.schemas.plan import BUILD_PLAN_SUMMARY
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.warehouse import Warehouse


def published_plans(
    warehouse: Warehouse, scenarios: Iterable[str]
) -> dict[str, dict[str, pd.DataFrame]]:
    """The result tables of scenarios, by code, in the order asked for.

    Raises:
        UsageError: A scenario is unknown, or has no published plan.
    """
    found = [scenario_of(warehouse, code).code for code in scenarios]
    plans = {code: warehouse.read_plan(code) for code in dict.fromkeys(found)}
    for code, tables in plans.items():
        if tables[BUILD_PLAN_SUMMARY.name].empty:
            msg = f"{code} has no published plan yet. Run `sop plan {code}`."
            raise UsageError(msg)
    return plans
