"""A programme as a page states it: equations, bounds and costs in the letters of docs/model.md.

`facts` take it from a programme, `text` writes it, `read` reads it back; two programmes are equal
when their facts are, however they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.linear_program import Block, LinearProgram

Sum = dict[str, float]
Range = tuple[float, float]
"""Least and greatest value, infinite where there is none."""

_NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
_TERM = re.compile(rf"([+-]?) ?(?:({_NUMBER}) )?(\w+\[[^\]]*\])")
_SIDES = re.compile(rf"(.*) (<=|>=|=) (-?{_NUMBER})$")


@dataclass(frozen=True)
class Facts:
    """What a programme, or a part of it, says.

    Attributes:
        rows: Left side, least and greatest value of each constraint, by name.
        bounds: Least and greatest value of each variable that has more than the bound 0.
        costs: What each cost term takes per unit of a variable, by name of the term.
    """

    rows: dict[str, tuple[Sum, Range]] = field(default_factory=dict)
    bounds: dict[str, Range] = field(default_factory=dict)
    costs: dict[str, Sum] = field(default_factory=dict)


def constraint_facts(lp: LinearProgram, family: str) -> Facts:
    """The constraints of one family, and the bounds of the variables in them."""
    columns, block = _variable_names(lp), lp.constraints[family]
    rows, seen = {}, set()
    for name, row in zip(_members(lp, block, family), range(lp.shape[0])[block.slice], strict=True):
        entries = slice(*lp.matrix.indptr[row : row + 2])
        positions = lp.matrix.indices[entries].tolist()
        left = {columns[j]: v for j, v in zip(positions, lp.matrix.data[entries], strict=True)}
        rows[name] = left, (lp.row_lower[row], lp.row_upper[row])
        seen.update(positions)
    limits = ((j, (lp.lower[j], lp.upper[j])) for j in sorted(seen))
    return Facts(rows, {columns[j]: limit for j, limit in limits if limit != (0, np.inf)})


def cost_facts(lp: LinearProgram) -> Facts:
    """Every cost term."""
    columns = _variable_names(lp)
    return Facts(
        costs={
            name: {
                columns[j]: float(cost)
                for j, cost in enumerate(term.per_column(len(columns)))
                if cost
            }
            for name, term in lp.cost_terms.items()
        }
    )


def text(facts: Facts) -> str:
    """The facts as lines a person and `read` can read."""
    return "".join(f"{line}\n" for line in _lines(facts))


def read(lines: Iterable[str]) -> Facts:
    """The facts that lines state; comments start with #."""
    facts = Facts()
    for line in lines:
        name, _, stated = line.strip().rpartition(": ")
        if not stated or stated.startswith("#"):
            continue
        sides = _SIDES.match(stated)
        if sides is None:
            facts.costs[name] = _read_sum(stated)
        elif name:
            facts.rows[name] = _read_sum(sides[1]), _range(sides[2], float(sides[3]), -np.inf)
        else:
            facts.bounds[sides[1]] = _range(sides[2], float(sides[3]), 0.0)
    return facts


def _members(lp: LinearProgram, block: Block, called: str) -> list[str]:
    names = lp.names({block.name: block})
    return [f"{called}[{name[len(block.name) + 1 : -1]}]" for name in names]


def _variable_names(lp: LinearProgram) -> list[str]:
    blocks = lp.variables.values()
    return [n for block in blocks for n in _members(lp, block, VARIABLES[block.name].letter)]


def _lines(facts: Facts) -> Iterator[str]:
    for name, (left, limits) in facts.rows.items():
        yield f"{name}: {_sum(left)} {_limits(limits, -np.inf)}"
    for name, limits in facts.bounds.items():
        yield f"{name} {_limits(limits, 0.0)}"
    for name, parts in facts.costs.items():
        yield f"{name}: {_sum(parts)}"


def _sum(parts: Sum) -> str:
    written = [
        f"{'-' if value < 0 else '+'} {'' if abs(value) == 1 else f'{abs(value):.12g} '}{name}"
        for name, value in parts.items()
    ]
    return " ".join(written).removeprefix("+ ")


def _limits(limits: Range, usual: float) -> str:
    low, high = limits
    if low == high:
        return f"= {low:.12g}"
    if low != usual and np.isfinite(high):
        msg = f"Expected one limit; got {limits}"
        raise ValueError(msg)
    return f"<= {high:.12g}" if np.isfinite(high) else f">= {low:.12g}"


def _range(sign: str, value: float, usual: float) -> Range:
    return {"=": (value, value), "<=": (usual, value), ">=": (value, np.inf)}[sign]


def _read_sum(stated: str) -> Sum:
    return {
        name: float(f"{sign if sign == '-' else ''}{value or 1}")
        for sign, value, name in _TERM.findall(stated)
    }
