"""How sure a plan is: draws of demand, each judged on the plan's committed build.

Belongs here: what is drawn, when a draw is survived, and the figures this comes to.
"""

from __future__ import annotations

from sop_pipeline.planning.confidence.measure import (
    Confidence,
    FirstFailure,
    Prospect,
    measured_confidence,
    wilson_interval,
)

__all__ = ["Confidence", "FirstFailure", "Prospect", "measured_confidence", "wilson_interval"]
