"""CSV files as spreadsheets and databases save them: read where they can mean one thing only."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import small_company, write_company


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_company(tmp_path / "company")


def refusal(folder: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        load_folder(folder)
    return str(refused.value)


def saved(path: Path, change: Callable[[str], str], encoding: str = "utf-8") -> None:
    path.write_bytes(change(path.read_text("utf-8")).encode(encoding))


def with_separator(folder: Path, separator: str, decimal: str) -> None:
    for name, frame in small_company().items():
        frame.to_csv(folder / f"{name}.csv", index=False, sep=separator, decimal=decimal)


@pytest.mark.parametrize(
    ("separator", "decimal", "said"),
    [
        (";", ",", "fields separated by semicolons, decimal commas"),
        (";", ".", "fields separated by semicolons"),
        ("\t", ",", "fields separated by tabs, decimal commas"),
        ("|", ".", "fields separated by bars"),
    ],
)
def test_other_separators_are_read_and_told(
    folder: Path, separator: str, decimal: str, said: str
) -> None:
    expected = load_folder(folder).tables
    with_separator(folder, separator, decimal)
    loaded = load_folder(folder)
    assert loaded.tables == expected
    assert f"products.csv is read as {said}" in loaded.notes
    assert all("is read as fields separated by" in note for note in loaded.notes)


def test_the_line_in_which_excel_says_the_separator_is_no_header(folder: Path) -> None:
    expected = load_folder(folder).tables
    with_separator(folder, ";", ",")
    for path in folder.iterdir():
        saved(path, lambda text: f"sep=;\r\n{text}")
    assert load_folder(folder).tables == expected
    saved(folder / "products.csv", lambda text: text.replace("Stool", "Stool;3"))
    assert "line 4: 9 fields" in refusal(folder)


@pytest.mark.parametrize(
    ("quantities", "got"),
    [
        (["1,000", "2,500"], "1,000, which may be a thousand or a fraction"),
        (["1.000", "2.500"], "1.000, which may be a thousand or a fraction"),
        (["1.234,56", "7"], "thousands separators, as in 1.234,56"),
        (["1.5", "2,5"], "thousands separators, as in"),
        (["1,000,000", "2"], "thousands separators, as in 1,000,000"),
    ],
)
def test_figures_that_can_be_read_in_two_ways_are_refused(
    folder: Path, quantities: list[str], got: str
) -> None:
    path = folder / "capacity_tiers.csv"
    rows = [f"101;T{i};{quantity}" for i, quantity in enumerate(quantities)]
    path.write_text("\n".join(["WORK_CENTER_ID;TIER_CODE;MAX_CAPACITY", *rows]))
    told = refusal(folder)
    assert "CAPACITY_TIER (capacity_tiers)" in told
    assert got in told
    assert "Save the numbers without thousands separators, as 1234.5" in told


@pytest.mark.parametrize("shown", ["0,500", "12,5", "1,2345", "0.5"])
def test_one_figure_that_shows_the_mark_tells_it_for_the_file(folder: Path, shown: str) -> None:
    mark = "," if "," in shown else "."
    rows = [f"101;A;1{mark}000", f"101;B;{shown}"]
    (folder / "capacity_tiers.csv").write_text(
        "\n".join(["WORK_CENTER_ID;TIER_CODE;MAX_CAPACITY", *rows])
    )
    tiers = load_folder(folder).tables["CAPACITY_TIER"]
    assert tiers["MAX_CAPACITY"].to_pylist() == [1.0, float(shown.replace(",", "."))]


@pytest.mark.parametrize(
    "text", ["1_000", "1,000", "1 000", "1\u00a0000", "1'000", "12 %", "$5", "1e400", "0x10", "--1"]
)
def test_what_is_no_plain_number_is_refused(folder: Path, text: str) -> None:
    saved(folder / "products.csv", lambda old: old.replace("60.0", f'"{text}"'))
    told = refusal(folder)
    assert "column UNIT_PRICE: expected a number" in told
    assert "line 3: PRODUCT_ID='20'" in told
    assert "without thousands separators" in told


@pytest.mark.parametrize("text", ["1_0", "1.000", "1e1", "0x10", "1.5", "99999999999999999999"])
def test_what_is_no_plain_whole_number_is_no_identifier(folder: Path, text: str) -> None:
    saved(folder / "products.csv", lambda old: old.replace("\n20,", f"\n{text},"))
    told = refusal(folder)
    assert "column PRODUCT_ID: expected a whole number" in told
    assert f"line 3: PRODUCT_ID='{text}'" in told


@pytest.mark.parametrize(("text", "value"), [("10.0", 10), ("+10", 10), ("0010", 10)])
def test_whole_numbers_may_be_written_as_databases_do(folder: Path, text: str, value: int) -> None:
    saved(folder / "products.csv", lambda old: old.replace("\n10,", f"\n{text},"))
    assert load_folder(folder).tables["PRODUCT"]["PRODUCT_ID"][0].as_py() == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("Y", True), ("yes", True), ("1", True), ("1.0", True), ("T", True), ("false", False),
     ("N", False), ("0", False), ("0.0", False)],
)  # fmt: skip
def test_flags_may_be_written_as_databases_do(folder: Path, text: str, value: bool) -> None:
    saved(folder / "products.csv", lambda old: old.replace("TRUE", text))
    assert load_folder(folder).tables["PRODUCT"]["IS_CURRENT_FLAG"].to_pylist() == [value] * 3


@pytest.mark.parametrize(
    ("encoding", "said"), [("utf-16", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32")]
)
def test_unicode_with_a_byte_order_mark_is_read_and_told(
    folder: Path, encoding: str, said: str
) -> None:
    def name(text: str) -> str:
        return text.replace("Plant A", "Plant Łódź 椅子")

    saved(folder / "sites.csv", name)
    expected = load_folder(folder).tables
    mark = "\ufeff" if encoding.endswith("e") else ""
    saved(folder / "sites.csv", lambda text: mark + text, encoding)
    loaded = load_folder(folder)
    assert loaded.tables == expected
    assert loaded.notes == (f"sites.csv is read as {said}",)


@pytest.mark.parametrize(
    "name", ["Werk Köln", "Usine Créée à Orléans", "Planta de São João", "Ærø"]
)
def test_latin_1_is_read_and_told_with_a_sample(folder: Path, name: str) -> None:
    saved(folder / "sites.csv", lambda text: text.replace("Plant A", name), "latin-1")
    loaded = load_folder(folder)
    assert loaded.tables["SITE"]["SITE_NAME"][0].as_py() == name
    assert len(loaded.notes) == 1
    assert "sites.csv is read as Latin-1, as in" in loaded.notes[0]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Завод", "cp1251"),
        ("Завод", "koi8-r"),
        ("Łódź", "cp1250"),
        ("Łódź", "iso8859-2"),
        ("Εργοστάσιο", "cp1253"),
        ("工厂", "gbk"),
        ("工場", "shift-jis"),
        ("공장", "euc-kr"),
        ("Köln", "cp850"),
        ("Orléans", "mac-roman"),
        ("50 € Lager", "cp1252"),
    ],
)
def test_other_encodings_are_refused_with_the_remedy(
    folder: Path, name: str, encoding: str
) -> None:
    saved(folder / "sites.csv", lambda text: text.replace("Plant A", name), encoding)
    told = refusal(folder)
    assert "SITE (sites): expected UTF-8 text; got sites.csv with other bytes" in told
    assert "line 2. Save it as CSV UTF-8" in told


@pytest.mark.parametrize(
    ("raw", "got"),
    [
        (b"SITE_ID,SITE_CODE\n1,A\x00\n", "NUL bytes, the first in line 2"),
        ("SITE_ID,SITE_CODE\n".encode("utf-16-le"), "NUL bytes, the first in line 1"),
        (b"\xff\xfeS\x00I", "no UTF-16"),
        (b"\xef\xbb\xbfSITE_ID\xff", "no UTF-8"),
        ("\ufeffA\n\x00".encode("utf-16"), "NUL characters, the first in line 2"),
        (b"", "sites.csv of 0 bytes"),
        (b" \r\n\r\n", "all blank"),
    ],
)
def test_bytes_that_are_no_text_are_refused(folder: Path, raw: bytes, got: str) -> None:
    (folder / "sites.csv").write_bytes(raw)
    assert got in refusal(folder)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n\n"])
def test_ends_of_lines_are_no_matter(folder: Path, end: str) -> None:
    expected = load_folder(folder).tables
    for path in folder.iterdir():
        path.write_bytes(path.read_text().replace("\n", end).encode())
    assert load_folder(folder).tables == expected


@pytest.mark.parametrize("tail", ["Total,,,,,7000,,,", "73,10,,,2025-12-01,5,,,", ",,,,,7,,,Q4"])
def test_a_bad_last_line_is_one_fault(folder: Path, tail: str) -> None:
    saved(folder / "demand_forecasts.csv", lambda text: f"{text}{tail}\n")
    told = refusal(folder)
    assert "1 fault." in told
    assert "rows without" in told
    assert "line 74" in told


def test_a_cut_last_line_is_one_fault(folder: Path) -> None:
    saved(folder / "demand_forecasts.csv", lambda text: text[:-25])
    told = refusal(folder)
    assert "1 fault." in told
    assert "line 73: 5 fields: 72,30,4,2" in told


def test_empty_rows_are_left_out_and_told(folder: Path) -> None:
    expected = load_folder(folder).tables
    saved(folder / "sites.csv", lambda text: f"{text},,,,\n ,,,,\n\n")
    loaded = load_folder(folder)
    assert loaded.tables == expected
    assert loaded.notes == ("SITE (sites): 2 empty rows left out",)


def test_lines_are_counted_as_an_editor_does(folder: Path) -> None:
    path = folder / "products.csv"
    saved(path, lambda text: text.replace("\n20,P-20", "\n\n\n20,P-20"))
    saved(path, lambda text: text.replace("Lamp", '"Lamp,\n2 lines"').replace("90.0", "many"))
    assert "line 7: PRODUCT_ID='30', PRODUCT_CODE='P-30', UNIT_PRICE='many'" in refusal(folder)


NAMED_THIRD = "PRODUCT_ID,PRODUCT_CODE,PRODUCT_NAME,UNIT_PRICE,UNIT_COST"
NAMED_LAST = "PRODUCT_ID,PRODUCT_CODE,UNIT_PRICE,UNIT_COST,PRODUCT_NAME"


@pytest.mark.parametrize(
    "lines",
    [
        (NAMED_THIRD, '10,P,"Lamp,1,1', "20,Q,Stool,1,1"),
        (NAMED_LAST, '10,P,1,1,"5', "20,Q,1,1,3"),
        (NAMED_THIRD, '10,P,"Lamp,1,1', "20,Q,Stool,1,1", '30,R,"Shelf,1,1'),
    ],
    ids=["one", "in the last column", "two in one column"],
)
def test_a_stray_quote_never_swallows_rows(folder: Path, lines: tuple[str, ...]) -> None:
    (folder / "products.csv").write_text("\n".join(lines))
    assert "PRODUCT (products)" in refusal(folder)


def test_inches_within_a_text_are_no_stray_quote(folder: Path) -> None:
    saved(folder / "products.csv", lambda text: text.replace("Lamp", 'Lamp 5"'))
    assert load_folder(folder).tables["PRODUCT"]["PRODUCT_NAME"][0].as_py() == 'Lamp 5"'


def grown(folder: Path, columns: int, cell: str = "X") -> None:
    path = folder / "products.csv"
    lines = path.read_text().splitlines()
    extra = ",".join(f"{cell}{i}" for i in range(columns))
    path.write_text(
        "\n".join([f"{lines[0]},{extra}", *(f"{x}{',1' * columns}" for x in lines[1:])])
    )


@pytest.mark.parametrize(
    ("spoil", "got"),
    [
        (lambda d: grown(d, 200_000), "a header of at most 65,536 bytes"),
        (lambda d: grown(d, 5_000), "at most 1,000 columns"),
        (lambda d: grown(d, 1, "H" * 131_072), "a header of at most 65,536 bytes"),
        (
            lambda d: saved(d / "products.csv", lambda t: t.replace("Stool", "S" * 1_000_000)),
            "a text of at most 4,000 characters",
        ),
        (
            lambda d: saved(d / "products.csv", lambda t: t.replace("60.0", "6" * 1_000_000)),
            "a number",
        ),
        (
            lambda d: saved(d / "products.csv", lambda t: t + "x" * 2_000_000),
            "8 fields in every row",
        ),
    ],
    ids=["columns", "many columns", "header cell", "label", "digits", "line"],
)
def test_what_is_too_large_is_refused_at_once_and_shortly(
    folder: Path, spoil: Callable[[Path], None], got: str
) -> None:
    spoil(folder)
    began = time.process_time()
    told = refusal(folder)
    assert time.process_time() - began < 2
    assert "PRODUCT (products)" in told
    assert got in told
    assert len(told) < 2_000


def test_a_wrong_separator_within_the_rows_is_refused(folder: Path) -> None:
    header, rows = (folder / "sites.csv").read_text().split("\n", 1)
    (folder / "sites.csv").write_text(f"{header}\n{rows.replace(',', ';')}")
    assert "5 fields in every row" in refusal(folder)


def test_a_pandas_index_is_left_out_and_told(folder: Path) -> None:
    expected = load_folder(folder).tables
    pd.read_csv(folder / "sites.csv").to_csv(folder / "sites.csv")
    loaded = load_folder(folder)
    assert loaded.tables == expected
    assert "1 without a name" in loaded.notes[0]
