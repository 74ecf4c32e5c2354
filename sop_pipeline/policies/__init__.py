"""Where policies come from: shipped by name, a YAML file, the environment."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from sop_pipeline.errors import UsageError
from sop_pipeline.planning import policy_label as labels
from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies.files import policy_text, yaml_mapping
from sop_pipeline.settings import Policies


def policy_from_environment() -> str:
    """The policy SOP_POLICY names, else the default."""
    return Policies.from_environment().policy


def shipped_policies() -> tuple[str, ...]:
    """Names of the policies that come with the package."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(Path(f.name).stem for f in files if f.name.endswith(".yaml")))


def named_policies() -> tuple[str, ...]:
    """Names a policy may be asked for by: those shipped, and those of the folder SOP_POLICIES.

    Raises:
        UsageError: SOP_POLICIES names no folder that can be read.
    """
    own = set(_own_policies()) - set(shipped_policies())
    return (*shipped_policies(), *sorted(own))


def load_policy(name_or_file: str, overrides: Mapping[str, Any] | None = None) -> Policy:
    """Load a policy, and lay single fields over it.

    Args:
        name_or_file: Name of a policy (`named_policies`), or path of a YAML file.
        overrides: Fields that replace the loaded ones.

    Raises:
        UsageError: There is no such policy, it is no plain YAML, or a field is refused.
    """
    settings = yaml_mapping(_text(name_or_file), name_or_file)
    return Policy.parse({**settings, **(overrides or {})}, source=name_or_file)


def policy_name(name_or_file: str) -> str:
    """The short name of a policy, for labels."""
    return name_or_file if name_or_file in shipped_policies() else Path(name_or_file).stem


def policy_label(name_or_file: str, overrides: Mapping[str, Any]) -> str:
    """What a plan says of its policy: the short name, and every field laid over it."""
    return labels.policy_label(policy_name(name_or_file), overrides)


def _text(name_or_file: str) -> str:
    if name_or_file in shipped_policies():
        return (resources.files(__name__) / f"{name_or_file}.yaml").read_text("utf-8")
    try:
        return policy_text(_own_policies().get(name_or_file) or Path(name_or_file))
    except FileNotFoundError:
        named = ", ".join(named_policies())
        msg = f"No policy {name_or_file!r}: expected one of {named}, or the path of a YAML file"
        raise UsageError(msg) from None


def _own_policies() -> dict[str, Path]:
    """The files of the folder SOP_POLICIES, by name."""
    folder = Policies.from_environment().folder
    if not folder:
        return {}
    try:
        files = sorted(Path(folder).iterdir())
    except OSError as error:
        msg = f"SOP_POLICIES={folder!r} could not be read: {error}"
        raise UsageError(msg) from None
    return {file.stem: file for file in files if file.suffix == ".yaml"}
