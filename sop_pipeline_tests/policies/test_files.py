"""Policy files: whatever stands in one, it is read or refused at once and in little memory."""

from __future__ import annotations

import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import UsageError
from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies import load_policy, named_policies
from sop_pipeline.policies.files import yaml_mapping

ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
WORDS = ("yes", "true", ".nan", ".inf", "-.inf", "1e999", "-1", "x", "''")
NUMBERS = [
    name
    for name, field in Policy.model_fields.items()
    if "strict" in str(field.metadata) or "Strict" in str(field.annotation)
]


def refused(path: Path) -> str:
    with pytest.raises(UsageError) as told:
        load_policy(str(path))
    assert told.value.exit_status == 2
    assert len(str(told.value)) < 2_000
    return str(told.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("horizon_start: 2025-02-30", "horizon_start"),
        ("horizon_start: 20250701", "YYYY-MM-DD"),
        ("horizon_start: 0", "YYYY-MM-DD"),
        (f"safety_stock_ratio: {'9' * 5000}", "finite number"),
        (f"horizon_periods: {'9' * 5000}", "horizon_periods"),
        (f"{'x' * 900}: 1", "unknown field"),
        (f"currency: {'x' * 5000}", "at most 10 characters"),
        (f"currency: {'[' * 5000}", "nested more than 2 deep"),
        ("- " * 5000, "nested more than 2 deep"),
        ("initial_load_units: {1: {2: 3}}", "nested more than 2 deep"),
        (ALIASES, "anchors and aliases"),
        ("grain: *a", "anchors and aliases"),
        ("grain: !!python/object:os.system x", "tags"),
        ("horizon_periods: !!int 3", "tags"),
        ("horizon_periods: yes", "horizon_periods"),
        ("horizon_periods: true", "horizon_periods"),
        ("safety_stock_ratio: 1_000", "safety_stock_ratio"),
        ("safety_stock_ratio: 1:30", "safety_stock_ratio"),
        ("safety_stock_ratio: '0.2'", "safety_stock_ratio"),
        ("safety_stock_ratio: 0.2\ngrain: network\nsafety_stock_ratio: 0.3", "given twice"),
        ("initial_load_units: {7: 1.0, 7: 2.0}", "7 is given twice"),
        ("? [grain]\n: network", "neither text nor a whole number"),
        ("~: network", "neither text nor a whole number"),
        ("7: network", "7"),
        ("<<: {grain: network}", "<<: unknown field"),
        ("grain: network\n---\ngrain: aggregate", "single document"),
        ("grain: \x00", "not YAML"),
        ("grain: 'network", "not YAML"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_no_policy_is_refused_at_once(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    begun = time.process_time()
    assert words in refused(file)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("value", WORDS)
def test_no_number_is_read_out_of_what_is_none(field: str, value: str) -> None:
    assert len(NUMBERS) > 12
    with pytest.raises(UsageError, match=field):
        Policy.parse(yaml_mapping(f"{field}: {value}", "mine"), "mine")


def _device(path: Path) -> Path:
    del path
    return Path("/dev/zero")


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _huge(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(10**10)
    return path


def _latin(path: Path) -> Path:
    path.write_bytes("currency: £".encode("latin-1"))
    return path


def _below_a_file(path: Path) -> Path:
    path.touch()
    return path / "mine.yaml"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_device, "not a regular file"),
        (_pipe, "not a regular file"),
        (_folder, "not a regular file"),
        (_huge, "larger than"),
        (_latin, "utf-8"),
        (_below_a_file, "could not be read"),
        (lambda path: path / "a\0b", "could not be read"),
        (lambda path: path.with_name("x" * 300), "could not be read"),
    ],
)
def test_what_is_no_text_file_is_told(
    tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    assert words in refused(make(tmp_path / "mine.yaml"))


_LOAD = """
import sys
from sop_pipeline.errors import UsageError
from sop_pipeline.policies import load_policy
for file in sys.argv[1:]:
    try:
        load_policy(file)
    except UsageError as told:
        print(told.exit_status)
"""


def test_a_hostile_file_takes_little_memory(tmp_path: Path) -> None:
    texts = (ALIASES, "[" * 30_000, "a: [" + "x, " * 10_000, "a: " + "x" * 10**7)
    files = [tmp_path / f"{i}.yaml" for i in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    memory = 3 * 2**30
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, *map(str, files), "/dev/zero"],
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)),
    )
    assert done.stdout.split() == ["2"] * 5, done.stderr


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.dates()
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(SCALARS, SCALARS))


