"""What a load leaves for the next one and for runs: identifiers of codes, and notes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from sop_pipeline.errors import StoreUnavailable
from sop_pipeline.store import Identifiers, Store
from sop_pipeline.store.bookkeeping import bookkeeping, input_notes, known_identifiers
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.contract.backends import Backend
from sop_pipeline_tests.contract.plans import invented_plan, publication
from sop_pipeline_tests.small_company import Tables, small_company, write_company


def coded_company(products: Mapping[str, str]) -> Tables:
    """The small company by codes, with some of its products under codes of their own."""
    tables = small_company()
    masters = (
        ("products", "PRODUCT_ID", "PRODUCT_CODE"),
        ("sites", "SITE_ID", "SITE_CODE"),
        ("warehouse_zones", "WAREHOUSE_ZONE_ID", "ZONE_CODE"),
    )
    codes = {i: tables[name].set_index(i)[code] for name, i, code in masters}
    codes["PRODUCT_ID"] = codes["PRODUCT_ID"].map(products)
    for name, frame in tables.items():
        for _, identifier, code in masters:
            if identifier in frame.columns:
                named = frame[identifier].map(codes[identifier])
                frame = frame.assign(**{code: named}).drop(columns=identifier)  # noqa: PLW2901
        tables[name] = frame[frame.get("PRODUCT_CODE", pd.Series("", frame.index)).notna()]
    return tables


def load(store: Store, folder: Path, tables: Tables) -> dict[str, int]:
    """Load a folder as `sop init` does; the identifiers of the products."""
    known = known_identifiers(store)
    loaded = load_folder(write_company(folder, tables), known)
    store.replace_inputs({**loaded.tables, **bookkeeping(loaded.notes, known)})
    products = store.read("product_master")
    return dict(zip(products["PRODUCT_CODE"], products["PRODUCT_ID"], strict=True))


def test_a_code_keeps_its_identifier_from_load_to_load(store: Store, tmp_path: Path) -> None:
    first = load(store, tmp_path, coded_company({"P-10": "M", "P-20": "T"}))
    assert first == {"M": 1, "T": 2}
    second = load(store, tmp_path, coded_company({"P-10": "A", "P-20": "T", "P-30": "Z"}))
    assert second == {"A": 3, "T": 2, "Z": 4}
    third = load(store, tmp_path, coded_company({"P-10": "M", "P-20": "B"}))
    assert third == {"M": 1, "B": 5}, "it comes back as what it was; no number is used again"
    known = known_identifiers(store)
    assert known.codes["PRODUCT_ID"] == {"M": 1, "T": 2, "A": 3, "Z": 4, "B": 5}
    assert known.highest["PRODUCT_ID"] == 5


def test_codes_keep_the_identifiers_that_were_given_by_number(store: Store, tmp_path: Path) -> None:
    load(store, tmp_path, small_company())
    codes = {code: code for code in ("P-10", "P-30")}
    assert load(store, tmp_path, coded_company(codes)) == {"P-10": 10, "P-30": 30}
    assert load(store, tmp_path, coded_company({"P-20": "P-20"})) == {"P-20": 20}
    assert known_identifiers(store).codes["WAREHOUSE_ZONE_ID"] == {
        "3/A-1": 301,
        "3/A-2": 302,
        "4/B-1": 401,
    }


def test_a_number_that_another_code_took_is_that_codes(store: Store, tmp_path: Path) -> None:
    load(store, tmp_path, coded_company({"P-10": "M", "P-20": "T"}))
    tables = small_company()
    moved = tables["products"].assign(PRODUCT_ID=[1, 20, 30])
    replaced = {name: frame.replace({"PRODUCT_ID": {10: 1}}) for name, frame in tables.items()}
    load(store, tmp_path, {**replaced, "products": moved})
    assert load(store, tmp_path, coded_company({"P-10": "M", "P-20": "P-10"})) == {
        "M": 31,
        "P-10": 1,
    }


def test_identifiers_of_published_plans_are_never_given_again(store: Store, tmp_path: Path) -> None:
    load(store, tmp_path, coded_company({"P-10": "M"}))
    plan = invented_plan(1)
    store.publish(publication(plan))
    highest = int(plan["RECOMMENDED_BUILD_PLAN"]["PRODUCT_ID"].max())
    assert load(store, tmp_path, coded_company({"P-10": "N"})) == {"N": highest + 1}


def test_of_two_loads_begun_at_once_the_second_is_refused_and_loads_again(
    store: Store, backend: Backend, tmp_path: Path
) -> None:
    load(store, tmp_path, coded_company({"P-10": "M"}))
    both = [known_identifiers(store), known_identifiers(backend.open())]
    folders = [
        write_company(tmp_path / code, coded_company({"P-10": "M", "P-20": code})) for code in "AB"
    ]
    first, second = (
        load_folder(folder, known) for folder, known in zip(folders, both, strict=True)
    )
    store.replace_inputs({**first.tables, **bookkeeping((), both[0])})
    with pytest.raises(StoreUnavailable, match=r"nothing is changed\. Load again"):
        store.replace_inputs({**second.tables, **bookkeeping((), both[1])})
    assert known_identifiers(store).codes["PRODUCT_ID"] == {"M": 1, "A": 2}
    assert load(store, tmp_path / "B", coded_company({"P-10": "M", "P-20": "B"}))["B"] == 3


def test_a_store_emptied_by_hand_is_loaded_like_a_new_one(
    store: Store, backend: Backend, tmp_path: Path
) -> None:
    for _ in range(2):
        load(store, tmp_path, coded_company({"P-10": "M"}))
    backend.run("DELETE FROM ATOMIC.SCENARIO_DEFINITION")
    assert load(store, tmp_path, coded_company({"P-10": "M"})) == {"M": 1}


def test_a_store_without_inputs_knows_no_identifier(store: Store) -> None:
    assert known_identifiers(store) == Identifiers()


def test_a_store_of_an_earlier_version_is_read_as_it_is(
    store: Store, backend: Backend, company: Mapping[str, pa.Table]
) -> None:
    store.replace_inputs(company)
    for table in ("CODE_IDENTIFIER", "INPUT_NOTE"):
        backend.run(f"DROP TABLE ATOMIC.{table}")
    opened = backend.open()
    assert known_identifiers(opened).codes["SITE_ID"] == {
        "PL-A": 1,
        "PL-B": 2,
        "WH-A": 3,
        "WH-B": 4,
    }
    assert input_notes(opened) == ()


@pytest.mark.parametrize("notes", [(), ("one", "two\n'; --", "Köln 椅子")])
def test_the_notes_of_the_last_load_are_kept_in_order(
    store: Store, company: Mapping[str, pa.Table], notes: tuple[str, ...]
) -> None:
    for said in (("before",), notes):
        store.replace_inputs({**company, **bookkeeping(said, known_identifiers(store))})
    assert input_notes(store) == notes
