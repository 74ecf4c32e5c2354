"""Every variable of the environment stands in one module, and the documents say what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_pipeline import settings
from sop_pipeline.errors import UsageError
from sop_pipeline.settings import GROUPS, Settings, every_variable, is_secret, secrets

REPOSITORY = Path(__file__).parent.parent
DOCUMENTS = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
EXAMPLES = [REPOSITORY / "deploy/README.md", *(REPOSITORY / "deploy").glob("*.example")]
HIDDEN = "open-sesame"
_ROW = re.compile(r"^\| (`[A-Z_`, ]+`) \| (.+) \| (.+) \|$", flags=re.MULTILINE)
# In words: what holds without the variable is not a value but what follows from it.
_NOTHING = (
    "none",
    "no links",
    "nobody",
    "the first address",
    "next year; in January this one",
)


def documented() -> Iterator[tuple[str, str]]:
    """Each variable of the documents' tables, with the default that stands beside it."""
    for path in DOCUMENTS:
        for names, _, defaults in _ROW.findall(path.read_text("utf-8")):
            variables = re.findall(r"[A-Z_]+", names)
            values = defaults.split(", ")
            values *= len(variables) if len(values) == 1 else 1
            yield from zip(variables, values, strict=True)


def test_nothing_else_of_the_package_reads_the_environment() -> None:
    read = re.compile(r"os\.environ(?!\[\"DAGSTER_HOME\"\] = )|getenv|envvar")
    files = (REPOSITORY / "sop_pipeline").rglob("*.py")
    found = {path.name for path in files if read.search(path.read_text("utf-8"))}
    assert found == {Path(settings.__file__).name}


def test_every_group_is_listed_and_every_variable_stands_once() -> None:
    assert set(GROUPS) == set(Settings.__subclasses__())
    assert len(every_variable()) == sum(len(group.model_fields) for group in GROUPS)


def test_every_variable_says_what_it_means_and_is_told_to_operators() -> None:
    texts = "\n".join(path.read_text("utf-8") for path in [*DOCUMENTS, *EXAMPLES])
    for name, field in every_variable().items():
        assert field.description
        assert field.description.endswith("."), name
        assert re.search(rf"\b{name}\b", texts), f"{name} stands in no document"


def test_the_tables_of_the_documents_tell_the_defaults_that_hold() -> None:
    rows = dict(documented())
    assert {"SOP_WAREHOUSE", "SOP_KEEP_RUNS", "SOP_SMTP_PORT", "SOP_AUTOMATION"} <= rows.keys()
    for name, told in rows.items():
        field = every_variable()[name]
        default = field.default.get_secret_value() if is_secret(field) else field.default
        expected = (f"`{default}`",) if default else _NOTHING
        assert told in expected, name


def test_without_an_environment_every_group_is_its_defaults() -> None:
    for group in GROUPS:
        assert group.from_environment({}) == group()
        assert group.from_environment(dict.fromkeys(group.variables(), "")) == group()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SOP_SOLVER_TIME_LIMIT_SECONDS", "nan", "a number of seconds above 0"),
        ("SOP_SOLVER_TIME_LIMIT_SECONDS", "0", "a number of seconds above 0"),
        ("SOP_KEEP_RUNS", "+3", "a whole number of at least 1"),
        ("SOP_KEEP_RUNS", "1_000", "a whole number of at least 1"),
        ("SOP_AUTOMATION", "ON", "on or off"),
        ("SOP_SMTP_PORT", "mail", "a number"),
        ("SOP_SMTP_SECURITY", "ssl", "starttls, tls or none"),
        ("SOP_DEMO_YEAR", "1969", "a year from 1970 to 2200"),
    ],
)
def test_what_makes_no_sense_is_told_with_name_value_and_what_is_expected(
    name: str, value: str, told: str
) -> None:
    [group] = [group for group in GROUPS if name in group.variables()]
    with pytest.raises(UsageError) as refused:
        group.from_environment({name: value})
    assert str(refused.value) == f"{name}={value!r}: expected {told}"
    assert refused.value.exit_status == 2


def test_everything_wrong_in_a_group_is_told_at_once() -> None:
    with pytest.raises(UsageError) as refused:
        settings.Automation.from_environment({"SOP_KEEP_RUNS": "0", "SOP_FRESH_DAYS": "soon"})
    lines = str(refused.value).splitlines()
    assert sorted(line.partition("=")[0] for line in lines) == ["SOP_FRESH_DAYS", "SOP_KEEP_RUNS"]


def test_a_secret_is_shown_by_nothing_and_known_to_be_one() -> None:
    names = [name for name, field in every_variable().items() if is_secret(field)]
    assert {name for name in every_variable() if re.search("PASS|TOKEN", name)} <= {*names}
    given = {name: f"https://example.com/{HIDDEN}-{name}" for name in names}
    assert secrets(given) == list(given.values())
    for group in GROUPS:
        assert HIDDEN not in f"{group.from_environment(given)!r} {group.from_environment(given)}"


def test_a_refused_secret_is_not_told() -> None:
    with pytest.raises(UsageError, match="SOP_ALERT_WEBHOOK_URL") as refused:
        settings.Alerts.from_environment({"SOP_ALERT_WEBHOOK_URL": f"file:///{HIDDEN}"})
    chain = [refused.value, refused.value.__cause__, refused.value.__context__]
    assert HIDDEN not in "".join(map(repr, chain))
