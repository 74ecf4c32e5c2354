"""The look of every picture: dark, safe for colour-blind readers, legible at 1000 pixels.

Belongs here: colours, the frame of a chart, labels on it, and the WebP bytes.
Does not belong here: what a picture shows (`pictures`). matplotlib is imported on first use, so
that nothing pays for it that draws nothing; its global state is left as it was.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sop_pipeline.report.wording import plain, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BACKGROUND = "#10151c"
INK = "#e8ebef"
MUTED = "#a3adb9"
GRID = "#2b3440"
SHADE = "#ffffff"

# Okabe and Ito's palette, without the two colours that are too dark for this background.
SKY = "#56b4e9"
ORANGE = "#e69f00"
GREEN = "#009e73"
YELLOW = "#f0e442"
RED = "#d55e00"
PURPLE = "#cc79a7"
PALETTE: tuple[str, ...] = (SKY, ORANGE, GREEN, YELLOW, RED, PURPLE)
HATCHES: tuple[str, ...] = ("", "///", "...", "\\\\\\", "xxx", "---")

WIDTH_PX = 1000
BAR = 0.72
"""Width of a bar, in periods."""

_DPI = 100
_COLOURS = 32
_SHORT_BELOW = 1e8
_MARGIN_PX = 14
_TITLE_PX = 43
_ABOVE_PX = 65
_BELOW_PX = 50
_LABELS_FIT_PX = 46
_MOST_MARKED = 36
_MOST_STEPS = 6
_STEPS = (1, 2, 3, 4, 6, 12)


def new_figure(height_px: int) -> Figure:
    """An empty dark figure, 1000 pixels wide."""
    from matplotlib.figure import Figure  # noqa: PLC0415  see the module's docstring

    size = (WIDTH_PX / _DPI, height_px / _DPI)
    return Figure(figsize=size, dpi=_DPI, facecolor=BACKGROUND)


def webp(figure: Figure) -> bytes:
    """Render a figure to WebP bytes, the same bytes for the same figure.

    Colours are reduced to a palette, whose 32 keep every shade apart, and stored without loss:
    half the bytes of a PNG of 128 colours, and nobody sees the difference.
    """
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    canvas = FigureCanvasAgg(figure)
    with rc_context({"text.hinting": "none"}):  # takes a tenth less, and looks the same
        _lay_out(figure)
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    buffer = io.BytesIO()
    reduced = image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).convert("RGB")
    reduced.save(buffer, "webp", lossless=True, method=1, quality=75)
    return buffer.getvalue()


def _lay_out(figure: Figure) -> None:
    """Give each chart the room its labels need, the same to those of one column.

    matplotlib's own engines measure every text several times over, longer than it takes to draw
    them; between two charts only the labels on their left differ in size.
    """
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    title = _TITLE_PX if figure.get_suptitle() else 0
    places = {axes: place for axes in figure.axes if (place := axes.get_subplotspec()) is not None}
    left: dict[int, float] = {}
    for axes, place in places.items():
        labels = axes.yaxis.get_tightbbox(renderer) if axes.axison else None
        column = place.colspan.start
        left[column] = max(left.get(column, 0.0), _MARGIN_PX + (labels.width if labels else 0))
    for axes, place in places.items():
        rows, columns = place.get_gridspec().get_geometry()
        column, below = place.colspan.start, rows - place.rowspan.stop
        width, height = WIDTH_PX / columns, (figure.bbox.height - title) / rows
        box = (
            (column * width + left[column]) / WIDTH_PX,
            (below * height + _BELOW_PX) / figure.bbox.height,
            (width - left[column] - _MARGIN_PX) / WIDTH_PX,
            (height - _BELOW_PX - _ABOVE_PX) / figure.bbox.height,
        )
        axes.set_position(box)


def dress(axes: Axes, title: str, unit: str) -> None:
    """Give a chart its title, its unit on the value axis, grid and colours."""
    axes.set_facecolor(BACKGROUND)
    # With `y` given, matplotlib does not measure every label to find the place by itself.
    axes.set_title(
        drawable(title), loc="left", y=1.0, pad=26, color=INK, fontsize=12, fontweight="bold"
    )
    axes.set_ylabel(drawable(unit), color=MUTED, fontsize=9.5)
    axes.tick_params(colors=MUTED, labelsize=9.5, length=0)
    axes.grid(visible=True, axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.locator_params(axis="y", nbins=_MOST_STEPS)
    axes.yaxis.set_major_formatter(lambda value, _: thousands(value))


def shorten(axes: Axes, unit: str) -> None:
    """Label the value axis, in thousands, millions or billions of its unit where they are many."""
    divisor, word = scale(axes.get_ylim()[1], _SHORT_BELOW)
    axes.set_ylabel(drawable(f"{word}{unit}"))
    axes.yaxis.set_major_formatter(lambda value, _: thousands(value / divisor))


def bars(
    axes: Axes,
    at: np.ndarray,
    lengths: pd.Series | np.ndarray,
    width: float = BAR,
    start: pd.Series | np.ndarray | float = 0.0,
    **look: Any,
) -> None:
    """Draw upright bars as one shape: one by one they would take most of a picture's time."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415
    from matplotlib.path import Path  # noqa: PLC0415

    low = np.broadcast_to(np.asarray(start, dtype=float), len(at))
    high = low + np.asarray(lengths, dtype=float)
    left, right = at - width / 2, at + width / 2
    frameless = {"linewidth": 0.0}
    corners = [(left, low), (left, high), (right, high), (right, low)]
    shapes = np.stack([np.column_stack(corner) for corner in corners], axis=1)
    axes.add_artist(PathPatch(Path.make_compound_path_from_polys(shapes), **frameless | look))


