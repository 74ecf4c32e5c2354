"""Explanations of random companies: every figure is a cell, every because holds when solved for."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from sop_pipeline.insight.explanation import Explanation, Fact, Sentence, Situation, explain
from sop_pipeline.planning import PlanningInputs, Policy, plan
from sop_pipeline.planning.counterfactuals import Counterfactuals
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import planning_model
from sop_pipeline.planning.problem import Problem
from sop_pipeline.report.explanation import Words
from sop_pipeline.report.names import Label, Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline_tests.planning.companies import one_line, policy_of
from sop_pipeline_tests.planning.test_random_companies import made_of_drawn_companies

FIGURE = re.compile(r"\d[\d,.]*\d|\d")
SEASONAL = [100, 100, 100, 120, 120, 100]
BUILDING_AHEAD = (
    (1, {}),
    (1, {"shortage": "lost_sales"}),
    (2, {"shortage": "lost_sales", "safety_stock_ratio": 0.1}),
)
"""Products and policy of seasonal companies: few that are drawn at random build ahead."""
DRAWN = 12
"""How many companies are drawn at random beside them."""
NAMES = Names(
    products={p: Label(f"P{p}", f"Product {p}") for p in (1, 2, 3)},
    sites={s: Label(f"S{s}", f"Site {s}") for s in (1, 2, 11, 12)},
    work_centers={w: Label(f"WC{w}", f"Work centre {w}") for w in (101, 102, 201)},
)


class Explained:
    """A company, its plan and its explanation."""

    def __init__(self, inputs: PlanningInputs, policy: Policy) -> None:
        solved = plan(inputs, policy, policy_name="random", input_hash="test")
        self.tables = solved.tables
        self.solved = Counterfactuals.of(inputs, policy)
        starts = [pd.Timestamp(day) for day in self.solved.problem.periods.starts]
        centers = self.solved.problem.work_centers.tolist()
        shifts = {(center, day): 1.5 for center in centers for day in starts}
        self.situation = Situation(self.tables, self.solved, shifts)
        self.explanation: Explanation = explain("RANDOM", self.tables, self.situation)
        self.words = Words.of_plan(self.tables, NAMES)

    @property
    def problem(self) -> Problem:
        return self.solved.problem

    def facts(self, sentence: Sentence) -> dict[str, Fact]:
        """The facts a sentence tells."""
        told = sentence.facts.items()
        return {name: fact for name, fact in told if f"{{{name}}}" in sentence.template}

    def cell(self, fact: Fact) -> object:
        """What stands in the table where a fact says it does."""
        rows = {**self.tables, **self.explanation.tables}[fact.table]
        for column, value in fact.key.items():
            rows = rows[rows[column] == value]
        (value,) = rows[fact.column]
        return value


def cost(lp: LinearProgram) -> float | None:
    """Least cost of a programme, by another package's own way of calling a solver."""
    signed = [
        (lp.matrix[np.isfinite(side)] * sign, (side * sign)[np.isfinite(side)])
        for side, sign in ((lp.row_upper, 1.0), (lp.row_lower, -1.0))
    ]
    matrix = np.vstack([part.toarray() for part, _ in signed])
    right = np.concatenate([side for _, side in signed])
    bounds = list(zip(lp.lower, np.where(np.isinf(lp.upper), None, lp.upper), strict=True))
    found = linprog(lp.cost, A_ub=matrix, b_ub=right, bounds=bounds, method="highs")
    return None if found.status == 2 else float(found.fun)


def needed(problem: Problem) -> np.ndarray:
    """Safety stock or what stands unsold, product by product; without limit at the end."""
    stock = problem.safety_stock.copy()
    for p, s, t in np.ndindex(*problem.shape):
        unsold = problem.opening_stock[p, s]
        for u in range(t + 1):
            unsold = max(0.0, unsold + problem.receipts[p, s, u] - problem.demand[p, s, u])
        stock[p, s, t] = max(stock[p, s, t], unsold)
    stock[..., -1] = np.inf
    return stock


