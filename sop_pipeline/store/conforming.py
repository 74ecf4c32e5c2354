"""Columns as a customer stores them, read in our types.

An identifier may be text there, a flag `Y` or 1, a day a timestamp with its zone. Each is read
through an expression that is NULL where a value has no place in our type; such values are not
lost in silence: `Cast.is_lost` finds them.
Belongs here: which stored type is read as which of ours, and how.
Does not belong here: where the columns are (`catalog`), what values mean (`schemas/`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sop_pipeline.planning.days import FOR_EVER, SINCE_EVER
from sop_pipeline.schemas.column import ColumnType
from sop_pipeline.store.ddl import DUCKDB, SNOWFLAKE, Dialect

_WHOLE, _NUMBER, _TEXT, _WORD = "whole", "number", "text", "word"
_DATE, _TIME, _ZONED, _FLAG, _OTHER = "date", "time", "zoned", "flag", "other"

_AS_THEY_ARE: Mapping[ColumnType, set[str]] = {
    "identifier": {_WHOLE},
    "text": {_TEXT},
    "number": {_WHOLE, _NUMBER},
    "date": {_DATE},
    "timestamp": {_TIME},
    "flag": {_FLAG},
}


@dataclass(frozen=True)
class Spelling:
    """What one kind of database calls things.

    Attributes:
        dialect: Its types.
        search: Function that tells whether a text has a regular expression in it.
        families: Kind of values by the stored type, its size left out.
        whole_digits: Largest precision at which a decimal without a scale is read as it is.
    """

    dialect: Dialect
    search: str
    families: Mapping[str, str]
    whole_digits: int

    def family(self, stored: str) -> str:
        """Kind of values of a stored type."""
        if stored.endswith("]"):
            return _OTHER
        word, _, size = stored.partition("(")
        digits = re.fullmatch(r"(\d+), ?0\)", size)
        if digits and int(digits[1]) <= self.whole_digits:
            return _WHOLE
        return self.families.get(word, _OTHER)

    def matches(self, raw: str, pattern: str) -> str:
        """The condition that a text, blanks around it aside, matches a quoted expression."""
        return f"{self.search}(TRIM({raw}), {pattern})"


_Read = Callable[[str, Spelling], str]
"""Gives the expression that reads a column, from the column in SQL.
"""


_LONGEST_WHOLE = 18
_YES = "'TRUE', 'T', 'YES', 'Y', 'ON', '1'"
_NO = "'FALSE', 'F', 'NO', 'N', 'OFF', '0'"
_FIGURE = "'^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'"
_NO_FIGURE = "'INF', '+INF', '-INF', 'INFINITY', '+INFINITY', '-INFINITY', 'NAN'"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FOR_EVER = "'^([+]?(inf|infinity)|[0-9]{5,}-[0-9]{2}-[0-9]{2}.*)$'"
_SINCE_EVER = "'^(-(inf|infinity)|[0-9]{4,}-[0-9]{2}-[0-9]{2}.*bc[)]?)$'"


def _whole_of_number(raw: str, _: Spelling) -> str:
    whole = f"{raw} = FLOOR({raw}) AND ABS({raw}) < 1e{_LONGEST_WHOLE}"
    return f"CASE WHEN {whole} THEN CAST({raw} AS BIGINT) END"


def _whole_of_text(raw: str, spelling: Spelling) -> str:
    whole = spelling.matches(raw, f"'^[+-]?[0-9]{{1,{_LONGEST_WHOLE}}}([.]0*)?$'")
    return f"CASE WHEN {whole} THEN TRY_CAST(TRIM({raw}) AS BIGINT) END"


def _number_of_text(raw: str, spelling: Spelling) -> str:
    figure = f"{spelling.matches(raw, _FIGURE)} OR UPPER(TRIM({raw})) IN ({_NO_FIGURE})"
    return f"CASE WHEN {figure} THEN TRY_CAST(TRIM({raw}) AS DOUBLE) END"


def _day_of_text(raw: str, spelling: Spelling) -> str:
    """The day as written: a zone behind its time is the one it is read in."""
    return (
        f"CASE WHEN {spelling.matches(f'LOWER({raw})', _FOR_EVER)} THEN DATE '{FOR_EVER}' "
        f"WHEN {spelling.matches(f'LOWER({raw})', _SINCE_EVER)} THEN DATE '{SINCE_EVER}' "
        f"WHEN {spelling.matches(raw, f"'^{_DAY}([ T][0-9].*)?$'")} "
        f"THEN TRY_CAST(SUBSTR(TRIM({raw}), 1, 10) AS DATE) END"
    )


def _time_of_text(raw: str, spelling: Spelling) -> str:
    time = spelling.dialect.types["timestamp"]
    written = f"REPLACE(SUBSTR(TRIM({raw}), 1, 19), 'T', ' ')"
    return f"COALESCE(TRY_CAST({written} AS {time}), CAST({_day_of_text(raw, spelling)} AS {time}))"


def _flag_of_number(raw: str, _: Spelling) -> str:
    return f"CASE {raw} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END"


def _flag_of_text(raw: str, _: Spelling) -> str:
    word = f"UPPER(TRIM({raw}))"
    return f"CASE WHEN {word} IN ({_YES}) THEN TRUE WHEN {word} IN ({_NO}) THEN FALSE END"


def _as(kind: ColumnType) -> _Read:
    return lambda raw, spelling: f"CAST({raw} AS {spelling.dialect.types[kind]})"


_CASTS: Mapping[tuple[ColumnType, str], _Read] = {
    ("identifier", _NUMBER): _whole_of_number,
    ("identifier", _TEXT): _whole_of_text,
    ("number", _TEXT): _number_of_text,
    ("date", _TIME): _as("date"),
    ("date", _ZONED): _as("date"),
    ("date", _TEXT): _day_of_text,
    ("timestamp", _DATE): _as("timestamp"),
    ("timestamp", _ZONED): _as("timestamp"),
    ("timestamp", _TEXT): _time_of_text,
    ("flag", _WHOLE): _flag_of_number,
    ("flag", _NUMBER): _flag_of_number,
    ("flag", _TEXT): _flag_of_text,
    **{
        ("text", family): _as("text")
        for family in (_WHOLE, _NUMBER, _WORD, _DATE, _TIME, _ZONED, _FLAG)
    },
}


@dataclass(frozen=True)
class Cast:
    """A column that is not stored in our type.

    Attributes:
        column: Our name for it.
        kind: Our type.
        stored: The stored type.
        raw: The column in SQL.
        value: Its value in our type, in SQL; empty where the type cannot be read at all.
        may_lose: Whether a value may have no place in our type: then it is read as NULL.
    """

    column: str
    kind: ColumnType
    stored: str
    raw: str
    value: str
    may_lose: bool

    @property
    def is_lost(self) -> str:
        """The condition, in SQL, that a value is there and has no place in our type."""
        return f"TRIM(CAST({self.raw} AS VARCHAR)) <> '' AND ({self.value}) IS NULL"


def cast_of(
    column: str, kind: ColumnType, stored: str, raw: str, spelling: Spelling
) -> Cast | None:
    """How a column is read in our type; None where it is read as it is.

    Args:
        column: Our name for it.
        kind: Our type.
        stored: The stored type.
        raw: The column in SQL.
        spelling: What its database calls things.
    """
    family = spelling.family(stored)
    if family in _AS_THEY_ARE[kind]:
        return None
    read = _CASTS.get((kind, family))
    value = read(raw, spelling) if read else ""
    may_lose = kind != "text" and family not in (_DATE, _TIME, _ZONED)
    return Cast(column, kind, stored, raw, value, may_lose)


OF_DUCKDB = Spelling(
    DUCKDB,
    "REGEXP_MATCHES",
    {
        **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), _WHOLE),
        **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER"), _WHOLE),
        **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT", "DECIMAL", "FLOAT", "DOUBLE"), _NUMBER),
        "VARCHAR": _TEXT,
        **dict.fromkeys(("ENUM", "UUID", "JSON"), _WORD),
        "DATE": _DATE,
        **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), _TIME),
        "TIMESTAMP WITH TIME ZONE": _ZONED,
        "BOOLEAN": _FLAG,
    },
    whole_digits=18,
)
OF_SNOWFLAKE = Spelling(
    SNOWFLAKE,
    "REGEXP_LIKE",
    {
        "NUMBER": _NUMBER,
        "FLOAT": _NUMBER,
        "TEXT": _TEXT,
        "DATE": _DATE,
        "TIMESTAMP_NTZ": _TIME,
        **dict.fromkeys(("TIMESTAMP_LTZ", "TIMESTAMP_TZ"), _ZONED),
        "BOOLEAN": _FLAG,
    },
    whole_digits=38,
)
