"""The units of deploy/systemd: the command each runs, as systemd would expand it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
UNITS = DEPLOY / "systemd"
HERE = {"/opt/sop/.venv/bin": str(Path(sys.executable).parent), "/opt/sop": str(REPOSITORY)}
"""Where this checkout has what the units expect under /opt/sop."""


def settings_of(unit: str) -> dict[str, list[str]]:
    """The values of a unit file by name, in order."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / unit).read_text("utf-8").splitlines():
        name, given, value = line.partition("=")
        if given and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def environment_of(unit: str, given: Mapping[str, str]) -> dict[str, str]:
    """The unit's own variables under those given, as an EnvironmentFile replaces them."""
    own = (word for line in settings_of(unit).get("Environment", []) for word in shlex.split(line))
    return {**dict(word.split("=", 1) for word in own), **given}


def command_of(unit: str, environment: Mapping[str, str], instance: str = "") -> list[str]:
    """What the unit executes.

    Args:
        unit: Name of the file.
        environment: Variables it is executed with.
        instance: What stands after the @ of a template's name.
    """
    [text] = settings_of(unit)["ExecStart"]
    text = text.replace("%i", instance).replace("%%", "%")
    for there, here in HERE.items():
        text = text.replace(there, here)
    words = []
    for word in shlex.split(text):
        alone = re.fullmatch(r"\$(\w+)", word)
        if alone:  # split into as many words as it holds, which may be none
            words += environment[alone[1]].split()
        else:
            words.append(re.sub(r"\$\{(\w+)\}", lambda match: environment[match[1]], word))
    return words
