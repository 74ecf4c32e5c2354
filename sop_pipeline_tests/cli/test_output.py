"""Values as JSON: full precision, null for what is no number, ISO days, plain ASCII."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from sop_pipeline.cli.output import json_text
from sop_pipeline.cli.progress import stages


def _through(value: object) -> object:
    return json.loads(json_text(value))


def test_every_digit_of_a_figure_is_kept() -> None:
    figures = [0.1 + 0.2, 1e17 + 1 / 3, np.float64(2) / 3, np.int64(2**60)]
    assert _through(figures) == [float(figures[0]), figures[1], 2 / 3, 2**60]


@pytest.mark.parametrize(
    "nothing", [None, float("nan"), np.nan, float("inf"), -np.inf, pd.NA, pd.NaT, np.float64("nan")]
)
def test_what_is_no_number_is_null(nothing: object) -> None:
    assert _through({"figure": nothing}) == {"figure": None}


def test_days_are_days_and_moments_are_moments() -> None:
    told = [
        dt.date(2026, 10, 1),
        pd.Timestamp("2026-10-01"),
        np.datetime64("2026-10-01", "ns"),
        pd.Timestamp("2026-10-01 07:30"),
        pd.Timestamp("2026-10-01", tz="UTC"),
    ]
    assert _through(told) == [
        "2026-10-01",
        "2026-10-01",
        "2026-10-01",
        "2026-10-01T07:30:00",
        "2026-10-01T00:00:00+00:00",
    ]


def test_a_frame_is_a_list_of_objects_in_lower_case_whatever_its_dtypes() -> None:
    frame = pd.DataFrame(
        {
            "PRODUCT_ID": pd.array([1, None], "Int64"),
            "UNITS": [0.1, np.nan],
            "PERIOD_START": pd.to_datetime(["2026-01-01", None]),
            "CLASS": pd.array(["A", None], "string"),
            "AHEAD": [True, False],
        }
    )
    assert _through(frame) == [
        {"product_id": 1, "units": 0.1, "period_start": "2026-01-01", "class": "A", "ahead": True},
        {
            "product_id": None,
            "units": None,
            "period_start": None,
            "class": None,
            "ahead": False,
        },
    ]
    assert _through(frame.head(0)) == []


def test_containers_and_dataclasses_are_followed() -> None:
    @dataclass
    class Step:
        term: str
        amount: np.float64

    value = {"steps": (Step("revenue", np.float64(1.5)),), "cost": {"A": {"B": np.nan}}}
    assert _through(value) == {
        "steps": [{"term": "revenue", "amount": 1.5}],
        "cost": {"A": {"B": None}},
    }


def test_no_sign_of_a_text_reaches_the_terminal_raw() -> None:
    text = "\x1b[31m\u202eéclair\x9b"
    written = json_text(text)
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == text


def test_a_value_without_a_form_is_refused() -> None:
    with pytest.raises(TypeError):
        json_text({"what": object()})


@pytest.mark.parametrize(("quiet", "told"), [(False, "Solving ...\n"), (True, "")])
def test_progress_is_told_unless_it_is_quiet(
    capsys: pytest.CaptureFixture[str], told: str, *, quiet: bool
) -> None:
    with stages(1, quiet=quiet) as progress, progress.stage("Solving") as tell:
        tell("a step")
    out, err = capsys.readouterr()
    assert (out, err) == ("", told)