@pytest.fixture(scope="module")
def explanations() -> list[Explained]:
    """What is told of seasonal companies and of random ones, once for all that is asked of it."""
    seasonal = [
        Explained(
            one_line(SEASONAL, capacity=110 * products, places=200 * products, products=products),
            policy_of(holding_cost_per_unit_month=0.22, **fields),
        )
        for products, fields in BUILDING_AHEAD
    ]
    assert not any(told.explanation.tables["PREBUILD"].empty for told in seasonal)
    return [*seasonal, *made_of_drawn_companies(DRAWN, Explained)]


@pytest.fixture(params=range(len(BUILDING_AHEAD) + DRAWN))
def told(explanations: list[Explained], request: pytest.FixtureRequest) -> Explained:
    """What is told of one of them."""
    return explanations[request.param]


def test_every_figure_told_is_a_cell_of_a_table(told: Explained) -> None:
    for sentence in told.explanation.sentences:
        facts = told.facts(sentence)
        for fact in facts.values():
            assert told.cell(fact) == fact.value, (sentence.template, fact)
        worded = {
            figure for fact in facts.values() for figure in FIGURE.findall(told.words.fact(fact))
        }
        text = told.words.text(sentence)
        assert set(FIGURE.findall(text)) <= worded, text
        assert not re.search(r"\{|\}|nan|NaT|None", text), text


def test_what_another_way_costs_more_is_what_solving_it_costs_more(told: Explained) -> None:
    if told.explanation.tables["PREBUILD"].empty:
        return
    lp = planning_model(told.problem)
    upper = lp.upper.copy()
    upper[lp.variables["stock"].indices] = needed(told.problem)
    instead, best = cost(replace(lp, upper=upper)), cost(lp)
    assert best is not None
    costs = told.explanation.tables.get("COST_WITHOUT_PREBUILD")
    texts = " ".join(sentence.template for sentence in told.explanation.sentences)
    if instead is None:
        assert "there is no plan that keeps every hard limit" in texts
    elif costs is None:
        assert instead == pytest.approx(best, rel=1e-7, abs=1e-6)
        assert "costs the same" in texts
    else:
        dearer = costs.set_index("TERM").loc["total", "DEARER"]
        assert dearer == pytest.approx(instead - best, rel=1e-6, abs=1e-6 * max(1.0, best))
        assert dearer > 0


def test_a_shift_more_saves_what_solving_with_it_saves(told: Explained) -> None:
    shifts = told.explanation.tables.get("SHIFT_VALUES")
    if shifts is None:
        return
    best = cost(planning_model(told.problem))
    for row in shifts.itertuples():
        capacity = told.problem.tiers.capacity.copy()
        tier = told.situation.tier(row.WORK_CENTER_ID, row.TIER_CODE)
        capacity[tier, told.situation.starts.get_loc(row.PERIOD_START)] += row.UNITS
        tiers = replace(told.problem.tiers, capacity=capacity)
        moved = cost(planning_model(replace(told.problem, tiers=tiers)))
        assert best is not None
        assert moved is not None
        assert pytest.approx(best - moved, rel=1e-6, abs=1e-6 * max(1.0, best)) == row.SAVES


def test_a_shift_more_leaves_closed_what_the_plan_does_not_activate() -> None:
    regular = {
        "WORK_CENTER_ID": 101,
        "TIER_CODE": "REGULAR",
        "TIER_RANK": 1,
        "MAX_CAPACITY": 105.0,
        "PREMIUM_PER_UNIT": 0.0,
    }
    third = {**regular, "TIER_CODE": "THIRD", "TIER_RANK": 2, "FIXED_COST": 1e5}
    inputs = one_line(SEASONAL, capacity=105.0, capacity_tiers=[regular, third])
    told = Explained(inputs, policy_of(shortage="lost_sales"))
    prices = told.tables["BUILD_PLAN_SHADOW_PRICE"]
    keys = ["WORK_CENTER_ID", "TIER_CODE", "PERIOD_START"]
    both = told.explanation.tables["SHIFT_VALUES"].merge(prices, on=keys)
    assert len(both) > 0
    # Each unit more saves no more than the first: cost is convex in a limit.
    assert (both["SAVES"] <= both["UNITS"] * both["ONE_MORE_SAVES"] + 1e-6).all()


