"""What a plan says of the policy it follows: its name, and the fields laid over it.

Belongs here: the label's wording, whole (POLICY) and short (MODEL_VERSION).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

_LAID_OVER = " + "
_MORE = "…"
_LONGEST_VALUE = 40
_FIELD = re.compile(r"(?:^|, )\w+=")


def policy_label(name: str, overrides: Mapping[str, Any]) -> str:
    """The policy's name and every field laid over it: `standard + capital_rate_per_year=0.3`."""
    fields = ", ".join(f"{field}={_value(overrides[field])}" for field in sorted(overrides))
    return f"{name}{_LAID_OVER}{fields}" if fields else name


def short_label(label: str, length: int) -> str:
    """The label where there is room for it; else the fields are counted, then the name is cut.

    Args:
        label: As `policy_label` words it.
        length: Most characters of the short one.
    """
    if len(label) <= length:
        return label
    name, _, fields = label.partition(_LAID_OVER)
    count = len(_FIELD.findall(fields))
    if not count:
        return _cut(label, length)
    overrides = f"+{count} override{'s' if count > 1 else ''}"
    return _cut(name, length - len(overrides)) + overrides


def _value(value: Any) -> str:
    if value is None:
        return "null"
    text = str(value)
    if len(text) <= _LONGEST_VALUE:
        return text
    if isinstance(value, Mapping):
        entries = len(cast("Mapping[Any, Any]", value))
        return f"{entries} entries"
    return _cut(text, _LONGEST_VALUE)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - len(_MORE)] + _MORE
