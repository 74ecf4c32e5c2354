"""What a load leaves in the store for later: its notes, and the identifiers of codes.

Belongs here: what is kept from load to load, and reading it.
Does not belong here: how codes become identifiers (`folder/codes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.schemas.atomic import SCENARIO_DEFINITION
from sop_pipeline.schemas.bookkeeping import CODE_IDENTIFIER, INPUT_NOTE
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN_HISTORY
from sop_pipeline.schemas.references import MASTERS, code_column, is_scoped
from sop_pipeline.store.base import Identifiers, Store

LOAD = "LOAD"
"""Stands for the loads among the identifiers: each has the number after the one it knew."""

_LATEST_LOAD = (
    f"SELECT MAX(IDENTIFIER) FROM {CODE_IDENTIFIER.qualified_name} WHERE IDENTIFIER_COLUMN = "
    f"'{LOAD}' AND EXISTS (SELECT 1 FROM {SCENARIO_DEFINITION.qualified_name})"
)


class Connection(Protocol):
    """An open connection within a transaction."""

    def value(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run a query and return its only value."""
        ...


def require_latest_known(
    connection: Connection, tables: Mapping[str, pa.Table], store: str
) -> None:
    """Refuse a load that was read before another load was written: both may have given an id.

    Args:
        connection: A connection no other load can write beside.
        tables: What is to be written.
        store: Its name, for the message.

    Raises:
        StoreUnavailable: Another load came between.
    """
    given = tables.get(CODE_IDENTIFIER.name)
    if given is None:
        return
    rows = zip(given["IDENTIFIER_COLUMN"].to_pylist(), given["IDENTIFIER"].to_pylist(), strict=True)
    ours = next((number for column, number in rows if column == LOAD), None)
    latest = connection.value(_LATEST_LOAD)
    if ours is not None and latest is not None and int(latest) != ours - 1:
        msg = (
            f"Another load has replaced the inputs of {store} since this one was begun; "
            "nothing is changed. Load again."
        )
        raise StoreUnavailable(msg)


def known_identifiers(store: Store) -> Identifiers:
    """The identifier each code has or had, and the highest that was ever used."""
    if store.is_empty():
        return Identifiers()
    with store.reading():
        # Later rows are nearer to the present: what a code is now counts.
        frames = [*_planned(store), *_kept(store), *_stored(store)]
    found = pd.concat(frames, ignore_index=True).dropna(subset="IDENTIFIER")
    codes = found.dropna(subset="CODE")
    codes = codes.drop_duplicates(["IDENTIFIER_COLUMN", "CODE"], keep="last")
    codes = codes.drop_duplicates(["IDENTIFIER_COLUMN", "IDENTIFIER"], keep="last")
    return Identifiers(
        codes={
            str(column): dict(zip(rows["CODE"], rows["IDENTIFIER"].astype(int), strict=True))
            for column, rows in codes.groupby("IDENTIFIER_COLUMN")
        },
        highest={
            str(column): int(rows["IDENTIFIER"].max())
            for column, rows in found.groupby("IDENTIFIER_COLUMN")
        },
    )


def _planned(store: Store) -> Iterator[pd.DataFrame]:
    """The highest identifiers of published plans, which a load of before may have left."""
    if store.columns(RECOMMENDED_BUILD_PLAN_HISTORY.qualified_name):
        highest = store.read("planned_identifiers")
        yield highest.melt(var_name="IDENTIFIER_COLUMN", value_name="IDENTIFIER")


def _kept(store: Store) -> Iterator[pd.DataFrame]:
    """What earlier loads had."""
    if store.columns(CODE_IDENTIFIER.qualified_name):
        yield store.read("code_identifiers")


def _stored(store: Store) -> Iterator[pd.DataFrame]:
    """What the masters have, rows that are no longer current first."""
    for master in MASTERS:
        identifier, code = master.key[0], code_column(master.key[0])
        wanted = (identifier, code, "SITE_ID", "IS_CURRENT_FLAG")
        there = store.columns(master.qualified_name)
        columns = tuple(name for name in wanted if name in master.columns and name in there)
        if not {identifier, code} <= set(columns):
            continue
        rows = store.key_counts(master.name, tuple(dict.fromkeys(columns)))
        if "IS_CURRENT_FLAG" in columns:
            rows = rows.assign(IS_CURRENT_FLAG=rows["IS_CURRENT_FLAG"].fillna(value=True))
            rows = rows.sort_values("IS_CURRENT_FLAG", kind="stable")
        codes = rows[code]
        if is_scoped(master):
            codes = rows["SITE_ID"].astype("string") + "/" + codes
        found = {"IDENTIFIER_COLUMN": identifier, "CODE": codes, "IDENTIFIER": rows[identifier]}
        yield pd.DataFrame(found)


def bookkeeping(notes: Sequence[str], known: Identifiers) -> dict[str, pa.Table]:
    """The tables that a load writes beside its inputs.

    Args:
        notes: What was said when the inputs were read.
        known: The identifiers known before the load. Those of the load itself stand in its masters.
    """
    numbers = pa.array(range(1, len(notes) + 1), pa.int64())
    highest = {**known.highest, LOAD: known.highest.get(LOAD, 0) + 1}
    identifiers = [
        *((column, code, number) for column, codes in known.codes.items()
          for code, number in codes.items()),
        *((column, None, number) for column, number in highest.items()),
    ]  # fmt: skip
    columns, codes, values = zip(*identifiers, strict=True)
    return {
        INPUT_NOTE.name: pa.table({"NOTE_NUMBER": numbers, "NOTE": pa.array(notes, pa.string())}),
        CODE_IDENTIFIER.name: pa.table(
            {
                "IDENTIFIER_COLUMN": pa.array(columns, pa.string()),
                "CODE": pa.array(codes, pa.string()),
                "IDENTIFIER": pa.array(values, pa.int64()),
            }
        ),
    }


def input_notes(store: Store) -> tuple[str, ...]:
    """What was said when the stored inputs were loaded; nothing of inputs that came otherwise."""
    if not store.columns(INPUT_NOTE.qualified_name):
        return ()
    return tuple(store.read("input_notes")["NOTE"])
