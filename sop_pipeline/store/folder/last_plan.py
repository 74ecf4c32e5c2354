"""The last plan of a folder: a published build plan beside the input files, for the frozen horizon.

What is wrong with it counts only where it is read.
Does not belong here: whether it suits the plan to be made (`validation/last_plan`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault, InputRefused
from sop_pipeline.schemas.inputs import LAST_PLAN, LAST_PLAN_FILE


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
        nobody = rows.index[rows["SCENARIO_ID"].isna()]
        if len(nobody):
            raise InputRefused([_of_no_scenario(nobody)])
        return rows[rows["SCENARIO_ID"] == scenario_id].drop(columns="SCENARIO_ID")


def _of_no_scenario(nobody: pd.Index) -> Fault:
    shown = tuple(f"row {position + 1}" for position in nobody[:OFFENDERS_SHOWN])
    return Fault(
        LAST_PLAN_FILE.title,
        "schema",
        "a scenario in every row",
        "none",
        "SCENARIO_ID",
        shown,
        len(nobody),
    )
