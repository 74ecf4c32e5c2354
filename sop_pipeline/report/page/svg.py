"""Charts as SVG inside a page: Vega-Lite says what is drawn, Vega draws it, the page colours it.

Belongs here: the frame every chart has, and making its SVG accessible.
Does not belong here: what a chart shows (`charts`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree as ET

from markupsafe import Markup

from sop_pipeline.report.wording import plain

Look = Literal["bar", "line", "step"]

_SVG = "http://www.w3.org/2000/svg"
_LABEL_PX = 34
_STEPS = (1, 2, 3, 4, 6, 12)
_SPOKEN = re.compile("^(aria-.*|role)$")
_DRAWN_AT = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2")
_FINE = re.compile(r"(\d+\.\d)\d+")
_FRAME: dict[str, Any] = {
    "background": "transparent",
    "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
    "view": {"stroke": None},
    "axis": {
        "domainColor": "var(--rule)",
        "gridColor": "var(--rule)",
        "labelColor": "var(--muted)",
        "labelFontSize": 11,
        "ticks": False,
        "labelPadding": 6,
        "title": None,
    },
    "axisX": {"grid": False, "labelAngle": 0, "labelFlush": False},
    "axisY": {"domain": False, "tickCount": 5},
    "font": "sans-serif",
}
_UP: dict[str, Any] = {
    "field": "value",
    "type": "quantitative",
    "axis": {"labelExpr": "replace(format(datum.value, '~s'), 'G', 'B')"},
    "scale": {"zero": True},
}


@dataclass(frozen=True)
class Series:
    """One quantity by period, as a chart shows it.

    Attributes:
        label: What it is called.
        colour: Name of the page's colour for it, such as `build`.
        values: Its values.
        told: What is told where one points at each bar or point: label, period and figure.
        look: Bars, a line through the periods, or a level that changes from period to period.
        below: Where bars begin; the axis by default.
    """

    label: str
    colour: str
    values: Sequence[float]
    told: Sequence[str]
    look: Look = "bar"
    below: Sequence[float] | None = None


def period_chart(
    series: Sequence[Series],
    periods: Sequence[tuple[str, str]],
    description: str,
    size: tuple[int, int] = (390, 180),
) -> Markup:
    """Draw quantities by period.

    Args:
        series: The quantities, drawn one over the other in this order.
        periods: Short name and year of each period.
        description: The chart in a sentence, for whoever does not see it.
        size: Width and height in pixels, without the axes' labels.
    """
    names, axis = _period_axis(periods, size[0])
    layers = [layer for one in series for layer in _layers(one, names, axis)]
    spec = {"layer": layers, "width": size[0], "height": size[1], "config": _FRAME}
    return _inlined(spec, description)


def curve(
    points: Sequence[tuple[float, float, str, str]],
    titles: tuple[str, str],
    description: str,
    size: tuple[int, int] = (390, 240),
) -> Markup:
    """Draw points joined in their order, each with its label.

    Args:
        points: Place to the right and up, label, and what is told where one points at it.
        titles: What is measured to the right and up.
        description: The chart in a sentence, for whoever does not see it.
        size: Width and height in pixels, without the axes' labels.
    """
    rows = [
        {"right": right, "up": up, "label": plain(label), "told": told}
        for right, up, label, told in points
    ]
    place = {"x": _measured("right", titles[0]), "y": _measured("up", titles[1])}
    colour = "var(--build)"
    line = {"type": "line", "color": colour, "aria": False}
    dots = {"type": "point", "color": colour, "filled": True, "size": 40, "opacity": 1}
    texts = {"type": "text", "color": "var(--muted)", "dx": 6, "align": "left", "aria": False}
    labelled = {**place, "text": {"field": "label"}}
    layers = [
        _layer(rows, line, {**place, "order": {"field": "right"}}),
        _layer(rows, dots, {**place, "description": {"field": "told", "type": "nominal"}}),
        # In turn above and below, so that labels of points close by do not overlap.
        _layer(rows[::2], {**texts, "dy": -9}, labelled),
        _layer(rows[1::2], {**texts, "dy": 13}, labelled),
    ]
    spec = {"layer": layers, "width": size[0], "height": size[1], "config": _FRAME}
    return _inlined(spec, description)


def _measured(field: str, title: str) -> dict[str, Any]:
    """An axis of money that begins where its figures do."""
    axis = {
        "title": title,
        "titleColor": "var(--muted)",
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "minExtent": 76 if field == "up" else 0,
        "grid": True,
        "tickCount": 4,
        "format": ",.0f",
    }
    scale = {"zero": False, "nice": True, "padding": 14}
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def _period_axis(
    periods: Sequence[tuple[str, str]], width: int
) -> tuple[list[str], dict[str, Any]]:
    """A unique name for each period, and the axis that labels as many as fit."""
    least = math.ceil(len(periods) * _LABEL_PX / width)
    step = next((step for step in _STEPS if step >= least), 12 * math.ceil(least / 12))
    shown, names, year_before = [], [], ""
    for at, (short, year) in enumerate(periods):
        is_shown = at % step == 0
        told_year = year if is_shown and year != year_before else ""
        year_before = year if is_shown else year_before
        names.append(f"{at}|{plain(short).replace('|', '/')}|{told_year}")
        shown += [names[-1]] * is_shown
    label = "[split(datum.label, '|')[1], split(datum.label, '|')[2]]"
    axis = {"values": shown, "labelExpr": label}
    scale = {"domain": names}
    return names, {"field": "at", "type": "ordinal", "sort": None, "axis": axis, "scale": scale}


def _layers(series: Series, names: Sequence[str], at: dict[str, Any]) -> list[dict[str, Any]]:
    below = series.below or [0.0] * len(names)
    rows = [
        {"at": name, "low": float(low), "value": float(low + value), "told": told}
        for name, low, value, told in zip(names, below, series.values, series.told, strict=True)
        if math.isfinite(value) and (value or series.look != "bar")
    ]
    place = {"x": at, "y": _UP}
    told = {"description": {"field": "told", "type": "nominal"}}
    colour = f"var(--{series.colour})"
    if series.look == "bar":
        bars = {"type": "bar", "color": colour, "width": {"band": 0.76}}
        return [_layer(rows, bars, {**place, **told, "y2": {"field": "low"}})]
    line = {"type": "line", "color": colour, "aria": False}
    if series.look == "step":
        return [_layer(rows, {**line, "interpolate": "step", "strokeDash": [5, 3]}, place)]
    points = {"type": "point", "color": colour, "filled": True, "size": 26, "opacity": 1}
    return [_layer(rows, line, place), _layer(rows, points, {**place, **told})]


def _layer(
    rows: list[dict[str, Any]], mark: dict[str, Any], encoding: dict[str, Any]
) -> dict[str, Any]:
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _inlined(spec: dict[str, Any], description: str) -> Markup:
    """The SVG of a chart: one image to a screen reader, a figure to whoever points at a mark."""
    import vl_convert  # noqa: PLC0415  takes a while, and few need it

    drawn = vl_convert.vegalite_to_svg(spec)
    root = ET.fromstring(drawn)  # noqa: S314  drawn here
    for mark in root.iter():
        told = mark.get("aria-label") if mark.get("role") == "graphics-symbol" else None
        for name in [name for name in mark.attrib if _SPOKEN.match(name)]:
            del mark.attrib[name]
        if told and mark.get("aria-hidden") is None and not mark.tag.endswith("}g"):
            title = ET.SubElement(mark, f"{{{_SVG}}}title")
            title.text = told
        for name in _DRAWN_AT:
            if name in mark.attrib:
                mark.attrib[name] = _FINE.sub(r"\1", mark.attrib[name])
    for name in ("width", "height"):
        root.attrib.pop(name)
    root.set("role", "img")
    root.set("aria-label", description)
    ET.register_namespace("", _SVG)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  escaped by ElementTree
