"""The text of a file as UTF-8, whatever encoding it was saved in.

Belongs here: bytes and characters.
Does not belong here: what the characters mean (`csv_files`).
"""

from __future__ import annotations

import codecs
import re

from sop_pipeline.errors import InputRefused
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.folder.findings import fault_of

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
    (codecs.BOM_UTF8, "utf-8", ""),
)
"""Byte-order marks; the longer ones first, as one begins with another."""

_NOT_WESTERN = re.compile(rb"[\x80-\x9f\xa1-\xa6\xa8-\xaf\xb1-\xbf\xd7\xf7]|[\xa0-\xff]{3}")
"""What a text in Latin-1 has none of: its letters lie above 0xBF and stand alone or in pairs. Text
of another alphabet, or of Mac OS or DOS, has such bytes."""
_REMEDY = "Save it as CSV UTF-8"
_SAMPLE = re.compile(r"[\w\xa0-\xff]*[^\x00-\x7f][\w\xa0-\xff]*")


def utf8(raw: bytes, name: str, table: Table) -> tuple[bytes, str]:
    """The text in UTF-8, and how it was read where it was in something else.

    Args:
        raw: The file's bytes.
        name: The file's name.
        table: The table it is of.

    Raises:
        InputRefused: It is in no encoding that can be told from others.
    """
    for mark, encoding, said in _MARKS:
        if raw.startswith(mark):
            return _decoded(raw[len(mark) :], encoding, said, name, table)
    if b"\0" in raw:
        got = f"{name} with NUL bytes, the first in line {_line(raw, raw.index(0))}"
        raise _refused(table, got)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if _NOT_WESTERN.search(raw):
            got = f"{name} with other bytes, the first in line {_line(raw, error.start)}"
            raise _refused(table, got) from None
        text = raw.decode("latin-1")
        sample = _SAMPLE.search(text)
        said = "Latin-1" if sample is None else f"Latin-1, as in {sample[0]!r}"
        return text.encode(), said
    return raw, ""


def _decoded(raw: bytes, encoding: str, said: str, name: str, table: Table) -> tuple[bytes, str]:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refused(table, f"{name}, which is no {said or 'UTF-8'}: {error.reason}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _refused(table, f"{name} with NUL characters, the first in line {line}")
    return (text.encode() if said else raw), said


def _line(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1


def _refused(table: Table, got: str) -> InputRefused:
    return InputRefused([fault_of(table, "file", "UTF-8 text", got, remedy=_REMEDY)])
