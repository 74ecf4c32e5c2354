"""What a plan rests on: assumptions, warnings, the certificate, and where it comes from."""

from __future__ import annotations

import json
import math

import pandas as pd

from sop_pipeline.report.confidence import measured_confidence
from sop_pipeline.report.page.blocks import Block, Command, Messages, Section, Table
from sop_pipeline.report.page.money import figure
from sop_pipeline.report.page.reported import Reported
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.proof import status
from sop_pipeline.report.summary import assumptions, summary_row
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, change, count, plain

_ARITHMETIC = 1e-12
"""Relative differences below this are those of arithmetic in doubles."""


def trust_section(plan: Reported) -> Section:
    """Assumptions, warnings, the certificate and the plan's origin."""
    row = summary_row(plan.tables)
    assumed = assumptions(plan.tables) or ("Nothing had to be assumed for want of data.",)
    blocks: list[Block] = [Messages(assumed, "Assumptions")]
    if plan.warnings:
        blocks.append(Messages(tuple(map(plain, plan.warnings)), "Warnings"))
    sure = measured_confidence(row)
    if sure is not None:
        survival = sure.text(plan.names, PeriodNames.of_plan(plan.tables))
        blocks.append(Messages((f"{survival}.", sure.meaning), "How sure it is"))
    blocks += [
        Table(_certificate(row)),
        Command(
            "To check again: this plans the scenario anew from the inputs as they are now, proves "
            "it anew and publishes nothing. With the same inputs (their fingerprint stands below) "
            "the optimum and the total are the same to the cent.",
            f"sop plan {plan.code} --dry-run",
        ),
        Table(_origin(plan, row)),
        Table(_settings(row), folded=True),
    ]
    return Section("trust", "What it rests on", tuple(blocks))


def _certificate(row: pd.Series) -> TextTable:
    currency = plain(row["CURRENCY"])
    rounding = float(row["ROUNDING_COST"])
    avoidable = figure(row, "AVOIDABLE_GAP")
    cells = [
        ("Status", "Confirmed by the figures below, not by the solver alone", status(row)),
        (
            "Largest broken limit",
            "Every limit recomputed from the quantities, relative to its own size",
            _tiny(row["PRIMAL_VIOLATION"]),
        ),
        (
            "Largest wrong price",
            "Every price recomputed: no quantity could be moved to save money",
            _tiny(row["DUAL_VIOLATION"]),
        ),
        (
            "Gap to the best possible cost",
            "Cost of the plan against the bound that its prices prove",
            _tiny(row["RELATIVE_GAP"]),
        ),
        (
            f"Optimum ({currency})",
            "The linear programme's, before whole units",
            amount(float(row["OBJECTIVE"])),
        ),
        (
            f"Whole units ({currency})",
            "What building whole units costs beyond the optimum",
            change(rounding),
        ),
    ]
    if math.isfinite(avoidable):
        meaning = "What a better way of rounding could save at most, of the total cost"
        cells.append(("Avoidable gap", meaning, _tiny(avoidable)))
    heads = ("Checked", "What it means", "Result")
    return TextTable("The certificate", heads, tuple(cells), texts=2)


def _origin(plan: Reported, row: pd.Series) -> TextTable:
    periods = PeriodNames.of_plan(plan.tables)
    span = periods.span(row["HORIZON_START"], row["HORIZON_END"])
    when = f"{plan.published:%Y-%m-%d %H:%M} UTC" if plan.published is not None else ""
    cells = (
        ("Scenario", " ".join(filter(None, (plain(plan.code), plain(plan.title))))),
        ("Published", when or "not published"),
        ("Run", plain(plan.run_id) or NONE),
        ("Policy", plain(row["POLICY"])),
        ("Grain", plain(row["GRAIN"])),
        ("Horizon", f"{span}, {count(int(row['HORIZON_PERIODS']), periods.noun)}"),
        ("Model version", plain(row["MODEL_VERSION"])),
        ("Solver", plain(row["SOLVER"])),
        ("Fingerprint of the inputs", plain(row["INPUT_HASH"])),
    )
    return TextTable("Where it comes from", ("", ""), cells, texts=2)


def _settings(row: pd.Series) -> TextTable:
    settings = json.loads(str(row["POLICY_SETTINGS"]))
    cells = tuple(
        (plain(name), NONE if value is None else plain(value)) for name, value in settings.items()
    )
    return TextTable("Settings of the policy", ("Field", "Value"), cells, texts=2)


def _tiny(value: object) -> str:
    size = abs(float(str(value)))
    if size == 0:
        return "0"
    return f"{size:.1e}" if size >= _ARITHMETIC else f"< {_ARITHMETIC:.0e}"
