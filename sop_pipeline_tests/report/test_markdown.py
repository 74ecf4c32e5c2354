"""Markdown shows data as it stands: nothing in it becomes Markdown, HTML or a link."""

from __future__ import annotations

import base64
import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sop_pipeline.report import markdown
from sop_pipeline.report.names import Names
from sop_pipeline.report.wording import plain

from .conftest import HOSTILE, Frames

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

INJECTIONS = (
    HOSTILE,
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](http://a.example/b.png)",
    "a | b \\| c",
    "`code` ``",
    "<script>alert(1)</script>",
    "&lt;b&gt; &amp;",
    "# heading",
    "1. list",
    "1) list",
    "- list",
    "+ list",
    "> quote",
    "--- \n ---",
    "***bold*** __bold__ ~~gone~~",
    "[x]: http://a.example",
    "    indented",
    "\\",
)


def shown(text: str) -> tuple[set[str], str]:
    """Kinds of inline and block tokens Markdown sees in a text, and the text it shows."""
    tokens = PARSER.parse(text)
    inline = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in (*tokens, *inline)}
    return kinds, "".join(token.content for token in inline)


def visible(text: str) -> str:
    return text.replace("\N{WORD JOINER}", "")


@pytest.mark.parametrize("text", INJECTIONS)
def test_injected_text_is_shown_as_it_stands(text: str) -> None:
    kinds, content = shown(markdown.escape(text))
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    assert visible(content) == plain(text)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(alphabet=st.sampled_from("ab1 <>[]()|`*_~#+-.!:\\&;\"'=\n/@$"), min_size=1))
def test_any_text_is_shown_as_it_stands(text: str) -> None:
    kinds, content = shown(markdown.escape(text))
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    assert visible(content) == plain(text)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("ab1 <>[]()|`*_\\-:\n"), min_size=1),
        min_size=2,
        max_size=2,
    )
)
def test_a_cell_never_leaves_its_column(cells: list[str]) -> None:
    tokens = PARSER.parse(markdown.table(("one", "two"), [cells]))
    contents = [t.children or [] for t in tokens if t.type == "inline"]
    assert ["".join(c.content for c in cell) for cell in contents] == [
        "one",
        "two",
        *map(plain, cells),
    ]


@pytest.mark.parametrize("text", ["http://a.example", "www.a.example", "me@a.example", "HTTPS://x"])
def test_addresses_do_not_become_links(text: str) -> None:
    seen = html.unescape(markdown.escape(text))
    assert not re.search(r"https?://|www\.|[\w.]@", seen, re.IGNORECASE)
    assert visible(seen) == text


def test_ordinary_names_stay_readable() -> None:
    for name in ("Q4_PUSH", "WC-EAST-01", "1,234.56 USD", "Jul to Dec 2024", "-5.0", "12:30"):
        assert markdown.escape(name) == name


def test_a_picture_is_embedded_byte_for_byte() -> None:
    webp = b"RIFF\x00\xff\x00\x00WEBP"
    text = markdown.image("Plan ](x) of Q4", webp)
    match = re.fullmatch(r"!\[(.*)\]\(data:image/webp;base64,([A-Za-z0-9+/=]+)\)", text)
    assert match is not None
    assert base64.b64decode(match[2]) == webp
    [image] = [t for t in PARSER.parse(text)[1].children or [] if t.type == "image"]
    assert "".join(t.content for t in image.children or []) == "Plan ](x) of Q4"


def test_figures_stand_to_the_right() -> None:
    rule = markdown.table(("Month", "Build"), [("Jul", "1")]).split("\n")[1]
    assert rule == "| :--- | ---: |"


def test_hostile_names_leave_a_plan_only_tables_and_titles(
    network_plan: Frames, hostile_names: Names
) -> None:
    kinds, content = shown(markdown.plan_markdown(network_plan, hostile_names))
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "code_inline", "fence"}
    assert plain(HOSTILE) in content


def test_the_pages_of_a_plan_tell_summary_periods_costs_and_assumptions(
    network_plan: Frames, names: Names
) -> None:
    pages = (markdown.closing_markdown, markdown.plan_markdown)
    content = "\n".join(shown(page(network_plan, names))[1] for page in pages)
    for text in ("271,578.00 USD", "Oct 2025 Q4", "Lost sales", "WC-EAST-01", "has no routing"):
        assert text in content
