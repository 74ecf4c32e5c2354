"""Tables and documents as one archive, which carries checksums."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import pandas as pd

DAMAGED = (
    *(ValueError, KeyError, TypeError, EOFError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What reading a damaged archive raises; an unknown compression is not implemented to zipfile."""


def pack(
    documents: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    compression: int = zipfile.ZIP_STORED,
) -> bytes:
    """An archive of a JSON file for each document and a Parquet file for each table.

    Args:
        documents: Plain values, by name.
        tables: Frames, by name.
        compression: One of zipfile's; what is kept for good is worth the time.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression) as members:
        for name, settings in documents.items():
            members.writestr(f"{name}.json", json.dumps(settings))
        for name, frame in tables.items():
            members.writestr(f"{name}.parquet", frame.to_parquet(index=False))
    return archive.getvalue()


def unpack(content: bytes) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """The documents and tables of an archive.

    Raises:
        Exception: It is none, or damaged: one of `DAMAGED`.
    """
    documents: dict[str, Any] = {}
    tables: dict[str, pd.DataFrame] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as members:
        for member in members.namelist():
            name, _, kind = member.rpartition(".")
            if kind == "json":
                documents[name] = json.loads(members.read(member))
            else:
                tables[name] = pd.read_parquet(io.BytesIO(members.read(member)))
    return documents, tables
