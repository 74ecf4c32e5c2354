"""Figures that vanish beside the others of their constraint.

A solver drops coefficients below 1e-9: a product that takes so little capacity would take none,
and a plan would be called optimal that is not feasible. In natural sizes only figures some thirty
orders of magnitude apart come to that, and those are refused by name.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.planning.families import axis_name
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.scaling import scale

DROPPED = 1e-9
"""Coefficients up to this are 0 to HiGHS, and to most solvers."""

SOURCES = {
    "work_center_capacity": ("PRODUCT_ROUTING", "CAPACITY_PER_UNIT"),
    "warehouse_storage": ("PRODUCT_STORAGE", "UNITS_PER_PALLET"),
}
"""Where the coefficients of a constraint family come from, if not from the model alone."""


def refuse_invisible(lp: LinearProgram) -> None:
    """Refuse a programme of which a solver would not see every coefficient.

    Raises:
        InputRefused: Some coefficients vanish; one fault per constraint family.
    """
    seen = np.abs(scale(lp).programme.matrix.data)
    if not seen.size or float(seen.min()) > DROPPED:
        return
    entries = lp.matrix.tocoo()
    places: dict[str, list[str]] = defaultdict(list)
    for entry in np.flatnonzero(seen <= DROPPED).tolist():
        row, column = int(entries.row[entry]), int(entries.col[entry])
        constraint, variable = lp.block_of(lp.constraints, row), lp.block_of(lp.variables, column)
        member = {**lp.member(constraint, row), **lp.member(variable, column)}
        place = ", ".join(f"{axis_name(axis)} {label}" for axis, label in member.items())
        places[constraint.name].append(f"{place}: {entries.data[entry]:g}")
    raise InputRefused([_fault(family, rows) for family, rows in places.items()])


def _fault(family: str, rows: list[str]) -> Fault:
    table, column = SOURCES.get(family, ("policy and input", None))
    return Fault(
        table,
        "visible_figures",
        "figures that count beside the others of their constraint",
        f"some that vanish in {family.replace('_', ' ')}",
        column,
        tuple(rows),
        len(rows),
        "Give 0 for what takes nothing, or count products and capacity in units nearer to each "
        "other",
    )
