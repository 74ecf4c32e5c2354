"""What is known of how near a plan is to the cheapest one, in words.

What is recomputed without the solver is proven; what only its search says is claimed, and called
so.
"""

from __future__ import annotations

import pandas as pd

from sop_pipeline.report.wording import plain

LEAST_TOLD = 1e-5
"""Share below which a gap that is more than nothing is told as this."""


def status(row: pd.Series) -> str:
    """The status of a plan; both gaps beside it where it takes whole decisions.

    Args:
        row: The plan's row of BUILD_PLAN_SUMMARY.
    """
    text = plain(row["STATUS"])
    if pd.isna(row.get("PROVEN_GAP")):
        return text
    claimed, proven = (_gap(float(row[name])) for name in ("CLAIMED_GAP", "PROVEN_GAP"))
    return f"{text}, at most {claimed} too dear as the search claims, {proven} as proven"


def _gap(share: float) -> str:
    return f"{100 * max(share, LEAST_TOLD):.2g} %" if share > 0 else "0 %"
