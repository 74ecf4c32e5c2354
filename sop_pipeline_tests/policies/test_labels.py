"""A plan made with overrides says so, wherever its policy's name stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.planning.summary import MODEL_VERSION_LENGTH, model_version
from sop_pipeline.policies import policy_label
from sop_pipeline.version import __version__


@pytest.mark.parametrize(
    ("name", "overrides", "label"),
    [
        ("standard", {}, "standard"),
        ("standard", {"capital_rate_per_year": 0.3}, "standard + capital_rate_per_year=0.3"),
        ("conf/mine.yaml", {"shortage": "forbid"}, "mine + shortage=forbid"),
        (
            "standard",
            {"overflow_limit_pct": None, "currency": "EUR"},
            "standard + currency=EUR, overflow_limit_pct=null",
        ),
        ("standard", {"initial_load_units": {7: 1.5}}, "standard + initial_load_units={7: 1.5}"),
        (
            "standard",
            {"initial_load_units": dict.fromkeys(range(99), 1.5)},
            "standard + initial_load_units=99 entries",
        ),
    ],
)
def test_a_label_names_every_field_laid_over_the_policy(
    name: str, overrides: dict[str, object], label: str
) -> None:
    assert policy_label(name, overrides) == label


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("standard", "standard"),
        ("standard + capital_rate_per_year=0.3", "standard+1 override"),
        ("standard + capital_rate_per_year=0.3, shortage=forbid", "standard+2 overrides"),
        ("a_policy_of_a_very_long_name + currency=EUR", "a_policy_of…+1 override"),
        ("a_policy_of_a_very_long_name", "a_policy_of_a_very_lon…"),
    ],
)
def test_a_version_says_that_there_is_more_than_it_has_room_for(label: str, short: str) -> None:
    assert model_version(label, "network") == f"sop_pipeline {__version__} {short} network"


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.from_regex(r"\A[\w. -]{1,80}\Z"),
    st.dictionaries(st.from_regex(r"\A[a-z_]+\Z"), st.text(), max_size=9),
)
def test_a_version_has_at_most_50_characters(name: str, overrides: dict[str, object]) -> None:
    label = policy_label(name, overrides)
    for grain in ("network", "aggregate"):
        version = model_version(label, grain)
        assert len(version) <= MODEL_VERSION_LENGTH
        assert version.endswith(f" {grain}")
        assert label in version or "…" in version or "override" in version
