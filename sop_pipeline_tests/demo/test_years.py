"""The demo company of any year is the same company, and nothing of its past lies ahead."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from sop_pipeline.demo import coming_year, demo_company
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline_tests.conftest import Sop

Frames = dict[str, pd.DataFrame]

PAST = {
    "SCENARIO_DEFINITION": ["CREATED_DATE"],
    "DEMAND_FORECAST_VERSIONS": ["FORECAST_CREATION_DATE", "VERSION_TIMESTAMP"],
    "INVENTORY_BALANCE": ["BALANCE_DATE"],
    "PRODUCT": ["VALID_FROM_TIMESTAMP", "VALID_TO_TIMESTAMP"],
}


@pytest.mark.parametrize(
    ("day", "year"), [("2026-01-31", 2026), ("2026-02-01", 2027), ("2031-12-31", 2032)]
)
def test_no_month_of_the_horizon_has_passed(day: str, year: int) -> None:
    assert coming_year(dt.date.fromisoformat(day)) == year


@pytest.mark.parametrize("day", ["2027-01-01", "2028-02-29", "2031-11-26"])
def test_every_year_has_the_same_figures_under_its_own_dates(company: Frames, day: str) -> None:
    today = dt.date.fromisoformat(day)
    year = coming_year(today)
    other = demo_company(year=year, day=today)
    for table in ATOMIC_TABLES:
        table.schema.validate(other[table.name], lazy=True)
        same = other[table.name].select_dtypes("number")
        pd.testing.assert_frame_equal(same, company[table.name].select_dtypes("number"))
    forecasts = other["DEMAND_FORECAST_VERSIONS"]
    assert forecasts["FORECAST_DATE"].min() == pd.Timestamp(year, 1, 1)
    assert (forecasts["FORECAST_DATE"].dt.year.astype(str) == forecasts["FISCAL_YEAR"]).all()
    assert forecasts["FISCAL_MONTH"].iloc[0] == f"Jan {year}"
    for name, columns in PAST.items():
        for column in columns:
            assert (other[name][column].dropna() <= pd.Timestamp(today)).all(), (name, column)


def test_a_fresh_demo_company_is_planned_without_a_word_of_the_past(
    sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOP_DEMO_YEAR")
    assert sop("init").exit_code == 0
    told = sop("check", "BASELINE")
    assert told.exit_code == 0
    assert "passed" not in told.output


def test_the_year_may_be_named(sop: Sop) -> None:
    assert sop("init", "--year", "2024").exit_code == 0
    assert "18 of 18 months have passed: 2024-01 to 2025-06" in sop("check", "BASELINE").output


def test_the_company_with_decisions_is_made_by_name_and_not_beside_a_folder(sop: Sop) -> None:
    refused = sop("init", "--demo", "decisions", "--from", "mine")
    assert refused.exit_code == 2
    assert "give one of them" in refused.output
    assert sop("init", "--demo", "decisions").exit_code == 0
