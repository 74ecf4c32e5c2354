"""What the cursor of the scenario sensor keeps, and what it finds changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.automation.changes import Changes, Seen, compare, cursor_of, seen_in

contents = st.dictionaries(st.sampled_from("ABCD"), st.sampled_from("123"))


def looks(*states: dict[str, str]) -> list[Changes]:
    """Compare one state after another, the cursor written and read between."""
    found: list[Changes] = []
    cursor = None
    for state in states:
        found.append(compare(seen_in(cursor), state))
        cursor = cursor_of(found[-1].seen)
    return found


@given(st.lists(contents, max_size=5), contents)
@settings(derandomize=True, deadline=None)
def test_a_second_look_at_the_same_content_finds_nothing(
    before: list[dict[str, str]], state: dict[str, str]
) -> None:
    last = looks(*before, state, state)[-1]
    assert (last.added, last.changed, last.retired, last.returned) == ((), (), (), ())


@given(st.lists(contents, min_size=1, max_size=6))
@settings(derandomize=True, deadline=None)
def test_no_two_changes_of_a_scenario_have_the_same_key(states: list[dict[str, str]]) -> None:
    keys = [
        (code, found.seen[code].changes, found.seen[code].fingerprint)
        for found in looks(*states)
        for code in (*found.added, *found.changed)
    ]
    assert len(keys) == len(set(keys))


def test_only_the_scenario_that_changed_is_found_changed() -> None:
    last = looks({"A": "1", "B": "1"}, {"A": "1", "B": "2"})[-1]
    assert last.changed == ("B",)
    assert last.seen == {"A": Seen("1"), "B": Seen("2", changes=2)}


def test_a_retired_scenario_is_found_once_and_returns_unchanged_where_it_is() -> None:
    full, less = {"A": "1", "B": "1"}, {"A": "1"}
    _, gone, still_gone, back = looks(full, less, less, full)
    assert gone.retired == ("B",)
    assert gone.seen["B"] == Seen("1", retired=True)
    assert still_gone.retired == ()
    assert back.returned == ("B",)
    assert back.added == back.changed == ()


@pytest.mark.parametrize("cursor", [None, "", "[]", "7", "{", '{"A": 1}', '{"A": {"b": 1}}'])
def test_a_cursor_not_written_here_is_none(cursor: str | None) -> None:
    assert seen_in(cursor) == {}
