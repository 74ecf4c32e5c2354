"""Folders as they come from elsewhere: each change a person or a program makes to a valid one.

A change either keeps what the folder says, so that it must load to the same tables or be refused,
or it spoils it, so that it must be refused by name. Nothing may load to something else unsaid.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline_tests.small_company import small_company

Change = Callable[[Path, Random], None]

TABLES = {table.file: table for table in ATOMIC_TABLES}


@dataclass(frozen=True)
class Variant:
    """A change to one file of a folder.

    Attributes:
        name: What it does.
        change: The change; the second argument decides where.
        keeps: Whether the file still says the same.
    """

    name: str
    change: Change
    keeps: bool


@dataclass(frozen=True)
class Sheet:
    """The cells of a file, the header first.

    Attributes:
        header: The column names.
        rows: The rows.
        random: What decides where to change it.
        required: Positions of the columns that must be there.
    """

    header: list[str]
    rows: list[list[str]]
    random: Random
    required: list[int]

    @property
    def irreplaceable(self) -> list[int]:
        """Those of the required ones for which no code can stand."""
        names = [name.replace("_ID", "_CODE") for name in self.header]
        return [
            at for at in self.required if names[at] not in self.header or "_CODE" in self.header[at]
        ]

    def with_column(self, name: str, cell: str, at: int) -> list[list[str]]:
        """The sheet with a column more."""
        lines = (self.header, *self.rows)
        return [[*line[:at], cell if i else name, *line[at:]] for i, line in enumerate(lines)]

    def with_row(self, at: int, *rows: list[str]) -> list[list[str]]:
        """The sheet with other rows in place of one."""
        return [self.header, *self.rows[:at], *rows, *self.rows[at + 1 :]]


def _text(edit: Callable[[str], str]) -> Change:
    return lambda path, _: _saved(path, edit(path.read_text("utf-8")))


def _saved(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.write_bytes(text.encode(encoding))


def _resaved(encoding: str) -> Change:
    return lambda path, _: _saved(path, path.read_text("utf-8"), encoding)


def _renamed(rename: Callable[[str], str]) -> Change:
    def change(path: Path, _: Random) -> None:
        path.rename(path.with_name(rename(path.name)))

    return change


def _sheet(edit: Callable[[Sheet], list[list[str]]]) -> Change:
    def change(path: Path, random: Random) -> None:
        header, *rows = csv.reader(io.StringIO(path.read_text("utf-8")))
        required = [i for i, name in enumerate(header) if name in TABLES[path.stem].required]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(edit(Sheet(header, rows, random, required)))
        _saved(path, text.getvalue())

    return change


def _header(edit: Callable[[str], str]) -> Change:
    return _sheet(lambda sheet: [[edit(name) for name in sheet.header], *sheet.rows])


def _semicolons(decimal: str) -> Change:
    def change(path: Path, _: Random) -> None:
        small_company()[path.stem].to_csv(path, index=False, sep=";", decimal=decimal)

    return change


def _as_parquet(path: Path, _: Random) -> None:
    small_company()[path.stem].to_parquet(path.with_suffix(".parquet"))
    path.unlink()


def _quoted(path: Path, _: Random) -> None:
    small_company()[path.stem].to_csv(path, index=False, quoting=csv.QUOTE_ALL)


def _with_index(path: Path, _: Random) -> None:
    small_company()[path.stem].to_csv(path)


def _shuffled(sheet: Sheet) -> list[list[str]]:
    order = list(range(len(sheet.header)))
    sheet.random.shuffle(order)
    return [[line[i] for i in order] for line in (sheet.header, *sheet.rows)]


def _with_extra(sheet: Sheet) -> list[list[str]]:
    return sheet.with_column("MOOD", "fine, thanks", sheet.random.randint(0, len(sheet.header)))


def _without_column(sheet: Sheet) -> list[list[str]]:
    at = sheet.random.choice(sheet.irreplaceable)
    return [line[:at] + line[at + 1 :] for line in (sheet.header, *sheet.rows)]


def _misspelt(sheet: Sheet) -> list[list[str]]:
    at = sheet.random.choice(sheet.irreplaceable)
    name, cut = sheet.header[at], sheet.random.randrange(len(sheet.header[at]))
    header = [*sheet.header[:at], f"{name[:cut]}X{name[cut:]}", *sheet.header[at + 1 :]]
    return [header, *sheet.rows]


def _twice(sheet: Sheet) -> list[list[str]]:
    name = sheet.header[sheet.random.choice(sheet.required)]
    twin = sheet.random.choice([name, name.lower(), f" {name}", name.replace("_", " ").title()])
    return sheet.with_column(twin, "7", len(sheet.header))


def _short_row(sheet: Sheet) -> list[list[str]]:
    at = sheet.random.randrange(len(sheet.rows))
    row = sheet.rows[at]
    return sheet.with_row(at, row[: sheet.random.randrange(1, len(row))])


def _empty_row(sheet: Sheet) -> list[list[str]]:
    at = sheet.random.randrange(len(sheet.rows))
    return sheet.with_row(at, sheet.rows[at], [""] * len(sheet.header))


def _total(sheet: Sheet) -> list[list[str]]:
    return [sheet.header, *sheet.rows, ["Total", *[""] * (len(sheet.header) - 1)]]


def _spoilt_key(sheet: Sheet) -> list[list[str]]:
    at, column = sheet.random.randrange(len(sheet.rows)), sheet.required[0]
    bad = sheet.random.choice(["1_0", "x", "1,0", "", "1e3", "#N/A", "0x1", "1 0", "\u0661"])
    row = sheet.rows[at]
    return sheet.with_row(at, [*row[:column], bad, *row[column + 1 :]])


VARIANTS = (
    Variant("byte-order mark", _resaved("utf-8-sig"), keeps=True),
    Variant("UTF-16", _resaved("utf-16"), keeps=True),
    Variant("semicolons and decimal commas", _semicolons(","), keeps=True),
    Variant("semicolons and decimal points", _semicolons("."), keeps=True),
    Variant("tabs", _text(lambda text: text.replace(",", "\t")), keeps=True),
    Variant("Windows line ends", _text(lambda text: text.replace("\n", "\r\n")), keeps=True),
    Variant("old Mac line ends", _text(lambda text: text.replace("\n", "\r")), keeps=True),
    Variant("blank lines", _text(lambda text: text.replace("\n", "\n\n")), keeps=True),
    Variant("everything quoted", _quoted, keeps=True),
    Variant("Parquet", _as_parquet, keeps=True),
    Variant("a pandas index", _with_index, keeps=True),
    Variant("lower case columns", _header(str.lower), keeps=True),
    Variant("columns with blanks", _header(lambda n: f" {n.replace('_', ' ')}"), keeps=True),
    Variant("columns in another order", _sheet(_shuffled), keeps=True),
    Variant("an extra column", _sheet(_with_extra), keeps=True),
    Variant(
        "a nameless column", _sheet(lambda s: s.with_column("", "", len(s.header))), keeps=True
    ),
    Variant("an empty row", _sheet(_empty_row), keeps=True),
    Variant("an upper case file", _renamed(str.upper), keeps=True),
    Variant("UTF-16 without a mark", _resaved("utf-16-le"), keeps=False),
    Variant("EBCDIC", _resaved("cp037"), keeps=False),
    Variant("a singular file name", _renamed(lambda n: n.replace("s.csv", ".csv")), keeps=False),
    Variant("a copy's file name", _renamed(lambda n: n.replace(".csv", " (1).csv")), keeps=False),
    Variant("a spreadsheet's ending", _renamed(lambda n: n.replace(".csv", ".xlsx")), keeps=False),
    Variant("a missing column", _sheet(_without_column), keeps=False),
    Variant("a misspelt column", _sheet(_misspelt), keeps=False),
    Variant("a column twice", _sheet(_twice), keeps=False),
    Variant("a short row", _sheet(_short_row), keeps=False),
    Variant("a total", _sheet(_total), keeps=False),
    Variant("a key that is none", _sheet(_spoilt_key), keeps=False),
    Variant("no header", _sheet(lambda sheet: sheet.rows), keeps=False),
    Variant("no rows", _sheet(lambda sheet: [sheet.header]), keeps=False),
    Variant("a title above the header", _text(lambda text: f"Report\n{text}"), keeps=False),
)
