"""Reports on the terminal: 100 columns, whole figures, nothing read as markup."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console, RenderableType

from sop_pipeline.errors import Fault
from sop_pipeline.report import terminal
from sop_pipeline.report.names import Names
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.terminal import report_text

from .conftest import HOSTILE, Frames, MakeSummary

FAULTS = (
    Fault(
        table="DEMAND_FORECAST_VERSIONS", column="FORECAST_QUANTITY", rule="not_negative",
        expected="at least 0", got="-5 " * 80, rows=tuple(f"row {i}" for i in range(9)), total=1200,
        remedy="Correct the quantity.",
    ),
    Fault(table="SITE" * 40, rule="unknown", expected="a site", got=HOSTILE),
)  # fmt: skip


def widest(renderable: RenderableType, columns: int = 300) -> int:
    """Width of the widest line on a console far wider than allowed."""
    written = io.StringIO()
    Console(file=written, width=columns).print(renderable)
    return max(len(line) for line in written.getvalue().split("\n"))


def enlarged(tables: Tables, factor: float) -> dict[str, object]:
    """The same plan with every quantity and amount multiplied."""

    def scaled(frame):  # type: ignore[no-untyped-def]
        figures = frame.select_dtypes("float64").columns.difference(["FILL_RATE"])
        return frame.assign(**{name: frame[name] * factor for name in figures})

    return {name: scaled(frame) for name, frame in tables.items()}


def reports(tables: Tables, names: Names) -> list[RenderableType]:
    plans = dict.fromkeys(("BASELINE", "A" * 50, "B", "C", "D"), tables)
    return [
        terminal.plan_report(tables, "X" * 50, names),
        terminal.comparison_report(plans, "BASELINE"),
        terminal.message_list([*FAULTS, "a " * 300, "b" * 300]),
    ]


@pytest.mark.parametrize("factor", [1.0, 1e3, 1e6])
def test_no_report_is_wider_than_a_hundred_columns(
    any_plan: Frames, hostile_names: Names, factor: float
) -> None:
    for report in reports(enlarged(any_plan, factor), hostile_names):  # type: ignore[arg-type]
        assert widest(report) <= terminal.WIDTH


def test_reports_fit_a_narrow_terminal(network_plan: Frames, names: Names) -> None:
    for report in reports(network_plan, names):
        assert widest(report, columns=60) <= 60


@pytest.mark.parametrize("columns", [80, 60])
@pytest.mark.parametrize("factor", [1.0, 1e3, 1e6])
def test_no_figure_is_cut_in_two_on_a_narrow_terminal(
    any_plan: Frames, names: Names, columns: int, factor: float
) -> None:
    """Every figure that stands on a wide console stands whole on a narrow one."""

    def figures(report: RenderableType, width: int) -> set[str]:
        written = io.StringIO()
        Console(file=written, width=width).print(report)
        return set(re.findall(r"(?<![\w.,-])[+-]?[\d,]+\.\d+(?![\w.,])", written.getvalue()))

    for report in reports(enlarged(any_plan, factor), names)[:2]:  # type: ignore[arg-type]
        assert figures(report, terminal.WIDTH) <= figures(report, columns)


def test_a_console_without_a_terminal_has_a_hundred_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    assert terminal.report_console(io.StringIO()).width == terminal.WIDTH


def test_the_plan_tells_its_figures_in_full(aggregate_plan: Frames) -> None:
    told = report_text(terminal.plan_report(aggregate_plan, "Q4_PUSH"))
    for text in (
        "Plan of Q4_PUSH", "1,139,734.56 USD", "293,954", "Nov 2024 Q4", "notebook, aggregate",
    ):  # fmt: skip
        assert text in told


def test_the_last_cumulative_cost_is_the_total(aggregate_plan: Frames) -> None:
    lines = report_text(terminal.period_report(aggregate_plan)).split("\n")
    last = [line for line in lines if "Dec 2024" in line][-1]
    assert last.split()[-1] == "1,139,734.56"


def test_figures_end_in_one_column(aggregate_plan: Frames) -> None:
    told = report_text(terminal.period_report(aggregate_plan)).split("\n")
    rows = [line for line in told if line.strip().startswith(("Jul", "Aug", "Dec"))]
    assert len({len(line) for line in rows[:3]}) == 1


def test_only_a_network_plan_shows_products_and_places(
    aggregate_plan: Frames, network_plan: Frames, names: Names
) -> None:
    pooled = report_text(terminal.plan_report(aggregate_plan, "Q4_PUSH", names))
    told = report_text(terminal.plan_report(network_plan, "Q4_PUSH", names))
    for text in ("Washing machine", "WC-EAST-01", "WH-EAST", "125.0"):
        assert text in told
        assert text not in pooled


def test_the_busiest_work_centre_and_the_fullest_warehouse_come_first(
    network_plan: Frames, names: Names
) -> None:
    told = report_text(terminal.plan_report(network_plan, "Q4_PUSH", names))
    assert told.index("WC-EAST-01") < told.index("WC-WEST-01")
    fullest = told[told.index("Warehouses by peak fill") :]
    assert fullest.index("WH-EAST") < fullest.index("WH-WEST")


def test_a_cut_list_says_how_many_there_are(network_plan: Frames, names: Names) -> None:
    told = report_text(terminal.plan_report(network_plan, "Q4_PUSH", names, top=1))
    assert "The 1 first of 2 products by build" in told
    assert "WC-WEST-01" not in told


def test_a_plan_without_shortage_says_so(network_plan: Frames, names: Names) -> None:
    stock = network_plan["BUILD_PLAN_INVENTORY"].assign(LOST_SALES=0.0, SAFETY_STOCK_SHORTFALL=0.0)
    told = report_text(
        terminal.plan_report(network_plan | {"BUILD_PLAN_INVENTORY": stock}, "Q4_PUSH", names)
    )
    assert "No sale is lost" in told


def test_names_are_not_read_as_markup(network_plan: Frames, hostile_names: Names) -> None:
    written = io.StringIO()
    console = Console(file=written, width=100, force_terminal=True, color_system="truecolor")
    console.print(terminal.plan_report(network_plan, "Q4_PUSH", hostile_names))
    assert "[red]" in written.getvalue().replace("\n", "")
    assert "\x1b[31m" not in written.getvalue()


def test_the_comparison_shows_differences_to_the_baseline(
    aggregate_plan: Frames, summary_of: MakeSummary
) -> None:
    def costing(production: float, **figures: str) -> Tables:
        summary = summary_of({"PRODUCTION_COST": production}, **figures)
        return aggregate_plan | {"BUILD_PLAN_SUMMARY": summary}

    plans = {"PUSH": costing(1310.5), "BASE": costing(1000.0), "EURO": costing(900, CURRENCY="EUR")}
    told = report_text(terminal.comparison_report(plans, "BASE"))
    head = next(line for line in told.split("\n") if "BASE" in line and "PUSH" in line)
    assert head.split() == ["BASE", "PUSH", "EURO"]
    assert "+310.50" in told
    assert "+31.1 %" in told
    assert "-100.00" not in told
    assert "EURO is planned with another currency than BASE." in told


def test_more_scenarios_than_fit_go_into_further_tables(aggregate_plan: Frames) -> None:
    codes = ["BASE", *(f"S{i}" for i in range(5))]
    told = report_text(terminal.comparison_report(dict.fromkeys(codes, aggregate_plan), "BASE"))
    assert told.count("Total cost") == 2
    assert all(code in told for code in codes)
