"""The README names only what there is, and shows what the code prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sop_pipeline.demo import demo_company
from sop_pipeline.demo.demand import HEDGE
from sop_pipeline.demo.facts import company_facts, facts_table
from sop_pipeline.planning.policy import Policy
from sop_pipeline.policies import shipped_policies
from sop_pipeline.report.terminal import report_text
from sop_pipeline_tests import readme

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_link_and_every_path_named_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    paths = re.findall(r"`(sop_pipeline/[\w/.]+)`", README)
    assert links
    assert paths
    assert [path for path in (*links, *paths) if not (ROOT / path).exists()] == []


def test_every_make_target_named_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", README))
    assert {"plan", "test", "test-system", "ui", "check", "chaos"} <= named
    assert [target for target in named if f"\n{target}:" not in makefile] == []


def test_the_facts_of_the_demo_company_are_those_it_prints() -> None:
    printed = report_text(facts_table(company_facts(demo_company())))
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    shown = {line.strip() for line in README.splitlines()}
    assert [line for line in lines if line not in shown] == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of the README are run, the first of which plans the demo company."""
    return tmp_path_factory.mktemp("readme")


def test_what_the_readme_shows_is_what_its_commands_print(folder: Path) -> None:
    commands = dict(readme.shown(README))
    assert {"make plan", "sop show Q4_PUSH"} <= commands.keys()
    for command, lines in commands.items():
        assert readme.differences(lines, readme.printed(command, folder)) == [], command


def test_the_page_on_futures_shows_the_hedge_as_it_is_planned(folder: Path) -> None:
    if not (folder / ".sop").exists():
        readme.printed("make plan", folder)
    page = (ROOT / "docs/futures.md").read_text("utf-8")
    printed = readme.printed(f"sop show {HEDGE.code} --json --quiet", folder)
    told = json.loads("\n".join(printed))["summary"]
    assert len(told["futures"]) > 1
    for one in told["futures"]:
        cells = (
            f"{100 * one['probability']:.0f} %",
            f"{one['cost']:,.2f}",
            f"{one['regret']:,.2f}",
        )
        assert f"| {one['scenario_code']} | {' | '.join(cells)} | {one['margin']:,.2f} |" in page
    figures = (told[name] for name in ("expected_cost", "evpi", "vss"))
    assert [figure for value in figures if (figure := f"{value:,.2f}") not in page] == []


def test_what_the_tutorial_shows_is_what_its_commands_print(tmp_path: Path) -> None:
    for command, lines in readme.shown(readme.TUTORIAL):
        assert readme.differences(lines, readme.printed(command, tmp_path)) == [], command


@pytest.mark.long
def test_what_the_page_of_decisions_shows_is_what_its_commands_print(tmp_path: Path) -> None:
    commands = dict(readme.shown(readme.DECISIONS))
    assert "sop plan Q4_PUSH --policy decisions" in commands
    for command, lines in commands.items():
        assert readme.differences(lines, readme.printed(command, tmp_path)) == [], command


def test_policies_and_fields_named_are_there() -> None:
    assert all(f"`{name}`" in README for name in shipped_policies())
    assert "safety_stock_ratio" in Policy.model_fields


def test_no_package_index_is_named_anywhere() -> None:
    index = re.compile(r"--(extra-)?index-url|https?://[^ ]+/simple")
    files = (ROOT / "requirements.lock", ROOT / "pyproject.toml", ROOT / "Makefile")
    assert [path.name for path in files if index.search(path.read_text("utf-8"))] == []
