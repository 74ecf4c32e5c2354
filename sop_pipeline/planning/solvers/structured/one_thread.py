"""The dense factorisation on one thread.

Two threads of the library that SciPy factors with wait for each other in a busy loop: on a machine
that does other work they take many times the processor time of one. SciPy's own builds of OpenBLAS
say how many threads they use and take another number; any other library keeps its own setting,
such as OPENBLAS_NUM_THREADS or MKL_NUM_THREADS.
"""

from __future__ import annotations

import ctypes
from collections.abc import Generator
from contextlib import contextmanager

from scipy.linalg import _flapack

GET, SET = "scipy_openblas_get_num_threads", "scipy_openblas_set_num_threads"


@contextmanager
def one_thread() -> Generator[None]:
    """Factor on one thread within."""
    library = ctypes.CDLL(_flapack.__file__)
    if not (hasattr(library, GET) and hasattr(library, SET)):
        yield
        return
    threads = int(getattr(library, GET)())
    getattr(library, SET)(1)
    try:
        yield
    finally:
        getattr(library, SET)(threads)
