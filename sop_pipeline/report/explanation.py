"""Explanations as a person reads them: facts worded, ids named, about ten sentences at first.

Belongs here: how a fact of each form is worded.
Does not belong here: what is said (`insight.explanation`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline.insight.explanation.facts import Explanation, Fact, Form, Sentence
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import NONE, amount, percent, plain, units

SENTENCES = 10
"""Sentences told unless all are asked for."""
_SPAN = re.compile(r"\{(\w+)\} to \{(\w+)\}")
_CENTS_BELOW = 1_000
_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_NEARLY_ALL, _ALL_PCT = 99.9, 100.0
_CENT = 0.005
_ALL = "the sum of all {}s"


@dataclass(frozen=True)
class Words:
    """How the facts of one plan are worded.

    Attributes:
        names: What ids are called.
        periods: What periods are called.
        currency: Label of money.
        pooled: Whether one product, work centre and warehouse stand for all.
        quoted: Whether what data calls things stands between quotation marks.
    """

    names: Names
    periods: PeriodNames
    currency: str
    pooled: bool
    quoted: bool = False

    @classmethod
    def of_plan(cls, tables: Mapping[str, pd.DataFrame], names: Names) -> Words:
        """The words of a plan."""
        row = tables["BUILD_PLAN_SUMMARY"].iloc[0]
        pooled = row["GRAIN"] == "aggregate"
        return cls(names, PeriodNames.of_plan(tables), plain(row["CURRENCY"]), pooled)

    def text(self, sentence: Sentence) -> str:
        """A sentence as a person reads it."""
        worded = {name: self.fact(fact) for name, fact in sentence.facts.items()}
        nouns = {"month": self.periods.noun, "months": f"{self.periods.noun}s"}
        template = _SPAN.sub(lambda found: self._span(sentence, found), sentence.template)
        text = template.format(**nouns, **worded)
        return text[:1].upper() + text[1:] if sentence.template.startswith("{") else text

    def _span(self, sentence: Sentence, found: re.Match[str]) -> str:
        """Two facts with `to` between them; periods share what they have in common."""
        first, last = (sentence.facts[name] for name in found.groups())
        if first.form != "period" or last.form != "period":
            return found.group()
        span = self.periods.span(pd.Timestamp(first.value), pd.Timestamp(last.value))
        return span.replace("{", "{{").replace("}", "}}")

    def fact(self, fact: Fact) -> str:
        """A fact as a person reads it."""
        return self._worded[fact.form](fact.value)

    @property
    def _worded(self) -> Mapping[Form, Callable[[Any], str]]:
        names = self.names
        return {
            "units": units,
            "pallets": units,
            "money": self._money,
            "price": self._price,
            "percent": _share,
            "count": lambda value: f"{int(value):,}",
            "period": lambda day: self.periods.name(pd.Timestamp(day)),
            "product": lambda one: self._named("product", names.product, one),
            "site": lambda one: self._named("warehouse", names.site, one),
            "work_center": lambda one: self._named("work centre", names.work_center, one),
            "tier": self._data,
            "demand_class": self._data,
            "scenario": self._data,
        }

    def _named(self, kind: str, name: Callable[[int], str], one: int) -> str:
        return _ALL.format(kind) if self.pooled else self._data(name(int(one)))

    def _data(self, text: str) -> str:
        """A text of the company's own."""
        return f'"{plain(text).replace(chr(34), chr(39))}"' if self.quoted else plain(text)

    def _money(self, value: float) -> str:
        """Money as it is spoken of: in trillions down to cents, by how much it is."""
        if pd.isna(value):
            return NONE
        text = f"{value:,.0f}" if abs(value) >= _CENTS_BELOW else amount(value)
        for size, name in _LARGE:
            if abs(value) >= size:
                text = f"{value / size:,.2f} {name}"
                break
        return f"{text} {self.currency}".rstrip()

    def _price(self, value: float) -> str:
        """Money per unit."""
        if value == 0:
            return "nothing"
        if 0 < value < _CENT:
            return f"less than {amount(0.01)} {self.currency}".rstrip()
        return f"{amount(value)} {self.currency}".rstrip() if pd.notna(value) else NONE


def _share(value: float) -> str:
    """A share of a whole, which is all of it only where nothing is missing."""
    if _NEARLY_ALL <= value < _ALL_PCT:
        return f"more than {percent(99.9)}"
    return percent(value)


def explanation_texts(
    explanation: Explanation, words: Words, most: int | None = SENTENCES
) -> list[str]:
    """Its sentences as texts, at most so many; None for all."""
    return [words.text(sentence) for sentence in explanation.sentences[:most]]


def explanation_table(
    explanation: Explanation, words: Words, most: int | None = SENTENCES
) -> TextTable:
    """Its sentences as a table of one column, for a page."""
    rows = tuple((text,) for text in explanation_texts(explanation, words, most))
    return TextTable("Why the plan is so", ("In words",), rows, empty="Nothing is to be told.")


def sentence_values(sentences: Sequence[Sentence], words: Words) -> list[dict[str, Any]]:
    """Sentences as plain values: text, and the facts bound to it."""
    return [
        {
            "subject": sentence.subject,
            "text": words.text(sentence),
            "facts": [
                {
                    "name": name,
                    "table": fact.table,
                    "key": {column.lower(): value for column, value in fact.key.items()},
                    "column": fact.column.lower(),
                    "value": fact.value,
                    "text": words.fact(fact),
                }
                for name, fact in sentence.facts.items()
                if f"{{{name}}}" in sentence.template
            ],
        }
        for sentence in sentences
    ]
