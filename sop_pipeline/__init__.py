"""Pre-build production planning, per scenario: a Dagster pipeline, a command line, a library.

As a library:

    import sop_pipeline as sop

    company = sop.read_folder("company")
    plan = sop.plan(company, "Q4_PUSH", overrides={"safety_stock_ratio": 0.2})
    plan.build
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sop_pipeline.on_demand import imported_when_used
from sop_pipeline.version import __version__ as __version__

if TYPE_CHECKING:
    from sop_pipeline.services.company import Company as Company
    from sop_pipeline.services.company import open_store as open_store
    from sop_pipeline.services.company import read_folder as read_folder
    from sop_pipeline.services.company_plans import Plan as Plan
    from sop_pipeline.services.company_plans import plan as plan
    from sop_pipeline.services.company_plans import published as published
    from sop_pipeline.services.comparing import Comparison as Comparison
    from sop_pipeline.services.comparing import compare as compare
    from sop_pipeline.services.explaining import ExplainedPlan as ExplainedPlan
    from sop_pipeline.services.explaining import explain as explain
    from sop_pipeline.services.plan_changes import PlanChanges as PlanChanges
    from sop_pipeline.services.plan_changes import diff as diff
    from sop_pipeline.services.plan_page import write_page as write_page
    from sop_pipeline.services.what_ifs import WhatIf as WhatIf
    from sop_pipeline.services.what_ifs import whatif as whatif

__getattr__ = imported_when_used(
    __name__,
    {
        "Company": "services.company",
        "Comparison": "services.comparing",
        "ExplainedPlan": "services.explaining",
        "Plan": "services.company_plans",
        "PlanChanges": "services.plan_changes",
        "WhatIf": "services.what_ifs",
        "compare": "services.comparing",
        "diff": "services.plan_changes",
        "explain": "services.explaining",
        "open_store": "services.company",
        "plan": "services.company_plans",
        "published": "services.company_plans",
        "read_folder": "services.company",
        "whatif": "services.what_ifs",
        "write_page": "services.plan_page",
    },
)

__all__ = [
    "Company",
    "Comparison",
    "ExplainedPlan",
    "Plan",
    "PlanChanges",
    "WhatIf",
    "compare",
    "diff",
    "explain",
    "open_store",
    "plan",
    "published",
    "read_folder",
    "whatif",
    "write_page",
]
