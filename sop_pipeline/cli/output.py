"""Figures for programs: what every command that prints figures has in common.

Belongs here: the options `--json` and `--quiet`, and values as JSON.
Does not belong here: which figures a command has, progress (`progress`), errors: their text stays
on standard error and their exit status the same, whichever option is given.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click
import numpy as np
import pandas as pd

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on standard output."
)
"""Adds the parameter `as_json`: where it is true, a command only calls `echo_json`."""

quiet_option: Callable[[Any], Any] = click.option(
    "--quiet", is_flag=True, help="Print the result and errors alone: no progress, no notes."
)
"""Adds the parameter `quiet`, which `progress.stages` takes."""


def echo_json(value: object) -> None:
    """Print a value as JSON on standard output.

    Args:
        value: As `json_text` takes it.
    """
    click.echo(json_text(value))


def json_text(value: object) -> str:
    """A value as JSON: figures in full precision, days and moments as ISO 8601 has them.

    Signs beyond ASCII are escaped, so that any terminal and encoding shows the text, and none is
    steered by it.

    Args:
        value: Plain values, numpy's or pandas'; mappings, sequences and dataclasses of them. A
            frame becomes a list of objects, its columns in lower case. What is not a number (NaN,
            NaT, NA, infinity) becomes null.

    Raises:
        TypeError: JSON has no form for it.
    """
    return json.dumps(_plain(value), indent=2, allow_nan=False)


def _plain(value: Any) -> Any:
    """A value of the kinds that JSON has."""
    if isinstance(value, pd.DataFrame):
        heads = [str(name).lower() for name in value]
        columns = [_column(value[name]) for name in value]
        return [dict(zip(heads, row, strict=True)) for row in zip(*columns, strict=True)]
    if isinstance(value, pd.Series | pd.Index | np.ndarray):
        return _column(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: _plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return _scalar(value)


def _column(values: Iterable[Any]) -> list[Any]:
    return [_plain(one) for one in values]


def _scalar(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    elif isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.datetime):
        return _moment(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _moment(value: dt.datetime) -> str:
    """A moment; without a time zone and a time of day it is a day, as pandas holds days."""
    if value.tzinfo is None and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat()
