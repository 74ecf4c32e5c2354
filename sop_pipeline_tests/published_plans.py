"""Plans that stand in a warehouse without a run, for tests of what is told of them afterwards."""

from __future__ import annotations

import uuid
from pathlib import Path

from sop_pipeline.services.company import label_of, open_store
from sop_pipeline.services.input_archive import archived
from sop_pipeline.services.plans import solve_and_check
from sop_pipeline.store import Publication


def publish(*scenarios: str, policy: str | Path | None = None) -> None:
    """Plan scenarios of the environment's warehouse and publish their plans as a run does.

    A fifth of a run's time: nothing is recorded, kept as an asset or drawn.
    """
    company, asked = open_store(), None if policy is None else str(policy)
    for code in scenarios:
        checked = company.checked(code, policy=asked)
        solved = solve_and_check(checked, policy_name=label_of(asked, None)).solved
        run, made_of = str(uuid.uuid4()), archived(checked.tables)
        company.store.publish(
            Publication(checked.scenario.id, solved.tables, run, checked.input_hash, made_of)
        )
