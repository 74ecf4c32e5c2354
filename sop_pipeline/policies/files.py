"""A policy's text, whoever wrote it: bounded in size and depth, plain values, each field once.

YAML is read by its core schema: numbers are decimal, only true and false are flags, dates stay
texts. What a file of a dozen fields has no use for is refused: anchors, aliases, tags, nesting.
Belongs here: what a policy may be as a file.
Does not belong here: which fields there are (`planning/policy.py`), where files lie (`policies/`).
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any, NoReturn

import yaml

from sop_pipeline.errors import UsageError

_MOST_BYTES = 32_768
_DEEPEST = 2
_LONGEST_WHOLE_NUMBER = 18

_NULL, _FLAG = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"
_WHOLE, _FRACTION = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"
_PLAIN_VALUES = (
    (_NULL, r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    (_FLAG, r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    (_WHOLE, r"[-+]?[0-9]+", list("-+0123456789")),
    (
        _FRACTION,
        r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)


def policy_text(path: Path) -> str:
    """The text of a policy file.

    Raises:
        FileNotFoundError: There is none.
        UsageError: It is no file, too large for a policy, not text in UTF-8, or unreadable.
    """
    try:
        # A pipe or a device may never end, or never begin.
        if not stat.S_ISREG(path.stat().st_mode):
            msg = f"The policy file {path} could not be read: it is not a regular file"
            raise UsageError(msg)
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            msg = f"The policy file {path} is larger than {_MOST_BYTES:,} bytes: it is no policy"
            raise UsageError(msg)
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        msg = f"The policy file {path} could not be read: {error}"
        raise UsageError(msg) from None


def yaml_mapping(text: str, source: str) -> dict[str, Any]:
    """Read a YAML mapping; an empty text is an empty mapping.

    Raises:
        UsageError: The text is not YAML, not a mapping, or more than plain fields and values.
    """
    try:
        loaded = yaml.load(text, Loader=_FieldLoader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError as error:
        msg = f"The policy {source} is not YAML of plain fields: {error}"
        raise UsageError(msg) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        msg = f"The policy {source} is not a list of fields: expected `field: value` lines"
        raise UsageError(msg)
    return loaded


class _FieldLoader(yaml.SafeLoader):
    """YAML's core schema: what is more than plain fields is refused before it is built."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  as the library has it
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node, unless it refers to another, says its own type, or lies too deep."""
        event = self.peek_event()
        if event.anchor is not None:
            _refuse("anchors and aliases are not for policies", event)
        if event.tag is not None:
            _refuse("tags are not for policies", event)
        if self._depth > _DEEPEST:
            _refuse(f"nested more than {_DEEPEST} deep", event)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002
        """A mapping whose names are texts or numbers, each there once."""
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int):
                _refuse("a name that is neither text nor a whole number", key_node)
            if key in mapping:
                _refuse(f"{key} is given twice", key_node)
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping

    def whole_number(self, node: yaml.ScalarNode) -> float:
        """A whole number; one too long for any field as a fraction, which its bounds refuse."""
        text = self.construct_scalar(node)
        return int(text) if len(text) <= _LONGEST_WHOLE_NUMBER else float(text)

    def fraction(self, node: yaml.ScalarNode) -> float:
        """A number with a point or an exponent."""
        text = self.construct_scalar(node)
        return float(re.sub(r"\.(?=[inIN])", "", text))


for _tag, _pattern, _first in _PLAIN_VALUES:
    _FieldLoader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z", re.ASCII), _first)
_FieldLoader.add_constructor(_WHOLE, _FieldLoader.whole_number)
_FieldLoader.add_constructor(_FRACTION, _FieldLoader.fraction)


def _refuse(problem: str, where: yaml.Event | yaml.Node) -> NoReturn:
    mark: Any = where.start_mark
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
