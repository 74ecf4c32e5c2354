"""The inputs of every published plan, kept beside it by their fingerprint.

Belongs here: input tables as the text that PLAN_INPUT_HISTORY keeps, and back.
Does not belong here: when they are written (a publication's transaction), what differs.
"""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Mapping

import pandas as pd

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.schemas.plan import PLAN_INPUT_HISTORY
from sop_pipeline.store.base import Store
from sop_pipeline.store.packed import DAMAGED, pack, unpack


def archived(tables: Mapping[str, pd.DataFrame]) -> str:
    """A scenario's checked input tables as one text; the order of their rows does not count."""
    ordered = {name: tables[name].sort_values(list(tables[name].columns)) for name in INPUTS}
    return base64.b64encode(pack({}, ordered, zipfile.ZIP_DEFLATED)).decode("ascii")


def kept_inputs(store: Store, input_hash: str) -> dict[str, pd.DataFrame] | None:
    """The input tables of a fingerprint; None where it is not kept, as of an earlier release.

    Raises:
        StoreUnavailable: What is kept is damaged, or a part of it is missing.
    """
    if not store.columns(PLAN_INPUT_HISTORY.qualified_name):
        return None
    parts = store.read("kept_inputs", input_hash=input_hash)["CONTENT"]
    if parts.empty:
        return None
    try:
        _, tables = unpack(base64.b64decode("".join(parts), validate=True))
        return {name: table.typed(tables[name]) for name, table in INPUTS.items()}
    except DAMAGED as error:
        msg = (
            f"{PLAN_INPUT_HISTORY.name}: what is kept of INPUT_HASH {input_hash} is damaged or not "
            f"whole ({error}). Delete its rows; what changed is then told without these inputs."
        )
        raise StoreUnavailable(msg) from error
