"""Which mutants to try: a sample of each module, or all, without those tried before."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fnmatch import fnmatch
from itertools import batched

from sop_pipeline_tests.mutants.results import Mutant

BATCH = 500
"""Names of mutants on one command line, whose length is limited; and what a batch is worth, which
takes a minute to begin."""


def chosen(
    known: Sequence[Mutant], modules: Sequence[str], sample: int | None, seed: int
) -> list[Mutant]:
    """So many mutants of each module, the same for the same seed.

    Args:
        known: Every mutant there is.
        modules: Patterns of modules, such as planning/*.
        sample: How many; None for all.
        seed: Of the sample.
    """
    by_module: dict[str, list[Mutant]] = {}
    for mutant in known:
        if any(fnmatch(mutant.module, pattern) for pattern in modules):
            by_module.setdefault(mutant.module, []).append(mutant)
    if sample is None:
        return [mutant for found in by_module.values() for mutant in found]
    # By module, so that a sample is the same whichever other modules are asked for.
    return [
        mutant
        for module, found in by_module.items()
        for mutant in random.Random(f"{seed} {module}").sample(found, min(sample, len(found)))  # noqa: S311
    ]


def to_try(mutants: Sequence[Mutant], *, again: bool) -> list[tuple[str, ...]]:
    """Names of those without a verdict, in batches: a run that was ended goes on where it was.

    Args:
        mutants: Those chosen.
        again: Whether those that survived are tried again, because tests have come since.
    """
    names = [
        mutant.name for mutant in mutants if mutant.exit_code is None or (again and mutant.survived)
    ]
    return list(batched(names, BATCH))
