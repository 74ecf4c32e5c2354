"""The last plan of a folder: a published build plan beside the input files, for the frozen horizon.

What is wrong with it counts only where it is read.
Does not belong here: whether it suits the plan to be made (`validation/last_plan`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.schemas.inputs import LAST_PLAN


@dataclass(frozen=True)
class GivenPlan:
    """The last plan as files or frames give it.

    Attributes:
        rows: Its rows of every scenario; None where there is no file of it.
        faults: Why it cannot be read.
    """

    rows: pa.Table | None = None
    faults: tuple[Fault, ...] = field(default=())

    def of(self, scenario_id: int) -> pd.DataFrame:
        """The rows of a scenario.

        Raises:
            InputRefused: They cannot be read.
        """
        if self.faults:
            raise InputRefused(self.faults)
        if self.rows is None:
            return LAST_PLAN.empty()
        types = {pa.int64(): pd.Int64Dtype()}
        rows = self.rows.to_pandas(types_mapper=types.get)
        return rows[rows["SCENARIO_ID"] == scenario_id].drop(columns="SCENARIO_ID")
