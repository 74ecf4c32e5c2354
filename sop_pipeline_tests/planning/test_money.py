"""Money to the cent: shares add up to their total, whatever the remainders."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.planning.money import apportion, currency, to_cents

amounts = st.lists(st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=40)


@settings(deadline=None, derandomize=True, database=None)
@given(amounts)
def test_shares_add_up_to_the_total_and_are_within_a_cent(shares: list[float]) -> None:
    total = to_cents(sum(shares))
    cents = apportion(shares, total)
    assert cents.sum() == total
    assert np.abs(currency(cents) - np.array(shares)).max() <= 0.01 + 1e-6


def test_the_largest_remainders_take_the_missing_cents() -> None:
    assert apportion([0.004, 0.006, 0.009], 2).tolist() == [0, 1, 1]


def test_ties_go_to_the_first() -> None:
    assert apportion([0.005, 0.005, 0.005], 1).tolist() == [1, 0, 0]


def test_a_cent_too_many_is_taken_where_there_is_one() -> None:
    assert apportion([0.0, 0.031, 0.0], 2).tolist() == [0, 2, 0]
