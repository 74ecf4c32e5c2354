"""What a plan comes to in one sentence, and how it differs from another."""

from __future__ import annotations

import pandas as pd

from sop_pipeline.insight.comparison import PlanFigures, Tables, plan_figures
from sop_pipeline.insight.explanation.facts import Telling
from sop_pipeline.planning.money import CENTS

FIGURES = "PLAN_FIGURES"
DIFFERENCES = "PLAN_DIFFERENCES"
FUTURES = "PLAN_FUTURES"
CONFIDENCE = "PLAN_CONFIDENCE"


def tell_headline(code: str, tables: Tables, telling: Telling) -> None:
    """Tell what is built, what that costs and what it earns."""
    frame = _figures(code, tables)
    facts = telling.cells(
        FIGURES,
        frame,
        ("SCENARIO_CODE",),
        0,
        scenario_code="scenario",
        built="units",
        demand="units",
        spent="money",
        margin="money",
        fill_rate_pct="percent",
    )
    text = "{scenario_code} builds {built} units for a demand of {demand}"
    if pd.notna(frame["FILL_RATE_PCT"].iloc[0]):
        text += " and serves {fill_rate_pct} of it in time"
    if pd.notna(frame["MARGIN"].iloc[0]):
        text += ". Its total cost is {spent}, and it earns a margin of {margin}"
    telling.say("headline", f"{text}.", facts)
    _tell_futures(tables, telling)
    _tell_confidence(tables, telling)


def _tell_futures(tables: Tables, telling: Telling) -> None:
    """Tell what not knowing the future costs a hedge; nothing of another plan."""
    summary = tables["BUILD_PLAN_SUMMARY"]
    if summary["EVPI"].isna().all():
        return
    columns = ["SCENARIO_ID", "EXPECTED_COST", "EVPI", "VSS", "REFERENCE_MEMBER"]
    frame = summary[columns].assign(FUTURES=len(tables["BUILD_PLAN_FUTURE"]))
    facts = telling.cells(
        FUTURES,
        frame,
        ("SCENARIO_ID",),
        0,
        futures="count",
        expected_cost="money",
        evpi="money",
        vss="money",
        reference_member="scenario",
    )
    text = (
        "One build serves {futures} futures at an expected cost of {expected_cost}, penalties "
        "included; beyond it the plan is that of {reference_member}. Knowing at the start which "
        "future comes is worth at most {evpi}"
    )
    if summary["VSS"].notna().all():
        text += "; planning for the average instead costs {vss} more"
    telling.say("headline", f"{text}.", facts)


def _tell_confidence(tables: Tables, telling: Telling) -> None:
    """Tell how sure the plan is, where it was measured."""
    summary = tables["BUILD_PLAN_SUMMARY"]
    if summary["CONFIDENCE_DRAWS"].isna().all():
        return
    frame = summary[["SCENARIO_ID", "CONFIDENCE_DRAWS", "CONFIDENCE_SURVIVED"]]
    share = 100 * frame["CONFIDENCE_SURVIVED"] / frame["CONFIDENCE_DRAWS"]
    facts = telling.cells(
        CONFIDENCE,
        frame.assign(SURVIVED_PCT=share),
        ("SCENARIO_ID",),
        0,
        confidence_draws="count",
        survived_pct="percent",
    )
    text = (
        "Of {confidence_draws} demand errors drawn, {survived_pct} can be served with perfect "
        "knowledge after the commit period and all machines running; that is not the chance that "
        "the plan comes true"
    )
    telling.say("headline", f"{text}.", facts)


def tell_difference(codes: tuple[str, str], plans: tuple[Tables, Tables], telling: Telling) -> None:
    """Tell what the second plan asks for, costs and earns beyond the first."""
    frame = _difference(codes, plans)
    forms = {"scenario_code": "scenario", "against": "scenario"} | {
        name.lower(): form for name, form in _DIFFERENCES.items()
    }
    facts = telling.cells(DIFFERENCES, frame, ("SCENARIO_CODE", "AGAINST"), 0, **forms)  # type: ignore[arg-type]
    row = frame.iloc[0]
    asks = _more("demand_units", row, "units", "units fewer")
    text = f"Against {{against}}, {{scenario_code}} asks for {asks}"
    if pd.notna(row["MARGIN_CHANGE"]):
        text += (
            f", earns {_more('revenue_change', row)} revenue, costs "
            f"{_more('spent_change', row)} and so makes {_more('margin_change', row)} margin"
        )
    telling.say("comparison", f"{text}.", facts)


_DIFFERENCES = {
    "DEMAND_UNITS": "units",
    "REVENUE_CHANGE": "money",
    "SPENT_CHANGE": "money",
    "MARGIN_CHANGE": "money",
}


def _more(column: str, row: pd.Series, more: str = "more", less: str = "less") -> str:
    """A figure of which there is more or less, in words."""
    name = f"{{{column}}}"
    value = row[column.upper() + "_SIGNED"]
    if more == "units":
        return f"{name} more units" if value >= 0 else f"{name} {less}"
    return f"{name} {more if value >= 0 else less}"


def _figures(code: str, tables: Tables) -> pd.DataFrame:
    figures = plan_figures(code, tables)
    stock = tables["BUILD_PLAN_INVENTORY"]
    fill, demand = figures.fill_rate, float(stock["DEMAND"].sum())
    if fill == 1 and figures.lost_units > 0:
        # The table's four digits are too few to tell it.
        fill = 1 - figures.lost_units / demand
    return pd.DataFrame(
        {
            "SCENARIO_CODE": [code],
            "BUILT": [float(tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].sum())],
            "DEMAND": [demand],
            "REVENUE": [_currency(figures.revenue)],
            "SPENT": [_spent(figures)],
            "MARGIN": [_currency(figures.margin)],
            "FILL_RATE_PCT": [None if fill is None else 100 * fill],
        }
    )


def _difference(codes: tuple[str, str], plans: tuple[Tables, Tables]) -> pd.DataFrame:
    one, other = (_figures(code, tables) for code, tables in zip(codes, plans, strict=True))
    pairs = {
        "DEMAND_UNITS": "DEMAND",
        "REVENUE_CHANGE": "REVENUE",
        "SPENT_CHANGE": "SPENT",
        "MARGIN_CHANGE": "MARGIN",
    }
    signed = {
        name: float(other[column].iloc[0] - one[column].iloc[0]) for name, column in pairs.items()
    }
    sizes = {name: [abs(value)] for name, value in signed.items()}
    signs = {f"{name}_SIGNED": [value] for name, value in signed.items()}
    return pd.DataFrame({"SCENARIO_CODE": [codes[1]], "AGAINST": [codes[0]], **sizes, **signs})


def _spent(figures: PlanFigures) -> float | None:
    if figures.revenue is None or figures.margin is None:
        return None
    return (figures.revenue - figures.margin) / CENTS


def _currency(cents: int | None) -> float | None:
    return None if cents is None else cents / CENTS
