"""The simulations do what they say, and what they show forces pre-building."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from scipy.optimize import linprog
from scipy.sparse import block_array, coo_array, eye_array, kron

from sop_pipeline.demo.__main__ import main
from sop_pipeline.demo.facts import Facts, company_facts, facts_table
from sop_pipeline.demo.horizon import MONTHS
from sop_pipeline.demo.strategies import build_early, chase
from sop_pipeline.demo.works import Market, Works, read_market, read_works

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def works(company: Frames) -> Works:
    return read_works(company)


@pytest.fixture(scope="module")
def facts(company: Frames) -> dict[str, Facts]:
    return {fact.scenario: fact for fact in company_facts(company)}


@pytest.fixture
def workshop() -> Works:
    """One product, one work centre of 10 a month, one warehouse of 4 pallets, two months."""
    one = np.ones(1)
    return Works(
        products=pd.Index([1]),
        sites=pd.Index([2]),
        centers=pd.Index([3]),
        stages=np.array(["ASSEMBLY"], dtype=object),
        regular=np.array([[8.0], [8.0]]),
        extra=np.array([[2.0], [2.0]]),
        usage=np.array([[1.0]]),
        makes=np.array([[1.0]]),
        open_routings=np.array([[True], [True]]),
        opening=np.zeros((1, 1)),
        receipts=np.zeros((2, 1, 1)),
        safety_ratio=0 * one,
        pallets_per_unit=0.5 * one,
        base_load=one,
        positions=4 * one,
        threshold=3 * one,
    )


def market_of(*demand: float) -> Market:
    units = np.array(demand).reshape(-1, 1, 1)
    return Market(demand=units, revenue=np.full_like(units, 50.0))


def test_chasing_loses_what_a_month_cannot_make_even_if_the_month_before_could(
    workshop: Works,
) -> None:
    outcome = chase(workshop, market_of(5, 20))
    assert outcome.lost.ravel() == pytest.approx([0, 10])
    assert outcome.load.ravel() == pytest.approx([5, 10])
    assert outcome.pallets.ravel() == pytest.approx([1, 1])


def test_chasing_keeps_the_safety_stock_of_the_next_month(workshop: Works) -> None:
    outcome = chase(replace(workshop, safety_ratio=np.array([0.25])), market_of(4, 12))
    assert outcome.load.ravel() == pytest.approx([7, 10])
    assert outcome.lost.sum() == pytest.approx(0)


def test_building_early_runs_at_full_regular_time_until_all_is_made(workshop: Works) -> None:
    outcome = build_early(workshop, market_of(2, 9))
    assert outcome.load.ravel() == pytest.approx([8, 3])
    assert outcome.pallets.ravel() == pytest.approx([1 + 0.5 * 6, 1])
    assert outcome.lost.sum() == pytest.approx(0)


def test_opening_stock_and_receipts_are_used_first(workshop: Works) -> None:
    stocked = replace(
        workshop, opening=np.array([[3.0]]), receipts=np.array([1.0, 0.0]).reshape(2, 1, 1)
    )
    assert chase(stocked, market_of(5, 4)).load.ravel() == pytest.approx([1, 4])


def test_a_routing_not_yet_open_makes_nothing(workshop: Works) -> None:
    closed = replace(workshop, open_routings=np.array([[False], [True]]))
    assert chase(closed, market_of(5, 5)).lost.ravel() == pytest.approx([5, 0])


def test_capacity_follows_calendar_and_tiers(works: Works) -> None:
    month = {label: t for t, label in enumerate(MONTHS.strftime("%Y-%m"))}
    center = {center: w for w, center in enumerate(works.centers)}
    assert works.regular[month["2026-01"], center[12]] == pytest.approx(21 * 8 * 2 * 0.90 * 20)
    assert works.regular[month["2026-02"], center[11]] == 3200
    assert works.regular[month["2026-02"], center[24]] == pytest.approx(17 * 8 * 1 * 0.90 * 20)
    assert works.regular[month["2026-09"], center[23]] == pytest.approx(24 * 8 * 2 * 0.83 * 22)
    assert works.extra[month["2026-08"], center[33]] == 646 + 500
    assert works.extra[month["2026-09"], center[33]] == 1454 + 500


def test_no_strategy_uses_capacity_there_is_not_or_delivers_what_is_not_there(
    company: Frames, works: Works
) -> None:
    market = read_market(company, works, scenario_id=2)
    chased, early = chase(works, market), build_early(works, market)
    assert (chased.load <= works.regular + works.extra + 1e-6).all()
    assert (early.load <= works.regular + 1e-6).all()
    for outcome in (chased, early):
        assert (outcome.lost >= 0).all()
        assert (outcome.lost <= market.demand).all()
        assert (outcome.pallets >= works.base_load - 1e-6).all()


def test_in_the_push_the_peak_takes_more_than_all_capacity(facts: dict[str, Facts]) -> None:
    tight = facts["Q4_PUSH"].tight
    assert tight.stage == "ASSEMBLY"
    assert tight.month == "Nov 2026"
    assert tight.regular_pct > 150
    assert tight.all_pct > 120


def test_in_the_push_chasing_demand_loses_sales_in_the_peak_only(facts: dict[str, Facts]) -> None:
    push = facts["Q4_PUSH"]
    assert push.lost_pct > 3
    assert push.lost_revenue > 1_000_000
    assert (push.lost_from, push.lost_until) == ("Oct 2026", "Dec 2026")


def test_in_the_push_building_early_overfills_a_warehouse(facts: dict[str, Facts]) -> None:
    push = facts["Q4_PUSH"]
    assert push.overflowing >= 1
    assert push.full_pct > push.threshold_pct


def test_the_baseline_is_tight_and_the_conservative_scenario_comfortable(
    facts: dict[str, Facts],
) -> None:
    assert 95 < facts["BASELINE"].tight.all_pct < 110
    assert facts["BASELINE"].lost_pct < 0.5
    assert facts["CONSERVATIVE"].tight.all_pct < 95
    assert facts["CONSERVATIVE"].lost_units == pytest.approx(0, abs=1)


def test_the_supply_shock_hurts_in_summer(facts: dict[str, Facts]) -> None:
    shock = facts["SUPPLY_SHOCK"]
    assert shock.lost_units > 1000
    assert (shock.lost_from, shock.lost_until) == ("Jul 2026", "Aug 2026")


@pytest.mark.parametrize("scenario_id", [1, 2, 3, 4])
def test_looking_ahead_loses_nothing_and_keeps_below_every_threshold(
    company: Frames, works: Works, scenario_id: int
) -> None:
    market = read_market(company, works, scenario_id)
    assert least_lost_sales(works, market) == pytest.approx(0, abs=1e-3)


def least_lost_sales(works: Works, market: Market) -> float:
    """Fewest units lost by any plan of all months that overfills no warehouse.

    Variables x[t, r] made, y[t, p, s] brought, I[t, p, s] stock, l[t, p, s] lost.
    """
    months, products, _ = market.demand.shape
    cells = market.demand.size
    each, cell = eye_array(months), eye_array(cells)
    before = eye_array(cells, k=-(cells // months))
    over_sites = kron(eye_array(products), np.ones((1, len(works.sites))))
    pallets = kron(works.pallets_per_unit[None, :], eye_array(len(works.sites)))
    supply = works.receipts.copy()
    supply[0] += works.opening
    none = coo_array((works.regular.size, cells))
    limits = [
        [kron(each, works.usage), none, None, none],
        [None, None, kron(each, pallets), None],
    ]
    balances = [
        [kron(each, works.makes), -kron(each, over_sites), None, None],
        [None, cell, before - cell, cell],
    ]
    made_at_most = np.where(works.open_routings, np.inf, 0).ravel()
    upper = np.concatenate([made_at_most, np.full(2 * cells, np.inf), market.demand.ravel()])
    room = np.tile(works.threshold - works.base_load, months)
    result = linprog(
        np.repeat([0.0, 1.0], [upper.size - cells, cells]),
        A_ub=block_array(limits),
        b_ub=np.concatenate([(works.regular + works.extra).ravel(), room]),
        A_eq=block_array(balances),
        b_eq=np.concatenate([np.zeros(months * products), (market.demand - supply).ravel()]),
        bounds=np.column_stack([np.zeros(upper.size), upper]),
        method="highs",
    )
    assert result.status == 0, result.message
    return float(result.fun)


def test_the_module_prints_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    assert "Larkenfell Toyworks without a plan" in capsys.readouterr().out


def test_the_facts_fit_a_hundred_columns(facts: dict[str, Facts]) -> None:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(facts_table(list(facts.values())))
    printed = capture.get()
    assert all(scenario in printed for scenario in facts)
    assert "…" not in printed
    assert max(len(line) for line in printed.splitlines()) <= 100
