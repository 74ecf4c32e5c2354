"""The picture of a build plan: what is built of each family, period by period, as WebP bytes.

Belongs here: that chart. Does not belong here: stock, loads and demand (`pictures`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_pipeline.report import style
from sop_pipeline.report.named_tables import build_in_words
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.wording import plain

_HEIGHT_PX = 460
_WIDTH_PX = 880
_FAMILIES_SHOWN = len(style.PALETTE) - 1
_OTHERS = "Other families"
_NO_FAMILY = "All products"


def build_picture(tables: Tables, scenario: str, names: Names) -> bytes:
    """Draw the units built by family and period, the largest families by themselves.

    Args:
        tables: The result tables of one scenario by name.
        scenario: Code of the scenario.
        names: What ids are called.
    """
    periods = PeriodNames.of_plan(tables)
    units = _by_family(build_in_words(tables["RECOMMENDED_BUILD_PLAN"], names))
    figure = style.new_figure(_HEIGHT_PX)
    axes = figure.subplots()
    style.dress(axes, f"{periods.adjective} build of {plain(scenario)} by family", "units")
    at, level = np.arange(len(units.columns), dtype=float), np.zeros(len(units.columns))
    for i, (family, row) in enumerate(units.iterrows()):
        built = row.to_numpy()
        style.bars(
            axes,
            at,
            built,
            start=level,
            facecolor=style.PALETTE[i],
            hatch=style.HATCHES[i],
            edgecolor=style.BACKGROUND,
            label=style.drawable(plain(family)),
        )
        level = level + built
    axes.set_ylim(0, max(float(level.max(initial=0.0)), 1.0) * 1.05)
    days = [pd.Timestamp(day) for day in units.columns]
    style.period_axis(axes, periods.on_axis(days), _WIDTH_PX)
    style.shorten(axes, "units")
    style.legend(axes)
    return style.webp(figure)


def _by_family(build: pd.DataFrame) -> pd.DataFrame:
    """Units of the largest families, one row each, by the first day of the period."""
    named = build.assign(FAMILY=build["CATEGORY_NAME"].replace("", pd.NA).fillna(_NO_FAMILY))
    units = named.pivot_table(
        index="FAMILY", columns="PRODUCTION_WEEK", values="RECOMMENDED_QUANTITY", aggfunc="sum"
    ).fillna(0.0)
    units = units.loc[units.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    if len(units) <= _FAMILIES_SHOWN:
        return units
    others = units.iloc[_FAMILIES_SHOWN:].sum().to_frame(_OTHERS).T
    return pd.concat([units.iloc[:_FAMILIES_SHOWN], others])
