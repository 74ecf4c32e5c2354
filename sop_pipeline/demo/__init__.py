"""The demo company: deterministic, seeded, with a real winter peak that forces pre-building.

Belongs here: its tables, and plain simulations that show why it needs a plan.
Does not belong here: planning.
"""

from __future__ import annotations

from sop_pipeline.demo.company import DEMO_SEED, DEMO_VARIANTS, Variant, demo_company
from sop_pipeline.demo.horizon import coming_year

__all__ = ["DEMO_SEED", "DEMO_VARIANTS", "Variant", "coming_year", "demo_company"]
