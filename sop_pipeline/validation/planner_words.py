"""Findings in a planner's words: products and sites by code and name, never by id alone.

Does not belong here: what is found (`warnings`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.validation.scenario_inputs import ScenarioInputs


def product_names(inputs: ScenarioInputs, products: pd.Series) -> list[str]:
    """Code and name of each product, in the order given; its id where it is not known."""
    return names_in(inputs.rows("product_master"), "PRODUCT", products)


def site_names(inputs: ScenarioInputs, sites: pd.Series) -> list[str]:
    """Code and name of each site, likewise."""
    return names_in(inputs.rows("site_master"), "SITE", sites)


def names_in(rows: pd.DataFrame, kind: str, keys: pd.Series) -> list[str]:
    """Code and name by the rows of a table whose columns begin with PRODUCT or SITE."""
    known = rows.dropna(subset=[f"{kind}_ID"]).drop_duplicates(f"{kind}_ID")
    texts = known[f"{kind}_CODE"].astype(str) + " " + known[f"{kind}_NAME"].astype(str)
    names = dict(zip(known[f"{kind}_ID"], texts, strict=True))
    return [names.get(key, str(key)) for key in keys]


def finding(
    sentence: str,
    rule: str,
    place: tuple[str, str | None],
    named: Sequence[str] = (),
    remedy: str = "",
) -> list[Fault]:
    """One finding, in a planner's words.

    Args:
        sentence: What was found.
        rule: Name of the rule.
        place: Input table and column it was found in.
        named: Whom it is about, each by its name.
        remedy: What to do about it.
    """
    table, column = place
    return [
        Fault(
            INPUTS[table].title,
            rule,
            "",  # the rule's own words, which its list knows
            sentence,
            column,
            tuple(named[:OFFENDERS_SHOWN]),
            len(named),
            remedy,
            sentence,
        )
    ]


def count(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it is not one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