repeatable = settings(deadline=None, derandomize=True, database=None)


@repeatable
@given(st.dictionaries(st.sampled_from([*Policy.model_fields, "x", "solver "]), VALUES, max_size=4))
def test_any_mapping_is_a_policy_or_told(fields: dict[str, object]) -> None:
    text = yaml.safe_dump(fields, allow_unicode=True)
    try:
        policy = Policy.parse(yaml_mapping(text, "drawn"), "drawn")
    except UsageError:
        return
    for name in NUMBERS:
        value = getattr(policy, name)
        assert not isinstance(value, bool)
        assert not isinstance(value, float) or math.isfinite(value)


@repeatable
@given(st.text(max_size=200))
def test_any_text_is_a_policy_or_told(text: str) -> None:
    with suppress(UsageError):
        Policy.parse(yaml_mapping(text, "drawn"), "drawn")


def test_plain_values_are_read_as_they_stand() -> None:
    text = (
        "# ours\nhorizon_start: 2025-07-01\nhorizon_periods: 012\nsafety_stock_ratio: 1e-1\n"
        "units_per_pallet: 5.\ncapital_rate_per_year: .5\nmax_hours_per_day: ~\ncurrency: NO\n"
        "initial_load_units: {101: 5, 201: 0.5}\nholding_cost_per_unit_month:\n"
    )
    policy = Policy.parse(yaml_mapping(f"\ufeff{text}", "mine"), "mine")
    assert policy.horizon_start is not None
    assert policy.horizon_start.isoformat() == "2025-07-01"
    assert (policy.horizon_periods, policy.currency) == (12, "NO")
    assert (policy.safety_stock_ratio, policy.units_per_pallet) == (0.1, 5.0)
    assert (policy.capital_rate_per_year, policy.max_hours_per_day) == (0.5, None)
    assert policy.initial_load_units == {101: 5.0, 201: 0.5}


def test_the_operators_folder_adds_names_and_replaces_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cautious", "standard"):
        (tmp_path / f"{name}.yaml").write_text("safety_stock_ratio: 0.3\n")
    (tmp_path / "notes.txt").write_text("none")
    monkeypatch.setenv("SOP_POLICIES", str(tmp_path))
    assert named_policies() == ("decisions", "notebook", "standard", "cautious")
    assert load_policy("cautious").safety_stock_ratio == 0.3
    assert load_policy("standard").safety_stock_ratio == 0.15
    monkeypatch.setenv("SOP_POLICIES", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="SOP_POLICIES"):
        named_policies()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (-1, "initial_load_units: Input should be greater than or equal to 0; got -1"),
        ({101: -3}, "initial_load_units.101: Input should be greater than or equal to 0; got -3"),
        ({"LINE": 3}, "initial_load_units.LINE: Input should be a valid integer"),
    ],
)
def test_a_number_or_map_is_refused_once_and_as_what_was_given(given: object, told: str) -> None:
    with pytest.raises(UsageError) as refusal:
        Policy.parse({"initial_load_units": given}, source="test")
    head, *lines = str(refusal.value).splitlines()
    assert len(lines) == 1, head
    assert lines[0].startswith(f"- {told}")


def test_fields_that_contradict_each_other_are_told_without_the_rest_of_the_policy() -> None:
    with pytest.raises(UsageError) as refusal:
        Policy.parse({"acceptable_gap": 1e-5, "demand_source": "base"}, source="test")
    assert str(refusal.value).splitlines()[1:] == [
        "- acceptable_gap must not be below optimality_gap"
    ]
