"""What a shell offers while a command is typed: the codes of the scenarios.

Belongs here: completing arguments. Does not belong here: checking them.
"""

from __future__ import annotations

import click

from sop_pipeline.errors import SopError


def scenario_codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The warehouse's scenario codes that go on from what is typed, in any case.

    A shell that asks has nowhere to show an error: without a warehouse it offers nothing.
    """
    del ctx, param
    # Importing these takes a second, so only where a shell asks.
    from sop_pipeline.warehouse import (  # noqa: PLC0415
        location_from_environment,
        open_warehouse,
    )

    try:
        codes = open_warehouse(location_from_environment()).read("scenarios")["SCENARIO_CODE"]
    except SopError:
        return []
    begun = incomplete.casefold()
    return [code for code in codes if code.casefold().startswith(begun)]
