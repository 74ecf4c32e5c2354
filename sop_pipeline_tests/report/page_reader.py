"""Reading a page as a person does: tables as rows of text, charts as what their marks tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "img", "input", "hr"}


@dataclass
class ReadTable:
    """A table: caption, headings, rows of cells."""

    caption: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def cells(self) -> dict[tuple[str, str], str]:
        """Each figure by the heading of its row and of its column."""
        return {
            (row[0], head): cell
            for row in self.rows
            for head, cell in zip(self.heads, row, strict=True)
        }


@dataclass
class ReadPage(HTMLParser):
    """What is on a page.

    Attributes:
        tables: Its tables by caption; those of equal caption in order.
        marks: What its charts tell of their marks.
        elements: Names of all its elements.
        attributes: Every attribute, as element, name and value.
        headings: Level and text of each heading.
        texts: All text, outside of styles.
    """

    tables: list[ReadTable] = field(default_factory=list)
    marks: list[list[str]] = field(default_factory=list)
    elements: set[str] = field(default_factory=set)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        self.elements.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag in _VOID:
            return
        self._open.append(tag)
        if tag in {"caption", "th", "td", "title", "h1", "h2", "h3", "h4", "h5"}:
            self._text = ""
        if tag == "table":
            self.tables.append(ReadTable())
        elif tag == "tr" and "thead" not in self._open:
            self.tables[-1].rows.append([])
        elif tag == "svg":
            self.marks.append([])

    def handle_endtag(self, tag: str) -> None:
        """End an element; what was opened is what is closed."""
        if tag in _VOID:
            return
        assert self._open.pop() == tag, tag
        text = self._text.strip()
        if tag == "caption":
            self.tables[-1].caption = text
        elif tag in {"th", "td"} and "thead" in self._open:
            self.tables[-1].heads.append(text)
        elif tag in {"th", "td"}:
            self.tables[-1].rows[-1].append(text)
        elif tag == "title" and "svg" in self._open:
            self.marks[-1].append(text)
        elif tag in {"h1", "h2", "h3", "h4", "h5"}:
            self.headings.append((int(tag[1]), text))

    def handle_data(self, data: str) -> None:
        """Take in text."""
        self._text += data
        if "style" not in self._open:
            self.texts.append(data)

    def table(self, caption: str) -> ReadTable:
        """The one table whose caption begins so."""
        [found] = [table for table in self.tables if table.caption.startswith(caption)]
        return found


def read_page(html: str) -> ReadPage:
    """Read a page."""
    page = ReadPage()
    page.feed(html)
    page.close()
    return page
