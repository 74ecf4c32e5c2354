"""Classes of demand: that they are told apart as meant, and read from where they stand.

Does not belong here: what classes do to a plan (`planning/preparation/demand_classes`).
"""

from __future__ import annotations

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.schemas.inputs import DEMAND_FORECASTS
from sop_pipeline.schemas.views import SCENARIO_COMPARISON_V
from sop_pipeline.validation.planner_words import finding
from sop_pipeline.validation.scenario_inputs import ScenarioInputs

_PLACE = ["PRODUCT_ID", "SITE_ID", "DEMAND_CLASS"]


def one_priority(inputs: ScenarioInputs) -> list[Fault]:
    """Rows of one class, product, site and planned period that differ in PRIORITY."""
    demand, calendar = inputs.rows("demand_forecasts"), inputs.calendar
    if demand["PRIORITY"].isna().all():
        return []
    rows = demand.assign(PERIOD=calendar.index(demand["FORECAST_DATE"]))
    rows = rows[rows["PERIOD"].isin(inputs.planned_periods)]
    given = rows.drop_duplicates([*_PLACE, "PERIOD", "PRIORITY"])
    given = given.sort_values([*_PLACE, "PERIOD", "PRIORITY"])
    given = given[given.duplicated([*_PLACE, "PERIOD"], keep=False)]
    if given.empty:
        return []
    by_place: dict[str, list[str]] = {}
    for row in given.itertuples(index=False):
        place = (
            f"PRODUCT_ID={row.PRODUCT_ID}, SITE_ID={row.SITE_ID}, "
            f"DEMAND_CLASS={_text(row.DEMAND_CLASS)}, {calendar.name(int(str(row.PERIOD)))}"
        )
        by_place.setdefault(place, []).append(_text(row.PRIORITY))
    lines = [f"{place}: {' and '.join(priorities)}" for place, priorities in by_place.items()]
    return [
        Fault(
            DEMAND_FORECASTS.title,
            "one_priority",
            "one PRIORITY for each class, product, site and period",
            f"several in {len(lines):,} of them",
            "PRIORITY",
            tuple(lines[:OFFENDERS_SHOWN]),
            len(lines),
            "Give the rows of a period one PRIORITY, or classes of their own",
        )
    ]


def view_without_classes(inputs: ScenarioInputs) -> list[Fault]:
    """Demand that was read from the base table, because the view lacks columns of its classes."""
    if not inputs.unseen_classes:
        return []
    lacking = ", ".join(inputs.unseen_classes)
    return finding(
        f"{SCENARIO_COMPARISON_V} lacks {lacking}, which the base table uses: demand is read from "
        "DEMAND_FORECAST_VERSIONS",
        "classes_in_view",
        ("demand_forecasts", inputs.unseen_classes[0]),
        remedy="Add the columns to the view, or plan with demand_source: base",
    )


def _text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124
        return "empty"
    return f"{value:g}" if isinstance(value, float) else str(value)
