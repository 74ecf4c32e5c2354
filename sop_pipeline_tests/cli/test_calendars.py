"""Weeks and fiscal years from the files to the printed plan: checks, tables, pictures, history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import sop_pipeline as library
from sop_pipeline.store import location_from_environment, store_at
from sop_pipeline_tests.calendars import Period, company_of, fiscal_year, weeks
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.published_plans import publish
from sop_pipeline_tests.small_company import small_company, write_company

WEEKS = weeks(dt.date(2025, 12, 8), 8)
YEARS = {
    "4-4-5": fiscal_year(dt.date(2026, 2, 1), [4, 4, 5] * 4),
    "4-5-4": fiscal_year(dt.date(2026, 2, 1), [4, 5, 4] * 4),
    "5-4-4 with a 53rd week": fiscal_year(
        dt.date(2025, 9, 1), [5, 4, 4, 5, 4, 5, 5, 4, 4, 5, 4, 4]
    ),
}
DAILY = {101: 4.0 * 8 * 0.9, 201: 2.0 * 8 * 0.95}
MEAN_MONTH_DAYS = 30.4375


@pytest.fixture
def weekly(workdir: Path) -> Path:
    """A policy that plans by the week."""
    policy = workdir / "weekly.yaml"
    policy.write_text("period: week\n", "utf-8")
    return policy


def published() -> dict[str, pd.DataFrame]:
    """The plan of BASE in the warehouse."""
    return store_at(location_from_environment()).read_plan("BASE")


@cache
def plan_of(year: str) -> Mapping[str, pd.DataFrame]:
    """The plan of a fiscal year; each is looked at more than once."""
    company = library.Company(company_of(YEARS[year], fiscal=True))
    return library.plan(company, "BASE", policy="standard").tables


def require_periods(tables: Mapping[str, pd.DataFrame], periods: list[Period]) -> None:
    """Every table is of these periods, each as long as it is."""
    first_days = [period.first for period in periods]
    build = tables["RECOMMENDED_BUILD_PLAN"]
    for _, rows in build.groupby(["PRODUCT_ID", "WORK_CENTER_ID"]):
        assert [day.date() for day in rows["PRODUCTION_WEEK"].sort_values()] == first_days
    for name in ("INVENTORY", "CAPACITY", "WAREHOUSE", "SHIPMENT"):
        days = tables[f"BUILD_PLAN_{name}"]["PERIOD_START"].drop_duplicates().sort_values()
        assert set(days.dt.date) <= set(first_days), name
    lengths = {p.first: ((p.last - p.first).days + 1) / MEAN_MONTH_DAYS for p in periods}
    capacity = tables["BUILD_PLAN_CAPACITY"]
    for row in capacity.itertuples():
        expected = DAILY[row.WORK_CENTER_ID] * 22 * lengths[row.PERIOD_START.date()]
        assert pytest.approx(expected, abs=1e-4) == row.CAPACITY_AVAILABLE


def test_weeks_are_planned_by_the_week_over_the_end_of_the_year(
    sop: Sop, tmp_path: Path, weekly: Path
) -> None:
    folder = write_company(tmp_path / "in", company_of(WEEKS, fiscal=False))
    assert sop("init", "--from", folder).exit_code == 0
    planned = sop("plan", "BASE", "--policy", weekly)
    assert planned.exit_code == 0, planned.output
    # A week is 7 / 30.4375 of a month, in which the lines make 633.6 + 334.4.
    told = " ".join(planned.output.split())
    assert "2 weeks with more demand than the bottleneck stages make then" in told
    assert "2026-W01 (228 against 223)" in told
    tables = published()
    require_periods(tables, WEEKS)
    assert tables["BUILD_PLAN_SUMMARY"]["PERIOD_KIND"].tolist() == ["week"]
    assert all(day.weekday() == 0 for day in tables["RECOMMENDED_BUILD_PLAN"]["PRODUCTION_WEEK"])
    shown = sop("show", "BASE").output
    assert "2025-W52" in shown
    assert "2026-W01" in shown


@pytest.mark.parametrize("name", YEARS)
def test_a_fiscal_year_is_planned_by_its_own_months(name: str) -> None:
    year, tables = YEARS[name], plan_of(name)
    require_periods(tables, year[:8])
    build = tables["RECOMMENDED_BUILD_PLAN"]
    labels = build.drop_duplicates("PRODUCTION_WEEK").sort_values("PRODUCTION_WEEK")
    assert labels["FISCAL_MONTH"].tolist() == [period.month for period in year[:8]]
    assert labels["FISCAL_QUARTER"].tolist() == [period.quarter for period in year[:8]]


def test_the_months_of_a_fiscal_year_are_those_published_and_shown(
    sop: Sop, tmp_path: Path
) -> None:
    year = YEARS["4-4-5"]
    folder = write_company(tmp_path / "in", company_of(year, fiscal=True))
    assert sop("init", "--from", folder).exit_code == 0
    publish("BASE", policy="standard")
    require_periods(published(), year[:8])
    assert "P8" in sop("show", "BASE").output


def test_a_week_more_is_a_week_more_of_capacity() -> None:
    year = YEARS["5-4-4 with a 53rd week"]
    assert (year[-1].last - year[0].first).days + 1 == 53 * 7
    tables = plan_of("5-4-4 with a 53rd week")
    capacity = tables["BUILD_PLAN_CAPACITY"].query("WORK_CENTER_ID == 101")
    by_month = capacity.set_index(capacity["PERIOD_START"].dt.date)["CAPACITY_AVAILABLE"]
    longer = by_month[year[5].first] / by_month[year[4].first]
    assert longer == pytest.approx(5 / 4, abs=1e-6)


def test_forecasts_of_months_are_not_spread_over_weeks(
    sop: Sop, tmp_path: Path, weekly: Path
) -> None:
    assert sop("init", "--from", write_company(tmp_path / "in", small_company())).exit_code == 0
    refused = sop("check", "BASE", "--policy", weekly)
    assert refused.exit_code == 3
    assert "not spread" in " ".join(refused.output.split())


def test_two_fiscal_months_of_one_calendar_month_are_refused_without_a_calendar(
    sop: Sop, tmp_path: Path
) -> None:
    tables = company_of(YEARS["4-5-4"], fiscal=True)
    del tables["fiscal_calendar"]
    assert sop("init", "--from", write_company(tmp_path / "in", tables)).exit_code == 0
    refused = sop("check", "BASE", "--policy", "standard")
    assert refused.exit_code == 3
    assert "FISCAL_CALENDAR" in refused.output


def test_a_plan_as_of_a_day_begins_with_the_week_of_the_day(
    sop: Sop, tmp_path: Path, workdir: Path
) -> None:
    policy = workdir / "from-now.yaml"
    policy.write_text("period: week\nhorizon_start: this_month\n", "utf-8")
    folder = write_company(tmp_path / "in", company_of(WEEKS, fiscal=False))
    assert sop("init", "--from", folder).exit_code == 0
    result = sop("plan", "BASE", "--policy", policy, "--as-of", "2025-12-24")
    assert result.exit_code == 0, result.output
    assert "2025-W52" in result.output
    assert "2025-W51" not in result.output


@pytest.mark.parametrize("fiscal", [False, True])
def test_a_folder_is_solved_without_a_warehouse(
    sop: Sop, tmp_path: Path, weekly: Path, *, fiscal: bool
) -> None:
    periods = YEARS["4-4-5"] if fiscal else WEEKS
    folder = write_company(tmp_path / "in", company_of(periods, fiscal=fiscal))
    policy = "standard" if fiscal else weekly
    out = tmp_path / "out"
    solved = sop("solve", folder, "--scenario", "BASE", "--policy", policy, "--out", out)
    assert solved.exit_code == 0, solved.output
    build = pd.read_parquet(out / "RECOMMENDED_BUILD_PLAN.parquet")
    days = pd.to_datetime(build["PRODUCTION_WEEK"]).drop_duplicates().sort_values()
    assert [day.date() for day in days] == [period.first for period in periods[:8]]
