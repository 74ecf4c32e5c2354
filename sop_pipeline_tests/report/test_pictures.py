"""Pictures are WebP of a size that fits, and show what the data says."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.calendar import Calendar, calendar_of
from sop_pipeline.report import input_pictures, pictures, style
from sop_pipeline.report.names import Names
from sop_pipeline.schemas import inputs

from .conftest import HOSTILE, Frames, MakeForecasts, valid, with_scrap

LARGEST_BYTES = 40_000
BASELINE = [100, 100, 100, 100, 200, 300]
PUSH = [110, 100, 100, 150, 250, 380]


def size(webp: bytes) -> tuple[int, int]:
    """Width and height of a lossless WebP, from its header."""
    assert (webp[:4], webp[8:16], webp[20:21]) == (b"RIFF", b"WEBPVP8L", b"\x2f")
    (bits,) = struct.unpack("<I", webp[21:25])
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def is_picture(webp: bytes) -> None:
    width, height = size(webp)
    assert width == style.WIDTH_PX
    assert 100 < height <= style.WIDTH_PX
    assert len(webp) < LARGEST_BYTES


def months_of(demands: dict[str, pd.DataFrame]) -> Calendar:
    return calendar_of(Policy(), pd.DataFrame(), pd.concat(demands.values())["FORECAST_DATE"])


def demand_figure(demands: dict[str, pd.DataFrame], baseline: str, scenario: str) -> Figure:
    return pictures.demand_figure(demands, baseline, scenario, months_of(demands))


def demand_picture(demands: dict[str, pd.DataFrame], baseline: str, scenario: str) -> bytes:
    return pictures.demand_comparison_picture(demands, baseline, scenario, months_of(demands))


def texts(axes: Axes) -> str:
    return "\n".join(text.get_text() for text in axes.texts)


def boundary(axes: Axes) -> list[float]:
    """Positions of the vertical lines."""
    lines = (np.asarray(line.get_xdata()) for line in axes.lines)
    return [float(x[0]) for x in lines if len(x) == 2 and x[0] == x[1]]


def legend(axes: Axes) -> list[str]:
    """Labels of what is drawn."""
    return list(axes.get_legend_handles_labels()[1])


def heights(axes: Axes) -> list[float]:
    """Of the bars that were drawn first."""
    [first, *_] = [shape for shape in axes.patches if isinstance(shape, PathPatch)]
    return [float(np.ptp(bar[:, 1])) for bar in first.get_path().to_polygons(closed_only=False)]


def month_at(axes: Axes, position: int) -> str:
    ticks = [round(tick) for tick in axes.get_xticks()]
    return axes.get_xticklabels()[ticks.index(position)].get_text().split("\n")[0]


def work_centers(count: int, code: str = "WC") -> pd.DataFrame:
    stages = ("FABRICATION", "ASSEMBLY", "INSPECTION", "PACKAGING")
    return valid(
        inputs.CAPACITY_SUMMARY,
        {
            "WORK_CENTER_ID": range(count),
            "WORK_CENTER_CODE": [f"{code}-{i}" for i in range(count)],
            "WORK_CENTER_NAME": ["x"] * count,
            "WORK_CENTER_TYPE": [stages[i % 4] for i in range(count)],
            "SITE_ID": [i % 3 for i in range(count)],
            **{name: [1.0] * count for name in (
                "CAPACITY_PER_HOUR", "HOURS_PER_DAY", "AVAILABLE_SHIFTS", "EFFICIENCY_FACTOR",
                "MAX_DAILY_CAPACITY")},
            "MAX_MONTHLY_CAPACITY": [1000.0 * i for i in range(count)],
        },
    )  # fmt: skip


def zones(count: int) -> pd.DataFrame:
    return valid(
        inputs.WAREHOUSE_CAPACITY,
        {
            "WAREHOUSE_ZONE_ID": range(count),
            "ZONE_CODE": ["z"] * count,
            "ZONE_NAME": ["z"] * count,
            "SITE_ID": [i // 2 for i in range(count)],
            "MAX_CAPACITY_PALLETS": [100.0 * i for i in range(count)],
            "CURRENT_OCCUPANCY_PALLETS": [60.0 * i for i in range(count)],
        },
    )


def test_the_boundary_stands_between_september_and_october(forecasts: MakeForecasts) -> None:
    demands = {"BASELINE": forecasts(BASELINE), "Q4_PUSH": forecasts(PUSH)}
    axes = demand_figure(demands, "BASELINE", "Q4_PUSH").axes[0]
    [at] = boundary(axes)
    assert (month_at(axes, int(at - 0.5)), month_at(axes, int(at + 0.5))) == ("Sep", "Oct")
    assert "Q4 begins Oct 2024" in texts(axes)


def test_the_mean_increase_is_annotated(forecasts: MakeForecasts) -> None:
    demands = {"BASELINE": forecasts(BASELINE), "Q4_PUSH": forecasts(PUSH)}
    told = texts(demand_figure(demands, "BASELINE", "Q4_PUSH").axes[0])
    assert "Q4 mean increase: +30.0 %" in told
    assert "+60 units a month, Oct to Dec 2024" in told


def test_a_decrease_keeps_its_sign(forecasts: MakeForecasts) -> None:
    demands = {"A": forecasts(PUSH), "B": forecasts(BASELINE)}
    told = texts(demand_figure(demands, "A", "B").axes[0])
    assert "mean increase: -23.1 %\n-60 units a month" in told


def test_the_baseline_alone_shows_one_line_and_no_increase(forecasts: MakeForecasts) -> None:
    figure = demand_figure({"BASELINE": forecasts(BASELINE)}, "BASELINE", "BASELINE")
    [legend] = [figure.axes[0].get_legend()]
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["BASELINE"]
    assert "increase" not in texts(figure.axes[0])
    assert "Q4 mean: 200 units a month" in texts(figure.axes[0])


@pytest.mark.parametrize("months", [1, 6, 18, 24])
def test_demand_is_drawn_for_any_horizon(forecasts: MakeForecasts, months: int) -> None:
    demand = forecasts([100.0 + i % 12 for i in range(months)])
    is_picture(demand_picture({"A": demand, "B": demand}, "A", "B"))


def test_a_plan_is_drawn_for_both_grains(any_plan: Frames) -> None:
    is_picture(pictures.plan_picture(any_plan, "Q4_PUSH"))


def test_the_charts_of_a_plan_show_the_sums_of_its_tables_and_the_worst_warehouse(
    network_plan: Frames, names: Names
) -> None:
    build, stock, use, cost = pictures.plan_figure(network_plan, names=names).axes
    assert heights(build)[5] == 1920
    assert heights(use)[3] == pytest.approx((125 + 70) / 2)
    assert stock.get_title(loc="left") == "Fullest of 2 warehouses: WH-EAST"
    assert heights(stock)[2] == 87
    assert "all warehouses: 80.5 % of positions in Sep 2024" in texts(stock)
    assert "271,578.00" in texts(cost)
    assert [axes.get_ylabel() for axes in (build, use, cost)] == ["units", "% of capacity", "USD"]


def test_what_is_thrown_away_is_drawn_where_there_is_any(network_plan: Frames) -> None:
    build = pictures.plan_figure(network_plan).axes[0]
    assert "Scrapped" not in legend(build)
    scrapping = pictures.plan_figure(with_scrap(network_plan)).axes[0]
    assert "Scrapped" in legend(scrapping)
    assert len(scrapping.patches) == len(build.patches) + 1


@pytest.mark.parametrize("times", [1, 1e9])
def test_the_charts_of_a_plan_cover_neither_each_other_nor_the_edge(
    network_plan: Frames, times: float
) -> None:
    costs = ["PROJECTED_PRODUCTION_COST", "PROJECTED_TOTAL_COST"]
    plan = network_plan["RECOMMENDED_BUILD_PLAN"]
    dear = plan.assign(**{cost: plan[cost] * times for cost in costs})
    figure = pictures.plan_figure(network_plan | {"RECOMMENDED_BUILD_PLAN": dear}, "Q4_PUSH")
    style.webp(figure)
    boxes = [box for axes in figure.axes if (box := axes.get_tightbbox()) is not None]
    assert len(boxes) == 4
    for box in boxes:
        assert (box.x0, box.y0) > (0, 0)
        assert box.x1 < style.WIDTH_PX
        assert box.y1 < figure.bbox.height
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_an_empty_plan_says_so(aggregate_plan: Frames) -> None:
    bare = {name: frame.head(0) for name, frame in aggregate_plan.items()}
    empty = bare | {"BUILD_PLAN_SUMMARY": aggregate_plan["BUILD_PLAN_SUMMARY"]}
    is_picture(pictures.plan_picture(empty))
    assert "No period is planned" in texts(pictures.plan_figure(empty).axes[0])


def test_the_same_plan_gives_the_same_bytes(aggregate_plan: Frames) -> None:
    first, second = (pictures.plan_picture(aggregate_plan) for _ in range(2))
    assert first == second


def test_names_are_drawn_as_they_stand(forecasts: MakeForecasts) -> None:
    demand = forecasts(BASELINE)
    demand["FISCAL_QUARTER"] = f"Q $\\frac{{1}}$ \N{CJK UNIFIED IDEOGRAPH-6F22} {HOSTILE}"
    is_picture(demand_picture({"a": demand, "$b$": demand}, "a", "$b$"))


@pytest.mark.parametrize("count", [0, 1, 60])
def test_capacity_and_storage_are_drawn_for_any_number_of_rows(count: int) -> None:
    is_picture(input_pictures.capacity_picture(work_centers(count, code="WC $x$" * 9)))
    is_picture(input_pictures.storage_picture(zones(count)))


def luminance(color: Sequence[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("color", [*style.PALETTE, style.INK, style.MUTED])
def test_every_colour_stands_out_from_the_background(color: str) -> None:
    light, dark = luminance(to_rgb(color)), luminance(to_rgb(style.BACKGROUND))
    assert (light + 0.05) / (dark + 0.05) > 4.5


# What people without red or green cones see, in linear RGB (Vienot, Brettel and Mollon 1999).
_PROTANOPE = np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]])
_DEUTERANOPE = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])


@pytest.mark.parametrize("cones", [np.eye(3), _PROTANOPE, _DEUTERANOPE])
@pytest.mark.parametrize(("one", "other"), list(combinations(style.PALETTE, 2)))
def test_no_two_colours_look_the_same_to_colour_blind_readers(
    cones: np.ndarray, one: str, other: str
) -> None:
    seen = [cones @ np.array(to_rgb(color)) ** 2.2 for color in (one, other)]
    shown = [np.clip(color, 0, 1) ** (1 / 2.2) for color in seen]
    assert np.linalg.norm(shown[0] - shown[1]) > 0.1


def test_importing_the_reports_does_not_import_matplotlib() -> None:
    modules = "pictures, input_pictures, markdown, terminal"
    code = (
        f"import sys; from sop_pipeline.report import {modules}; print('matplotlib' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
