"""What a shell offers while a command is typed: the codes of the scenarios.

Belongs here: completing arguments. Does not belong here: checking them.
"""

from __future__ import annotations

import click

from sop_pipeline.errors import SopError


def scenario_codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The store's scenario codes that go on from what is typed, in any case.

    A shell that asks has nowhere to show an error: without a store it offers nothing.
    """
    del ctx, param
    # Importing these takes a second, so only where a shell asks.
    from sop_pipeline.store import (  # noqa: PLC0415
        location_from_environment,
        store_at,
    )

    try:
        codes = store_at(location_from_environment()).read("scenarios")["SCENARIO_CODE"]
    except SopError:
        return []
    begun = incomplete.casefold()
    return [code for code in codes if code.casefold().startswith(begun)]
