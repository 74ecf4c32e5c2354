"""Large plans by a method written for this model; see docs/structured_solver.md.

Belongs here: from a separable problem to a plan with prices. Does not belong here: whether to
believe it (`certificate`), and when it is chosen (`solver`).
"""

from __future__ import annotations

from sop_pipeline.planning.solvers.structured.compiled import EXTRA, is_installed
from sop_pipeline.planning.solvers.structured.separable import separable

__all__ = ["EXTRA", "is_installed", "separable"]
