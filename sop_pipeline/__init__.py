"""Pre-build production planning, per scenario: a Dagster pipeline, a command line, a library.

As a library:

    import sop_pipeline as sop

    company = sop.read_folder("company")
    plan = sop.plan(company, "Q4_PUSH", overrides={"safety_stock_ratio": 0.2})
    plan.build
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

_COMPANY, _PLANS = "sop_pipeline.services.company", "sop_pipeline.services.company_plans"
_CHANGES = "sop_pipeline.services.plan_changes"
_COMPARING = "sop_pipeline.services.comparing"
_EXPLAINING = "sop_pipeline.services.explaining"
_MODULES = {
    "Company": _COMPANY,
    "open_store": _COMPANY,
    "read_folder": _COMPANY,
    "Comparison": _COMPARING,
    "compare": _COMPARING,
    "ExplainedPlan": _EXPLAINING,
    "explain": _EXPLAINING,
    "PlanChanges": _CHANGES,
    "diff": _CHANGES,
    "Plan": _PLANS,
    "plan": _PLANS,
    "published": _PLANS,
    "write_page": "sop_pipeline.services.plan_page",
    "WhatIf": "sop_pipeline.services.what_ifs",
    "whatif": "sop_pipeline.services.what_ifs",
}
"""Where each public name lives; imported when it is first used, because that takes a second."""

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


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first used."""
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_MODULES[name]), name)
