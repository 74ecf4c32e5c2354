"""The publications of a scenario as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, money, plain, units

_SHORT = 8
"""Signs of a run's id, as the UI shows it, and of a fingerprint."""


def publication_table(publications: pd.DataFrame, scenario: str, limit: int) -> TextTable:
    """When, by which run, from what each plan was published; which one stands, which look back.

    Args:
        publications: As `Store.publications` lists them, the latest first.
        scenario: The scenario's code.
        limit: Most rows to show.
    """
    standing = publications.index[publications["STANDS"].astype(bool)][:1]
    shown = publications.head(limit)
    rows = [
        (
            f"{row['PUBLISHED_TIMESTAMP']:%Y-%m-%d %H:%M}",
            plain(row["RUN_ID"])[:_SHORT],
            plain(row["POLICY"]) or NONE,
            plain(row["MODEL_VERSION"]),
            plain(row["INPUT_HASH"])[:_SHORT],
            _note(row["AS_OF_DATE"], current=index in standing),
            amount(float(row["TOTAL_COST"])),
            units(float(row["UNITS"])),
        )
        for index, row in shown.iterrows()
    ]
    heads = ("Published (UTC)", "Run", "Policy", "Model version", "Inputs", "", "Total cost")
    return TextTable(
        f"Publications of {plain(scenario)}{_of(len(shown), len(publications))}",
        (*heads, "Units"),
        tuple(rows),
        texts=6,
        empty=f"{plain(scenario)} has no publication yet. Run `sop plan {plain(scenario)}`.",
    )


def publication_lines(publication: Mapping[str, Any], currency: str) -> list[tuple[str, str]]:
    """Label and text of what is known of one publication.

    Args:
        publication: A row of what `Store.publications` lists.
        currency: Label of the currency.
    """
    as_of = publication["AS_OF_DATE"]
    return [
        ("Published", f"{publication['PUBLISHED_TIMESTAMP']:%Y-%m-%d %H:%M} UTC"),
        ("Run", plain(publication["RUN_ID"])),
        *([] if pd.isna(as_of) else [("As of", f"{as_of:%Y-%m-%d}")]),
        ("Total cost", money(float(publication["TOTAL_COST"]), currency)),
        ("Units built", units(float(publication["UNITS"]))),
        ("Policy", plain(publication["POLICY"]) or NONE),
        ("Model version", plain(publication["MODEL_VERSION"])),
        ("Inputs", plain(publication["INPUT_HASH"])),
    ]


def _note(as_of: pd.Timestamp, *, current: bool) -> str:
    if current:
        return "current"
    return "" if pd.isna(as_of) else f"as of {as_of:%Y-%m-%d}"


def _of(shown: int, total: int) -> str:
    return f" ({shown} latest of {total:,})" if shown < total else ""
