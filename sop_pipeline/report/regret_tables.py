"""What a commitment to one scenario costs under another, as tables.

Does not belong here: the figures (`insight.regret`).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from sop_pipeline.insight.execution import Outcome
from sop_pipeline.insight.regret import RegretTable
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, change, plain, units


def regret_tables(
    table: RegretTable, currency: str, periods: PeriodNames
) -> tuple[TextTable, TextTable]:
    """Cost and regret of every build under every demand; then margin and units lost."""
    held = (
        f"build held to {periods.name(pd.Timestamp(table.commit_until))}"
        if table.commit_until
        else "nothing held"
    )
    heads = ("Build of", *(f"Demand of\n{plain(code)}" for code in table.scenarios))

    def rows(cell: Callable[[str, str, Outcome], str]) -> tuple[tuple[str, ...], ...]:
        return tuple(
            (plain(build), *(_cell(table, build, demand, cell) for demand in table.scenarios))
            for build in table.scenarios
        )

    return (
        TextTable(
            f"Cost and regret, {held} ({plain(currency)}, before whole units, penalties in it)",
            heads,
            rows(lambda build, demand, one: _cost(one, table.regret(build, demand) or 0.0)),
        ),
        TextTable(
            f"Margin and units lost, {held} ({plain(currency)})",
            heads,
            rows(lambda _, __, one: f"{amount(one.margin)}\n{units(one.lost_units)} lost"),
        ),
    )


def regret_warnings(table: RegretTable | None) -> tuple[str, ...]:
    """Why a build has no plan under a demand, and that nothing is committed where that is so."""
    if table is None:
        return ()
    nothing = (
        "The quarter with the largest demand is the first one: no build comes before it, nothing "
        "is held, and there is no regret."
    )
    return (
        *([] if table.commit_until else [nothing]),
        *(
            f"The build of {build} has no plan under the demand of {demand}. {reason}"
            for (build, demand), reason in table.impossible.items()
        ),
    )


def _cell(
    table: RegretTable, build: str, demand: str, worded: Callable[[str, str, Outcome], str]
) -> str:
    outcome = table.outcomes.get((build, demand))
    return NONE if outcome is None else worded(build, demand, outcome)


def _cost(outcome: Outcome, regret: float) -> str:
    return f"{amount(outcome.cost)}\n{change(regret)}"
