"""Each private name of Dagster's is there, and leaned on in one place alone."""

from __future__ import annotations

import ast
import enum
import inspect
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from packaging.requirements import Requirement
from packaging.version import Version

import sop_pipeline
from sop_pipeline.automation.dagster_internals.names import PRIVATE_NAMES, PrivateName

ROOT = Path(sop_pipeline.__file__).parent
INTERNALS = ROOT / "automation" / "dagster_internals"


def _found(name: PrivateName) -> Any:
    """What stands under a name, or its class where it is an attribute made with each object."""
    found: Any = import_module(name.module)
    for part in name.name.split("."):
        if not hasattr(found, part) and part in _made_with_each(found):
            return found
        found = getattr(found, part)
    return found


def _made_with_each(found: Any) -> tuple[str, ...]:
    return found.__init__.__code__.co_names if inspect.isclass(found) else ()


def _accepted(found: Any) -> set[str]:
    """What a callable takes, or the members, columns or fields of what is none."""
    if isinstance(found, sa.Table):
        return set(found.columns.keys())
    if isinstance(found, tuple):
        return set(found)
    if inspect.isclass(found) and issubclass(found, enum.Enum):
        return set(found.__members__)
    fields = getattr(found, "__annotations__", {}) if inspect.isclass(found) else {}
    named = getattr(found, "_fields", ()) if inspect.isclass(found) else ()
    call = found.__init__ if inspect.isclass(found) else found
    return {*fields, *named, *(inspect.signature(call).parameters if callable(call) else ())}


@pytest.mark.parametrize("name", PRIVATE_NAMES, ids=str)
def test_dagster_still_has(name: PrivateName) -> None:
    try:
        found = _found(name)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"{name} is gone ({error}). {name.leans}")
    missing = set(name.accepts) - (_accepted(found) if name.accepts else set())
    assert not missing, f"{name} knows no {', '.join(sorted(missing))} any more. {name.leans}"


def _modules(below: Path) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(below.rglob("*.py")):
        yield file, ast.parse(file.read_text("utf-8"))


def _imported(tree: ast.Module) -> set[str]:
    """Every name that is imported, in full."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return found


def _is_private(imported: str) -> bool:
    package, *parts = imported.split(".")
    return package.startswith("dagster") and any(part.startswith("_") for part in parts)


def _own_names(trees: list[ast.Module]) -> set[str]:
    """What is defined or set under a name with one underscore before it."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {
        *(n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)),
        *(n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)),
        *(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)),
    }


def _private_attributes(tree: ast.Module) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and node.attr[:2] != "__"
    }


def test_no_other_module_leans_on_a_private_name() -> None:
    modules = [one for one in _modules(ROOT) if INTERNALS not in one[0].parents]
    own = _own_names([tree for _, tree in modules])
    for file, tree in modules:
        private = {name for name in _imported(tree) if _is_private(name)}
        if any(name.startswith("dagster") for name in _imported(tree)):
            private |= _private_attributes(tree) - own
        assert not private, (
            f"{file}: {private}. Such names belong in {INTERNALS.name}, each listed."
        )
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        assert not [text for text in texts if str(text).startswith("dagster._")], file


def test_every_private_name_that_is_leaned_on_is_listed() -> None:
    listed = {str(name) for name in PRIVATE_NAMES}
    attributes = {name.name.rpartition(".")[2] for name in PRIVATE_NAMES} | {"_replace"}
    modules = [one for one in _modules(INTERNALS) if one[0].stem != "names"]
    own = _own_names([tree for _, tree in modules]) - {"_connect"}
    for file, tree in modules:
        imported = {name for name in _imported(tree) if _is_private(name)}
        assert imported <= listed, f"{file}: {imported - listed} is not in `names`."
        leaned_on = _private_attributes(tree) - own
        assert leaned_on <= attributes, f"{file}: {leaned_on - attributes} is not in `names`."


def test_no_release_is_let_in_whose_private_names_nobody_has_looked_at() -> None:
    pyproject = tomllib.loads((ROOT.parent / "pyproject.toml").read_text("utf-8"))["project"]
    extras = pyproject["optional-dependencies"].values()
    for one in map(Requirement, chain(pyproject["dependencies"], *extras)):
        if one.name.startswith("dagster"):
            used = Version(version(one.name))
            assert one.specifier.contains(used)
            following = f"{used.major}.{used.minor + 1}.0"
            assert not one.specifier.contains(following), f"{one} has no ceiling below {following}"
