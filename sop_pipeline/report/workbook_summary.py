"""The first sheets of a workbook: what each plan costs and does, with native charts.

Belongs here: figures side by side, figures by period, and the charts over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sop_pipeline.report.periods import Tables, plan_by_period
from sop_pipeline.report.summary import (
    COST_TITLES,
    PENALTY_COLUMNS,
    SPENT_COLUMNS,
    published_cost,
    summary_row,
)

_CHARTS_AT_MOST = 12
_CHART_ROWS = 16
_SIZE = {"width": 760, "height": 300}

_FIGURES = {
    "STATUS": "Status",
    "CLAIMED_GAP": "Gap to the cheapest plan, claimed by the search (share)",
    "PROVEN_GAP": "Gap to the cheapest plan, proven (share)",
    "FILL_RATE": "Fill rate (share)",
    "PREBUILT_UNITS": "Pre-built (unit)",
    "PEAK_UTILIZATION_PCT": "Peak load (%)",
    "REVENUE": "Revenue",
    "MARGIN": "Margin",
    "REVENUE_AT_RISK": "Revenue at risk",
    "MODEL_CONFIDENCE": "Confidence (share)",
    "CONFIDENCE_DRAWS": "Draws of demand it is measured on (draw)",
    "CONFIDENCE_LOW": "Confidence, lower end of the 95 % interval (share)",
    "CONFIDENCE_HIGH": "Confidence, upper end of the 95 % interval (share)",
    "EXPECTED_COST": "Expected cost of the hedge, with penalties",
    "EVPI": "Worth of knowing the future, at most",
    "VSS": "Cost of planning for the average",
    "COMMIT_UNTIL": "One build for all futures until",
    "NERVOUSNESS": "Changed of the last plan (share)",
    "FREEZE_COST": "Cost of the freeze",
    "RULE_COST": "Cost of the rule of who goes short",
    "OBJECTIVE": "Optimum before whole units, with penalties",
    "RELATIVE_GAP": "Certified gap (share)",
    "POLICY": "Policy",
    "MODEL_VERSION": "Model version",
    "SOLVER": "Solver",
    "HORIZON_START": "First period",
    "HORIZON_END": "Last period",
}
_SHARES = frozenset(
    (
        *("FILL_RATE", "CLAIMED_GAP", "PROVEN_GAP", "RELATIVE_GAP", "NERVOUSNESS"),
        *("MODEL_CONFIDENCE", "CONFIDENCE_LOW", "CONFIDENCE_HIGH"),
    )
)
_SUMS = frozenset(
    (
        "REVENUE",
        "MARGIN",
        "REVENUE_AT_RISK",
        "FREEZE_COST",
        "RULE_COST",
        "EXPECTED_COST",
        "EVPI",
        "VSS",
    )
)
_PERIOD_COLUMNS = {
    "BUILD": "Build (unit)",
    "DEMAND": "Demand (unit)",
    "STOCK": "Stock at the end (unit)",
    "BACKORDER": "Backorder (unit)",
    "LOST_SALES": "Lost sales (unit)",
    "PALLETS": "Pallets",
    "THRESHOLD": "Threshold (pallet)",
    "POSITIONS": "Positions (pallet)",
    "OVERFLOW": "Overflow (pallet)",
    "PEAK_UTILIZATION": "Fullest work centre (%)",
    "FULLEST_WAREHOUSE": "Fullest warehouse (%)",
    "PRODUCTION": "Production cost",
    "HOLDING": "Holding cost",
    "OVERFLOW_COST": "Overflow cost",
    "LOGISTICS": "Transport and handling cost",
    "TOTAL": "Total cost",
}

_CHARTS = {
    0: ("units", "BUILD", ("DEMAND", "STOCK"), "build, demand and stock (units)"),
    8: ("pallets", "PALLETS", ("THRESHOLD", "POSITIONS"), "pallets, threshold and positions"),
}
"""By the column a chart begins in: its unit, what it has as columns, and as lines over them."""

Formats = Mapping[str, Format]


def summary_sheets(book: Workbook, plans: Mapping[str, Tables], formats: Formats) -> None:
    """Write `Summary` and `By period`.

    Args:
        book: The workbook.
        plans: Result tables by scenario code.
        formats: Formats by name.
    """
    _summary(book, plans, formats)
    _by_period(book, plans, formats)


def _summary(book: Workbook, plans: Mapping[str, Tables], formats: Formats) -> None:
    sheet: Worksheet = book.add_worksheet("Summary")
    rows = {code: summary_row(tables) for code, tables in plans.items()}
    currency = str(next(iter(rows.values()))["CURRENCY"])
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(rows), 22)
    sheet.write_row(0, 0, ["Plan", *rows], formats["head"])
    spent, penalties = (_terms_of(rows.values(), some) for some in (SPENT_COLUMNS, PENALTY_COLUMNS))
    _write_terms(sheet, rows.values(), spent, 1, currency, formats)
    total = len(spent) + 1
    sheet.write_string(total, 0, f"Total cost ({currency})", formats["head"])
    for plan, row in enumerate(rows.values(), start=1):
        sheet.write_number(total, plan, published_cost(row), formats["currency"])
    _write_terms(sheet, rows.values(), penalties, total + 1, currency, formats)
    after = total + 1 + len(penalties)
    for at, (name, title) in enumerate(_FIGURES.items(), start=after):
        sheet.write_string(at, 0, title)
        for plan, row in enumerate(rows.values(), start=1):
            _write_figure(sheet, at, plan, row[name], name, formats)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    chart = _chart(book, "column", subtype="stacked")
    for at in range(1, total):
        chart.add_series(
            {
                "name": ["Summary", at, 0],
                "categories": ["Summary", 0, 1, 0, len(rows)],
                "values": ["Summary", at, 1, at, len(rows)],
            }
        )
    chart.set_title({"name": f"Cost by term ({currency})"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True}})
    chart.set_size(_SIZE)
    sheet.insert_chart(
        after + len(_FIGURES) + 1, 0, chart, {"description": "Cost of each plan by term"}
    )


def _write_figure(
    sheet: Worksheet, row: int, at: int, value: object, name: str, formats: Formats
) -> None:
    if isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, at, value.to_pydatetime(), formats["date"])
    elif isinstance(value, str):
        sheet.write_string(row, at, value)
    elif pd.notna(value):  # type: ignore[call-overload]
        shown = "share" if name in _SHARES else "currency" if name in _SUMS else "number"
        sheet.write_number(row, at, float(str(value)), formats[shown])


def _terms_of(rows: Iterable[pd.Series], terms: tuple[str, ...]) -> list[str]:
    """The terms that any of the plans has."""
    return [term for term in terms if any(row[f"PUBLISHED_{term}"] for row in rows)]


def _write_terms(
    sheet: Worksheet,
    rows: Iterable[pd.Series],
    terms: list[str],
    first: int,
    currency: str,
    formats: Formats,
) -> None:
    for at, term in enumerate(terms, start=first):
        sheet.write_string(at, 0, f"{COST_TITLES[term]} ({currency})")
        for plan, row in enumerate(rows, start=1):
            sheet.write_number(at, plan, float(row[f"PUBLISHED_{term}"]), formats["currency"])


def _by_period(book: Workbook, plans: Mapping[str, Tables], formats: Formats) -> None:
    sheet: Worksheet = book.add_worksheet("By period")
    sheet.write_row(0, 0, ["Scenario", "Period", *_PERIOD_COLUMNS.values()], formats["head"])
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 12, formats["date"])
    sheet.set_column(2, len(_PERIOD_COLUMNS) + 1, 14, formats["number"])
    first = 1
    spans: dict[str, tuple[int, int]] = {}
    for code, tables in plans.items():
        periods = plan_by_period(tables)
        for row, (day, figures) in enumerate(periods.iterrows(), start=first):
            sheet.write_string(row, 0, code)
            sheet.write_datetime(row, 1, pd.Timestamp(str(day)).to_pydatetime(), formats["date"])
            sheet.write_row(row, 2, [float(figures[name]) for name in _PERIOD_COLUMNS])
        spans[code] = (first, first + len(periods) - 1)
        first += len(periods)
    sheet.autofilter(0, 0, first - 1, len(_PERIOD_COLUMNS) + 1)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for number, (code, span) in enumerate(list(spans.items())[:_CHARTS_AT_MOST]):
        place = first + 1 + number * _CHART_ROWS
        for at, (unit, columns, lines, title) in _CHARTS.items():
            chart = _over_periods(book, span, columns, lines, f"{code}: {title}")
            sheet.insert_chart(place, at, chart, _described(code, unit))


def _described(code: str, what: str) -> dict[str, str]:
    return {"description": f"Plan of {code} by period, in {what}"}


def _over_periods(
    book: Workbook, span: tuple[int, int], columns: str, lines: tuple[str, ...], title: str
) -> Chart:
    """One figure as columns, others as lines over them, period by period."""
    chart, over = _chart(book, "column"), _chart(book, "line")
    chart.add_series(_series(columns, span))
    for name in lines:
        over.add_series(_series(name, span))
    chart.combine(over)
    return _titled(chart, title)


def _chart(book: Workbook, kind: str, **options: str) -> Chart:
    chart: Any = book.add_chart({"type": kind, **options})
    return chart


def _titled(chart: Chart, title: str) -> Chart:
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"num_format": "#,##0"})
    chart.set_x_axis({"num_format": "mmm yy", "date_axis": False})
    chart.set_size(_SIZE | {"width": 620})
    return chart


def _series(name: str, span: tuple[int, int]) -> dict[str, object]:
    first, last = span
    at = 2 + list(_PERIOD_COLUMNS).index(name)
    return {
        "name": ["By period", 0, at],
        "categories": ["By period", first, 1, last, 1],
        "values": ["By period", first, at, last, at],
    }