def test_room_at_what_stock_is_built_ahead_for_lessens_stock_and_cost(told: Explained) -> None:
    for sentence in told.explanation.sentences:
        causes = [fact for name, fact in sentence.facts.items() if name.startswith("cause_")]
        if not causes:
            continue
        capacity = told.problem.tiers.capacity.copy()
        for _, row in told.situation.scarce.iterrows():
            tier = told.situation.tier(row["WORK_CENTER_ID"], row["TIER_CODE"])
            capacity[tier, told.situation.starts.get_loc(row["PERIOD_START"])] = np.inf
        tiers = replace(told.problem.tiers, capacity=capacity)
        best, roomy = (
            cost(planning_model(problem))
            for problem in (told.problem, replace(told.problem, tiers=tiers))
        )
        assert best is not None
        assert roomy is not None
        assert roomy < best
        period = sentence.facts["period_start"].value
        row = told.explanation.tables["PREBUILD_BY_PERIOD"].set_index("PERIOD_START").loc[period]
        assert row["UNITS_WITH_ROOM"] <= row["OPTIMUM_UNITS"] - 1


def test_what_is_said_to_be_full_is_full_and_what_is_short_is_short(told: Explained) -> None:
    capacity, stock = (told.tables[f"BUILD_PLAN_{name}"] for name in ("CAPACITY", "INVENTORY"))
    for sentence in told.explanation.sentences:
        facts = told.facts(sentence)
        if sentence.subject == "capacity" and " is full " in sentence.template:
            first, last = (sentence.facts[f"{end}_period"].value for end in ("first", "last"))
            rows = capacity[
                (capacity["WORK_CENTER_ID"] == facts["work_center_id"].value)
                & (capacity["TIER_CODE"] == sentence.facts["tier_code"].value)
                & (capacity["PERIOD_START"] >= first)
                & (capacity["PERIOD_START"] <= last)
            ]
            assert (rows["UTILIZATION_PCT"] >= 99.95).all()
        if "units of demand are lost" in sentence.template:
            assert facts["total"].value == pytest.approx(stock["LOST_SALES"].sum())
    if stock["LOST_SALES"].sum() > 1e-3:
        assert any("are lost" in one.template for one in told.explanation.sentences)


def test_sentences_are_in_the_order_of_money(told: Explained) -> None:
    weights = [one.weight for one in told.explanation.sentences if one.subject != "headline"]
    assert weights == sorted(weights, reverse=True)


def test_a_season_beyond_capacity_is_explained_by_the_line_and_the_price_of_the_next_best() -> None:
    told = Explained(
        one_line(SEASONAL, capacity=110, places=200), policy_of(holding_cost_per_unit_month=0.22)
    )
    texts = [told.words.text(sentence) for sentence in told.explanation.sentences]
    ahead = next(text for text in texts if text.startswith("Stock is built ahead"))
    assert "20 units of it stand at the end of Mar 2025" in ahead
    assert "short of capacity" in ahead
    assert "not one unit would be" in ahead


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (34_904_891_880_493.13, "34.90 trillion USD"),
        (170_030_006_367.92, "170.03 billion USD"),
        (34_901_048.38, "34.90 million USD"),
        (-2_000_000.0, "-2.00 million USD"),
        (116_409.4, "116,409 USD"),
        (364.78, "364.78 USD"),
    ],
)
def test_money_is_spoken_of_in_the_largest_word_it_fills(value: float, text: str) -> None:
    words = Words(NAMES, PeriodNames(), "USD", pooled=False)
    assert words.fact(Fact("T", {}, "C", value, "money")) == text


def test_one_unit_lost_of_very_many_is_not_all_served() -> None:
    company = one_line([100_000, 100_001], capacity=100_000, places=1e6)
    told = Explained(company, policy_of(shortage="lost_sales", lost_sale_cost_per_unit=100.0))
    first = told.words.text(told.explanation.sentences[0])
    assert "serves more than 99.9 % of it in time" in first


def test_nothing_built_ahead_is_said_to_be_nothing() -> None:
    told = Explained(one_line([10, 10], capacity=100), policy_of(holding_cost_per_unit_month=0.22))
    texts = [told.words.text(sentence) for sentence in told.explanation.sentences]
    assert any(text.startswith("Nothing is built ahead") for text in texts)
