"""What a person sees at a glance on an asset: figures, a table's first rows, pictures."""

from typing import Any

import pandas as pd

from sop_pipeline.planning import SolvedPlan
from sop_pipeline.validation.intake import Intake


def glance(table: str, frame: pd.DataFrame, intake: Intake) -> dict[str, Any]:
    return {}


def plan_glance(solved: SolvedPlan) -> dict[str, Any]:
    return {}
