"""Which column of a file is which column of its table.

Belongs here: names of columns.
Does not belong here: what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.schemas.references import code_columns
from sop_pipeline.schemas.table import Table
from sop_pipeline.store.folder.findings import Findings, fault_of, listed, shortened
from sop_pipeline.suggestions import nearest

MOST_COLUMNS = 1_000


def known_names(table: Table) -> frozenset[str]:
    """The columns a file of this table may have: its own, and codes in place of identifiers."""
    return frozenset(table.columns).union(code_columns(table).values())


def normal_name(name: str) -> str:
    """A column's name as the schema writes it: upper case, `_` for blanks."""
    return re.sub(r"\s+", "_", name.strip("\ufeff \t\r\n\u00a0")).upper()


def matched_columns(table: Table, names: Sequence[str], findings: Findings) -> dict[str, int]:
    """Position of each known column.

    Args:
        table: Table the file is of.
        names: The file's column names.
        findings: Takes a note of the columns that are left out.

    Returns:
        Positions by the schema's name of the column.

    Raises:
        InputRefused: A column is there twice, one that must be there is not, or there are too many.
    """
    if len(names) > MOST_COLUMNS:
        expected, got = f"at most {MOST_COLUMNS:,} columns", f"{len(names):,}"
        raise InputRefused([fault_of(table, "columns", expected, got)])
    known = known_names(table)
    normal = [normal_name(name) for name in names]
    found = {name: position for position, name in enumerate(normal) if name in known}
    extra = [name for name, own in zip(names, normal, strict=True) if own and own not in known]
    faults = [*_repeated(table, names, normal, known), *_missing(table, found, names, extra)]
    if faults:
        raise InputRefused(faults)
    nameless = normal.count("")
    if extra or nameless:
        left_out = _left_out(extra, nameless, known.difference(found))
        findings.note(f"{table.title}: extra columns left out: {left_out}")
    return found


def _repeated(
    table: Table, names: Sequence[str], normal: Sequence[str], known: Iterable[str]
) -> list[Fault]:
    repeated = [name for name in known if normal.count(name) > 1]
    if not repeated:
        return []
    given = [repr(n) for n, own in zip(names, normal, strict=True) if own in repeated]
    got = f"{', '.join(sorted(repeated))} more than once: {listed(given)}"
    return [fault_of(table, "columns", "each column once, in whatever case", got)]


def _missing(
    table: Table, found: Mapping[str, int], names: Sequence[str], extra: Sequence[str]
) -> list[Fault]:
    codes = code_columns(table)
    missing = [n for n in table.required if n not in found and codes.get(n) not in found]
    if not missing:
        return []
    wanted = [f"{name} or {codes[name]}" if name in codes else name for name in missing]
    near = [f"{shortened(e)} to {n}" for e in extra if (n := nearest(normal_name(e), missing))]
    remedy = f"Rename {listed(near)}, if that is what is meant" if near else ""
    column = missing[0] if len(missing) == 1 else None
    expected = f"a column {wanted[0]}" if column else f"columns {', '.join(wanted)}"
    got = f"only {listed(names)}" if names else "none"
    return [fault_of(table, "columns", expected, got, column=column, remedy=remedy)]


def _left_out(extra: Sequence[str], nameless: int, absent: Iterable[str]) -> str:
    names = [_questioned(name, absent) for name in dict.fromkeys(extra)]
    if nameless:
        names.append(f"{nameless} without a name")
    return listed(names)


def _questioned(name: str, absent: Iterable[str]) -> str:
    meant = nearest(normal_name(name), absent)
    return shortened(name) if meant is None else f"{shortened(name)} (did you mean {meant}?)"
