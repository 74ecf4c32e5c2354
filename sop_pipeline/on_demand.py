"""Names of a package that are imported when they are first used.

Importing every module of the planner takes most of a second: of a command that only shows a plan,
the better part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def imported_when_used(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """A package's `__getattr__` (PEP 562).

    Args:
        package: Name of the package.
        modules: Where each of its public names lives, within the package.
    """

    def attribute(name: str) -> Any:
        if name not in modules:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return attribute
