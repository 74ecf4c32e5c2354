"""Where policies and solver limits come from: shipped by name, a YAML file, the environment."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from sop_pipeline.errors import UsageError
from sop_pipeline.planning.policy import Policy

DEFAULT_POLICY = "standard"
TIME_LIMIT_VARIABLE = "SOP_SOLVER_TIME_LIMIT_SECONDS"


def policy_from_environment() -> str:
    """The policy SOP_POLICY names, else the default."""
    return os.environ.get("SOP_POLICY") or DEFAULT_POLICY


def time_limit_from_environment() -> float | None:
    """Seconds the solvers may take for one plan (SOP_SOLVER_TIME_LIMIT_SECONDS); None: no limit.

    Raises:
        UsageError: It is not a number of seconds above 0.
    """
    text = os.environ.get(TIME_LIMIT_VARIABLE)
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        msg = f"{TIME_LIMIT_VARIABLE}={text!r}: expected a number of seconds above 0"
        raise UsageError(msg)
    return seconds


def shipped_policies() -> tuple[str, ...]:
    """Names of the policies that come with the package."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(Path(f.name).stem for f in files if f.name.endswith(".yaml")))


def load_policy(name_or_file: str, overrides: Mapping[str, Any] | None = None) -> Policy:
    """Load a policy, and lay single fields over it.

    Args:
        name_or_file: Name of a shipped policy, or path of a YAML file.
        overrides: Fields that replace the loaded ones.

    Raises:
        UsageError: There is no such policy, it is not YAML, or a field is refused.
    """
    settings = yaml_mapping(_text(name_or_file), name_or_file)
    return Policy.parse({**settings, **(overrides or {})}, source=name_or_file)


def yaml_mapping(text: str, source: str) -> dict[str, Any]:
    """Read a YAML mapping; an empty text is an empty mapping.

    Raises:
        UsageError: The text is not YAML, or not a mapping.
    """
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        msg = f"The policy {source} is not YAML: {error}"
        raise UsageError(msg) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        msg = f"The policy {source} is not a list of fields: expected `field: value` lines"
        raise UsageError(msg)
    return loaded


def policy_name(name_or_file: str) -> str:
    """The short name of a policy, for labels."""
    return name_or_file if name_or_file in shipped_policies() else Path(name_or_file).stem


def _text(name_or_file: str) -> str:
    if name_or_file in shipped_policies():
        return (resources.files(__name__) / f"{name_or_file}.yaml").read_text("utf-8")
    path = Path(name_or_file)
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        shipped = ", ".join(shipped_policies())
        msg = f"No policy {name_or_file!r}: expected one of {shipped}, or the path of a YAML file"
        raise UsageError(msg) from None
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The policy file {path} could not be read: {error}"
        raise UsageError(msg) from None
