"""What a person probably meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_COMPARED_AT_MOST = 5_000
"""Names compared letter by letter; among more only case, blanks and hyphens are overlooked."""


def nearest(given: str, known: Iterable[str]) -> str | None:
    """The known name nearest to the one given; None where none is near.

    Args:
        given: The unknown name.
        known: The names there are.
    """
    names = {_plain(name): name for name in known}
    plain = _plain(given)
    if plain in names:
        return names[plain]
    if len(names) > _COMPARED_AT_MOST:
        return None
    found = difflib.get_close_matches(plain, names, n=1, cutoff=0.75)
    return names[found[0]] if found else None


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The question after the nearest known name; empty where none is near."""
    name = nearest(given, known)
    return "" if name is None else f"Did you mean {name}?"


def _plain(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")
