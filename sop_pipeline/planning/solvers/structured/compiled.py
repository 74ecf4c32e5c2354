"""Compiling kernels with numba, an optional part of the installation.

Belongs here: how a kernel is compiled. Only what runs kernels imports this.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

EXTRA = "sop-pipeline[scale]"
"""What to install for it."""


def is_installed() -> bool:
    """Whether kernels can be compiled here."""
    return find_spec("numba") is not None


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code, made at its first call and kept on disk for later processes.

    Compiled code neither holds the interpreter nor reorders sums: the same figures everywhere.
    """
    from numba import njit  # noqa: PLC0415

    return njit(cache=True, nogil=True, error_model="numpy")(function)
