"""The same task for many items, several at once.

Does not belong here: what the tasks are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context


def side_by_side[Item, Result](
    task: Callable[[Item], Result], items: Iterable[Item]
) -> list[Result]:
    """Do a task for every item, as many at once as there are processors, in the caller's context.

    Threads are enough: a solver lets others run while it works.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = [pool.submit(copy_context().run, task, item) for item in items]
        return [result.result() for result in results]
