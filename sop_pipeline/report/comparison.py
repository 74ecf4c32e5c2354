"""Several scenarios side by side: cost terms with their difference to the baseline, and service.

Belongs here: what is compared, and which comparisons make no sense.
Does not belong here: how it is laid out (`terminal`, `markdown`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import (
    COST_NAMES,
    ClosingSummary,
    Peak,
    closing_summary,
    published_cost,
    summary_row,
)
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import (
    NONE,
    amount,
    change,
    percent,
    percent_change,
    plain,
    units,
)

BESIDE_BASELINE = 3
"""Scenarios in one table beside the baseline; more go into further tables."""


def comparison_tables(plans: Mapping[str, Tables], baseline: str) -> tuple[TextTable, ...]:
    """Compare plans in money and service.

    Costs are those of the whole-unit plans. Plans in another currency than the baseline's are
    shown without differences.

    Args:
        plans: Result tables by scenario code.
        baseline: Code of the scenario the others are compared with.

    Returns:
        One table for the baseline and up to three others, as many as needed.

    Raises:
        KeyError: The baseline has no plan among them.
    """
    summaries = {code: closing_summary(tables) for code, tables in plans.items()}
    rows = {code: summary_row(tables) for code, tables in plans.items()}
    others = [code for code in plans if code != baseline]
    blocks = [others[i : i + BESIDE_BASELINE] for i in range(0, len(others), BESIDE_BASELINE)]
    title = f"Scenarios against {plain(baseline)}, cost in whole units"
    return tuple(
        TextTable(
            title,
            ("", *(_head(code, summaries[code]) for code in codes)),
            (*_cost_rows(rows, codes), *_service_rows(summaries, codes)),
        )
        for codes in ([baseline, *block] for block in blocks or [[]])
    )


def comparison_warnings(plans: Mapping[str, Tables], baseline: str) -> tuple[str, ...]:
    """Tell where plans rest on another policy, grain, horizon or currency than the baseline's."""
    rows = {
        code: {**summary_row(tables), "PERIOD_KIND": PeriodNames.of_plan(tables).kind}
        for code, tables in plans.items()
    }
    told = []
    for code, row in rows.items():
        for column, noun in (
            ("POLICY_SETTINGS", "policy settings"),
            ("GRAIN", "grain"),
            ("CURRENCY", "currency"),
            ("PERIOD_KIND", "periods"),
            ("HORIZON_START", "first period"),
            ("HORIZON_PERIODS", "number of periods"),
        ):
            if row[column] != rows[baseline][column]:
                told.append(f"{plain(code)} is planned with another {noun} than {plain(baseline)}.")
    return tuple(told)


def _head(code: str, summary: ClosingSummary) -> str:
    return f"{plain(code)}\n{plain(summary.currency)}"


def _cost_rows(rows: Mapping[str, pd.Series], codes: list[str]) -> Iterator[tuple[str, ...]]:
    for term, name in COST_NAMES.items():
        costs = {code: published_cost(rows[code], (term,)) for code in codes}
        if any(costs.values()):
            yield _money_row(name, costs, rows)
    totals = {code: published_cost(rows[code]) for code in codes}
    yield _money_row("Total cost", totals, rows)
    if len(codes) > 1:
        yield _change_row(totals, rows)


def _money_row(
    name: str, costs: Mapping[str, float], rows: Mapping[str, pd.Series]
) -> tuple[str, ...]:
    (baseline, base), *others = costs.items()
    cells = []
    for code, cost in others:
        comparable = rows[code]["CURRENCY"] == rows[baseline]["CURRENCY"]
        cells.append(f"{amount(cost)}\n{change(cost - base) if comparable else NONE}")
    return (name, amount(base), *cells)


def _change_row(costs: Mapping[str, float], rows: Mapping[str, pd.Series]) -> tuple[str, ...]:
    (baseline, base), *others = costs.items()
    cells = [
        percent_change(100 * (cost / base - 1))
        if base > 0 and rows[code]["CURRENCY"] == rows[baseline]["CURRENCY"]
        else NONE
        for code, cost in others
    ]
    return ("Change in total", NONE, *cells)


def _service_rows(
    summaries: Mapping[str, ClosingSummary], codes: list[str]
) -> Iterator[tuple[str, ...]]:
    plans = [summaries[code] for code in codes]
    yield ("Status", *(plain(plan.status) for plan in plans))
    yield ("Fill rate", *(plan.service.replace(", ", "\n") for plan in plans))
    yield ("Overflow avoided", *("yes" if plan.overflow_avoided else "no" for plan in plans))
    yield ("Peak utilisation", *(percent(plan.peak_utilization_pct) for plan in plans))
    yield ("Pre-built units", *(units(plan.prebuilt_units) for plan in plans))
    nouns = {plan.period_names.noun for plan in plans}
    noun = nouns.pop() if len(nouns) == 1 else "period"
    yield (f"Peak build {noun}", *(_period(plan, plan.peak_build) for plan in plans))
    yield (f"Peak stock {noun}", *(_period(plan, plan.peak_stock) for plan in plans))


def _period(plan: ClosingSummary, peak: Peak | None) -> str:
    return NONE if peak is None else plan.period_names.name(peak.day)
