"""Kernels side by side: each passes over a part of the chains or lines on a thread of its own.

The parts are the same on every machine, however many threads there are, and what they come to is
added up in their order: so the figures are the same everywhere. Kernels let others run meanwhile.
Does not belong here: what the kernels compute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np

from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.structured.chains import Chains
from sop_pipeline.planning.solvers.structured.pairs import Pairs, Targets

PARTS = 2
FEW = 50_000
"""Columns up to which passing over all of them takes less time than beginning a thread."""


@dataclass(frozen=True)
class Part:
    """Some of the chains, next to each other.

    Attributes:
        chains: They alone; their lines and uses are counted as among all.
        rows: Where they stand among all.
    """

    chains: Chains
    rows: slice


def parts_of(chains: Chains) -> tuple[Part, ...]:
    """All chains, in parts of about as many lines."""
    lines = int(chains.line[-1])
    inner = [int(chains.line.searchsorted(lines * part // PARTS)) for part in range(1, PARTS)]
    return tuple(
        Part(_some(chains, begin, end), slice(begin, end))
        for begin, end in pairwise([0, *inner, len(chains.store)])
    )


def _some(chains: Chains, begin: int, end: int) -> Chains:
    return chains._replace(
        line=chains.line[begin : end + 1],
        path=chains.path[begin : end + 1],
        stock=chains.stock[begin:end],
        slot=chains.slot[begin : end + 1],
        pallets=chains.pallets[begin:end],
        store=chains.store[begin:end],
    )


def by_lines[Result](kernel: Callable[..., Result], pairs: Pairs, *others: Any) -> list[Result]:
    """A kernel over all lines, in parts: what it returns for each.

    Args:
        kernel: It passes over the lines of its arguments.
        pairs: The columns.
        others: Lines, or targets of their products, and what is the same for every line.
    """
    bounds = [len(pairs.upper) * part // PARTS for part in range(PARTS + 1)]
    lines = [slice(begin, end) for begin, end in pairwise(bounds)]

    def passed(part: slice) -> Result:
        return kernel(*(_lines(argument, part) for argument in (pairs, *others)))

    return each_part(passed, lines, pairs.upper.size)


def each_part[One, Result](
    task: Callable[[One], Result], parts: Sequence[One], columns: int
) -> list[Result]:
    """A task for each part, side by side where there are many columns to pass over."""
    if columns <= FEW:
        return [task(part) for part in parts]
    with ThreadPoolExecutor(len(parts) - 1) as pool:
        others = [pool.submit(task, part) for part in parts[1:]]
        return [task(parts[0]), *(other.result() for other in others)]


def _lines(argument: Any, part: slice) -> Any:
    if isinstance(argument, Pairs | Targets):
        return type(argument)(*(lines[part] for lines in argument))
    if isinstance(argument, np.ndarray):
        return cast("Floats", argument)[part]
    return argument
