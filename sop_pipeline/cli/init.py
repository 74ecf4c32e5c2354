"""`sop init`: make the store, with the demo company or from a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import click
import pyarrow as pa

from sop_pipeline.cli.progress import stages
from sop_pipeline.cli.registration import register_loaded
from sop_pipeline.demo import DEMO_VARIANTS, Variant, coming_year, demo_company
from sop_pipeline.errors import InputRefused, UsageError
from sop_pipeline.planning.days import today
from sop_pipeline.report.wording import printable
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.services.scenarios import read_scenarios
from sop_pipeline.settings import Demo
from sop_pipeline.store import (
    Identifiers,
    Store,
    location_from_environment,
    store_at,
)
from sop_pipeline.store.bookkeeping import bookkeeping, known_identifiers
from sop_pipeline.store.folder import LoadedFolder, load_folder
from sop_pipeline.validation.loading import loading_faults


@click.command()
@click.option(
    "--from",
    "directory",
    type=click.Path(path_type=Path),
    help="Folder of CSV or Parquet files, or a workbook (.xlsx); without it the demo company.",
)
@click.option(
    "--demo",
    "variant",
    type=click.Choice(DEMO_VARIANTS),
    help="Which demo company: as the README shows it (standard, the default), or with third "
    "shifts by the month, lots, toys that age and customers with a promise (decisions).",
)
@click.option("--force", is_flag=True, help="Put the demo company over other data.")
@click.option(
    "--year",
    type=click.IntRange(1970, 2200),
    help="Year the demo company plans; by default SOP_DEMO_YEAR, else the one whose January comes "
    "next, or is now.",
)
def init(directory: Path | None, variant: Variant | None, year: int | None, *, force: bool) -> None:
    """Create the warehouse, or replace its inputs; plans and their history stay."""
    if directory is not None and variant is not None:
        msg = "--from loads your own data and --demo a demo company: give one of them"
        raise UsageError(msg)
    store = store_at(location_from_environment())
    with stages(3) as progress:
        with progress.stage("Reading the inputs"):
            known = known_identifiers(store)
            loaded = _folder(directory, known) if directory else _demo(year, variant)
        with progress.stage(f"Writing {store.name}"):
            if directory is None and not force:
                _require_no_other_data(store, loaded.tables)
            store.replace_inputs({**loaded.tables, **bookkeeping(loaded.notes, known)})
        with progress.stage("Registering the scenarios"):
            codes = [scenario.code for scenario in read_scenarios(store)]
            register_loaded(codes, loaded, printable(str(directory or "the demo company")))
    for note in loaded.notes:
        click.echo(printable(f"Note: {note}"))
    rows = sum(table.num_rows for table in loaded.tables.values())
    click.echo(f"{store.name} holds {rows:,} input rows. Scenarios: {', '.join(codes)}.")


def _folder(directory: Path, known: Identifiers) -> LoadedFolder:
    loaded = load_folder(directory, known)
    faults = loading_faults(loaded.tables, loaded.places)
    if faults:
        raise InputRefused(faults)
    return loaded


def _demo(year: int | None, variant: Variant | None) -> LoadedFolder:
    day = today()
    planned = year or Demo.from_environment().year or coming_year(day)
    return LoadedFolder(demo_tables(planned, day, variant or "standard"), ())


def demo_tables(year: int, day: dt.date, variant: Variant = "standard") -> Mapping[str, pa.Table]:
    """The demo company of a year, made on a day, as typed Arrow tables, by input table name."""
    frames = demo_company(year=year, day=day, variant=variant)
    return {
        table.name: pa.Table.from_pandas(table.typed(frames[table.name]), preserve_index=False)
        for table in ATOMIC_TABLES
        if table.name in frames
    }


def _require_no_other_data(store: Store, demo: Mapping[str, pa.Table]) -> None:
    if not store.is_empty() and not store.holds_inputs(demo):
        msg = (
            f"{store.name} holds other data than the demo company. "
            "Give --force to replace it, or --from DIR to load your own."
        )
        raise UsageError(msg)
