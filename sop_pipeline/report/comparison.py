"""Several scenarios side by side: money with its difference to the baseline, and service.

Belongs here: how the comparison is worded, and which comparisons make no sense.
Does not belong here: the figures (`insight`), how a table is laid out (`terminal`, `markdown`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sop_pipeline.insight.comparison import PlanFigures, in_currency, plan_figures
from sop_pipeline.planning.families import COSTS, Cost
from sop_pipeline.report.futures import hedged
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import (
    COST_TITLES,
    ClosingSummary,
    Peak,
    closing_summary,
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
    money = {
        code: _Money(plan_figures(code, tables), summaries[code].currency)
        for code, tables in plans.items()
    }
    others = [code for code in plans if code != baseline]
    blocks = [others[i : i + BESIDE_BASELINE] for i in range(0, len(others), BESIDE_BASELINE)]
    title = f"Scenarios against {plain(baseline)}, cost in whole units"
    return tuple(
        TextTable(
            title,
            ("", *(_head(code, summaries[code]) for code in codes)),
            (*_money_rows([money[code] for code in codes]), *_service_rows(summaries, codes)),
        )
        for codes in ([baseline, *block] for block in blocks or [[]])
    )


def comparison_warnings(plans: Mapping[str, Tables], baseline: str) -> tuple[str, ...]:
    """Tell where plans rest on another policy, grain, horizon or currency, or several futures."""
    rows = {
        code: {**summary_row(tables), "PERIOD_KIND": PeriodNames.of_plan(tables).kind}
        for code, tables in plans.items()
    }
    sentences = []
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
                sentences.append(
                    f"{plain(code)} is planned with another {noun} than {plain(baseline)}."
                )
    for code, tables in plans.items():
        if (hedge := hedged(tables)) is not None:
            sentences.append(
                f"{plain(code)} is a hedge: its money is that of {hedge.reference}, the future "
                "published; its expected cost against another plan's cost is no saving."
            )
    return tuple(sentences)


def _head(code: str, summary: ClosingSummary) -> str:
    return f"{plain(code)}\n{plain(summary.currency)}"


@dataclass(frozen=True)
class _Money:
    """A plan's money, and what it is counted in."""

    figures: PlanFigures
    currency: str


def _money_rows(plans: Sequence[_Money]) -> Iterator[tuple[str, ...]]:
    yield from _money_row("Revenue", plans, lambda plan: plan.revenue)
    for cost in COSTS:
        if cost.is_spent:
            yield from _cost_row(cost, plans)
    yield from _money_row("Total cost", plans, lambda plan: plan.cost, always=True)
    if len(plans) > 1:
        yield _change_row(plans)
    yield from _money_row("Margin", plans, lambda plan: plan.margin)
    yield from _money_row("Revenue at risk", plans, lambda plan: plan.revenue_at_risk)
    for cost in COSTS:
        if not cost.is_spent:
            yield from _cost_row(cost, plans)


def _cost_row(cost: Cost, plans: Sequence[_Money]) -> Iterator[tuple[str, ...]]:
    title = COST_TITLES[cost.column]
    yield from _money_row(title, plans, lambda plan: plan.cost_of(cost.name))


def _money_row(
    name: str,
    plans: Sequence[_Money],
    cents: Callable[[PlanFigures], int | None],
    *,
    always: bool = False,
) -> Iterator[tuple[str, ...]]:
    """A row of money; none where it is nothing in every plan."""
    amounts = [in_currency(cents(plan.figures)) for plan in plans]
    if always or any(amounts):
        base = amounts[0] if plans else None
        cells = (
            _money_cell(own, base if plan.currency == plans[0].currency else None)
            for own, plan in zip(amounts[1:], plans[1:], strict=True)
        )
        yield (name, NONE if base is None else amount(base), *cells)


def _money_cell(own: float | None, base: float | None) -> str:
    if own is None:
        return NONE
    return f"{amount(own)}\n{NONE if base is None else change(own - base)}"


def _change_row(plans: Sequence[_Money]) -> tuple[str, ...]:
    base, *others = plans
    cells = [
        percent_change(100 * (plan.figures.cost / base.figures.cost - 1))
        if base.figures.cost > 0 and plan.currency == base.currency
        else NONE
        for plan in others
    ]
    return ("Change in total", NONE, *cells)


def _service_rows(
    summaries: Mapping[str, ClosingSummary], codes: list[str]
) -> Iterator[tuple[str, ...]]:
    plans = [summaries[code] for code in codes]
    yield from _hedge_rows(plans)
    yield ("Status", *(plan.status.replace(", ", "\n") for plan in plans))
    yield ("Fill rate", *(plan.service.replace(", ", "\n") for plan in plans))
    if any(plan.goes_short for plan in plans):
        yield ("Who goes short", *(plan.goes_short.replace("; ", "\n") or NONE for plan in plans))
    yield ("Overflow avoided", *("yes" if plan.overflow_avoided else "no" for plan in plans))
    yield ("Peak utilisation", *(percent(plan.peak_utilization_pct) for plan in plans))
    yield ("Pre-built units", *(units(plan.prebuilt_units) for plan in plans))
    nouns = {plan.period_names.noun for plan in plans}
    noun = nouns.pop() if len(nouns) == 1 else "period"
    yield (f"Peak build {noun}", *(_period(plan, plan.peak_build) for plan in plans))
    yield (f"Peak stock {noun}", *(_period(plan, plan.peak_stock) for plan in plans))


def _hedge_rows(plans: Sequence[ClosingSummary]) -> Iterator[tuple[str, ...]]:
    """What not knowing costs the hedges among the plans; nothing where none is one."""
    hedges = [plan.hedged for plan in plans]
    if not any(hedges):
        return
    yield ("Expected cost", *(NONE if one is None else amount(one.expected_cost) for one in hedges))
    yield ("Worth of knowing", *(NONE if one is None else amount(one.evpi) for one in hedges))
    yield (
        "Planning for average",
        *(NONE if one is None or one.vss is None else change(one.vss) for one in hedges),
    )
    yield ("One build until", *(NONE if one is None else one.until or NONE for one in hedges))


def _period(plan: ClosingSummary, peak: Peak | None) -> str:
    return NONE if peak is None else plan.period_names.name(peak.day)