def period_axis(axes: Axes, periods: Sequence[tuple[str, str]], width_px: int) -> None:
    """Label positions 0, 1, 2 ... with periods, the year where it begins; as many as fit.

    Args:
        axes: The chart.
        periods: Short name and year of each period.
        width_px: Room for the labels.
    """
    least = math.ceil(len(periods) * _LABELS_FIT_PX / width_px)
    step = next((step for step in _STEPS if step >= least), 12 * math.ceil(least / 12))
    shown = range(0, len(periods), step)
    labels = [drawable(periods[i][0]) for i in shown]
    for at, i in enumerate(shown):
        if at == 0 or periods[i][1] != periods[i - step][1]:
            labels[at] += f"\n{periods[i][1]}"
    axes.set_xticks(list(shown), labels)
    axes.set_xlim(-0.6, len(periods) - 0.4)


def legend(axes: Axes) -> None:
    """Put the legend between title and chart, where it hides nothing, in the order of drawing."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=4,
        frameon=False,
        fontsize=9,
        labelcolor=INK,
        handlelength=1.7,
        handletextpad=0.5,
        columnspacing=1.1,
        borderaxespad=0.2,
    )


def marker(shape: str, periods: int) -> str:
    """A marker for a line over so many periods; none where markers would cover each other."""
    return shape if periods <= _MOST_MARKED else ""


def note(axes: Axes, x: float, y: float, text: str, **options: Any) -> None:
    """Write on a chart, legible over whatever lies below; x in data, y in shares of the height."""
    settings: dict[str, Any] = {
        "color": INK,
        "fontsize": 9.5,
        "ha": "center",
        "va": "center",
        "zorder": 6,
        "bbox": {"facecolor": BACKGROUND, "edgecolor": "none", "alpha": 0.85, "pad": 2.5},
    }
    place = axes.get_xaxis_transform()
    axes.text(x, y, drawable(text), transform=place, **(settings | options))


def nothing_to_draw(axes: Axes, text: str) -> None:
    """Say on an empty chart that there is nothing on it."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, transform=axes.transAxes, color=MUTED, ha="center", va="center")


def drawable(text: str) -> str:
    """Text that is drawn as it stands: no formulas, no sign that the font lacks."""
    signs = _signs_of_the_font()
    kept = ("\n".join(plain(line) for line in text.split("\n"))).replace("$", r"\$")
    return "".join(
        sign if sign == "\n" or ord(sign) in signs else "\N{WHITE SQUARE}" for sign in kept
    )


def thousands(value: float) -> str:
    """A tick label with thousands separators, without needless decimals."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.10g}"


@cache
def _signs_of_the_font() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415

    return frozenset(get_font(findfont(FontProperties())).get_charmap())
