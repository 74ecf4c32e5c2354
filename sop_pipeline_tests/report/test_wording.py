"""Figures and texts are worded so that nobody misreads them."""

from __future__ import annotations

import pandas as pd
import pytest

from sop_pipeline.report import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [(1_234_567.0, "1,234,567"), (0.2, "<1"), (0.0, "0"), (-0.2, "0"), (float("nan"), "-")],
)
def test_units_have_separators_and_a_trace_is_not_zero(value: float, text: str) -> None:
    assert wording.units(value) == text


def test_one_unit_is_no_units() -> None:
    assert [wording.in_units(v) for v in (0.2, 1.0, 2.0)] == ["<1 unit", "1 unit", "2 units"]


def test_money_shows_cents_and_its_currency() -> None:
    assert wording.money(1_094_854.556, "USD") == "1,094,854.56 USD"
    assert wording.money(-0.001, "USD") == "0.00 USD"


def test_a_change_always_shows_its_sign_unless_it_is_nothing() -> None:
    assert [wording.change(v) for v in (1234.5, -0.5, 0.001)] == ["+1,234.50", "-0.50", "0.00"]


def test_months_are_english_whatever_the_locale() -> None:
    assert wording.month(pd.Timestamp(2024, 10, 1)) == "Oct 2024"


def test_plain_text_steers_no_terminal() -> None:
    assert wording.plain("a\x1b[31mb\r\nc\u202ed\u2028e") == "a [31mb cd e"
    assert wording.plain(pd.NA) == ""
