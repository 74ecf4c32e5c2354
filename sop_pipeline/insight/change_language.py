"""Changes in planner's words: `demand +10% family TV from 2026-10`, `capacity WC-103:+1shift`.

A text is a row of words and their values. A change begins with its word; filters after it are its
own, filters before the first change belong to every change, and a change's own filter takes the
place of the same filter given for all. The same filter several times lets any of them through;
different filters must all let a row through. The command line's options are these words.

Belongs here: the words, and which filters each change takes.
Does not belong here: what a change does (`changes`, `capacity_changes`, `network_changes`), the
command line.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sop_pipeline.errors import UsageError
from sop_pipeline.insight.amounts import Amount
from sop_pipeline.insight.capacity_changes import CapacityChange, Closing
from sop_pipeline.insight.changes import (
    Change,
    CostChange,
    DemandChange,
    OpeningChange,
    PolicyChange,
    PriceChange,
    Scope,
)
from sop_pipeline.insight.network_changes import RATES, LeadTimeChange, RateChange
from sop_pipeline.policies.files import yaml_mapping
from sop_pipeline.suggestions import did_you_mean

Stated = tuple[str, str]
"""A word and its value."""

_PRODUCTS, _DATES = ("product", "family"), ("from", "to")
_MANY = ("product", "family", "site")
FILTERS: Mapping[str, str] = {
    "product": "Products, by code or name.",
    "family": "Families of products, by name.",
    "site": "Warehouses, by code or name.",
    "from": "First period, as 2026-10.",
    "to": "Last period, as 2026-12.",
}
"""Each filter, and what it lets through."""


@dataclass(frozen=True)
class Word:
    """A word that begins a change.

    Attributes:
        value: How its value looks.
        text: What it does, in a line.
        filters: The filters that it takes.
        make: The change of a value and a scope.
    """

    value: str
    text: str
    filters: tuple[str, ...]
    make: Callable[[str, Scope], Change]


def _of_amount(word: str, kind: Callable[[Amount, Scope], Change]) -> Callable[..., Change]:
    return lambda value, scope: kind(Amount.of(value, f"--{word}"), scope)


def _place_and_amount(word: str, value: str, **units: bool) -> tuple[str, Amount]:
    place, colon, amount = value.rpartition(":")
    if not colon or not place.strip():
        msg = f"--{word} {value[:60]!r}: expected {WORDS[word].value}"
        raise UsageError(msg)
    return place.strip(), Amount.of(amount, f"--{word} {place[:60]}", **units)


def _capacity(value: str, scope: Scope) -> Change:
    return CapacityChange(*_place_and_amount("capacity", value, shifts=True), scope)


def _rate(value: str, scope: Scope) -> Change:
    named, amount = _place_and_amount("rate", value)
    site, colon, kind = named.rpartition(":")
    return RateChange(kind.strip().casefold(), amount, site.strip() if colon else None, scope)


def _lead_time(value: str, scope: Scope) -> Change:
    return LeadTimeChange(*_place_and_amount("lead-time", value, days=True), scope)


def _setting(value: str, scope: Scope) -> Change:
    del scope
    field, equals, text = value.partition("=")
    field = field.strip().removeprefix("policy.")
    if not equals:
        msg = f"--set {value[:60]!r}: expected FIELD=VALUE, a field of the policy"
        raise UsageError(msg)
    parsed = yaml_mapping(f"value: {text}", f"field {field[:60]}")
    if set(parsed) != {"value"}:
        msg = f"--set {field[:60]}: expected one value"
        raise UsageError(msg)
    return PolicyChange(field, parsed["value"])


WORDS: Mapping[str, Word] = {
    "demand": Word(
        "+10% | -500 | =1200",
        "Demand, the total changed and shared in proportion.",
        (*_PRODUCTS, "site", *_DATES),
        _of_amount("demand", DemandChange),
    ),
    "price": Word(
        "+5% | -2.50 | =99",
        "Revenue of a unit.",
        (*_PRODUCTS, "site", *_DATES),
        _of_amount("price", PriceChange),
    ),
    "cost": Word(
        "+5% | -2.50 | =40", "Production cost of a unit.", _PRODUCTS, _of_amount("cost", CostChange)
    ),
    "opening": Word(
        "+10% | -500 | =1200",
        "Opening stock, the total changed and shared in proportion.",
        (*_PRODUCTS, "site"),
        _of_amount("opening", OpeningChange),
    ),
    "capacity": Word(
        "WORK_CENTER[/TIER]:+1shift | :-20% | :+500",
        "Capacity of a work centre in each period, of regular time or of a tier.",
        _DATES,
        _capacity,
    ),
    "close": Word(
        "SITE | WORK_CENTER",
        "A plant or work centre makes nothing, a warehouse stores nothing.",
        _DATES,
        Closing,
    ),
    "rate": Word(
        f"[WAREHOUSE:]{'|'.join(RATES)}:+5%",
        "A rate of one warehouse, or of all.",
        _DATES,
        _rate,
    ),
    "lead-time": Word(
        "[SITE/]WAREHOUSE:+7days", "Lead time of the lanes that reach a warehouse.", (), _lead_time
    ),
    "set": Word("FIELD=VALUE", "A field of the policy.", (), _setting),
}
"""The words that begin a change, as the command line lists them."""


def changes_of(stated: Sequence[Stated]) -> tuple[Change, ...]:
    """The changes that words and their values state, in their order.

    Args:
        stated: Words of `WORDS` and `FILTERS` with their values.

    Raises:
        UsageError: A word or value is none, or a change does not take a filter.
    """
    for_all: list[Stated] = []
    groups: list[tuple[Stated, list[Stated]]] = []
    for word, value in stated:
        if word in WORDS:
            groups.append(((word, value), []))
        elif word in FILTERS:
            (groups[-1][1] if groups else for_all).append((word, value))
        else:
            known = [*WORDS, *FILTERS]
            likely = did_you_mean(word[:60], known) or f"There are {', '.join(known)}."
            msg = f"{word[:60]!r} begins no change and is no filter. {likely}"
            raise UsageError(msg)
    if for_all and not groups:
        msg = f"--{for_all[0][0]} filters, but there is no change to filter. Say what changes"
        raise UsageError(msg)
    return tuple(_change(*stated_change, own, for_all) for stated_change, own in groups)


def changes_in(text: str) -> tuple[Change, ...]:
    """The changes of one text; values with blanks are quoted: `demand +10% product "TV 55"`.

    Raises:
        UsageError: As `changes_of`.
    """
    try:
        tokens = [*shlex.split(text)]
    except ValueError as error:
        msg = f"{text[:60]!r} cannot be read: {error}"
        raise UsageError(msg) from None
    words = [token.removeprefix("--") for token in tokens[::2]]
    if len(tokens) % 2:
        msg = f"{text[:60]!r}: {tokens[-1][:60]!r} has no value"
        raise UsageError(msg)
    return changes_of(list(zip(words, tokens[1::2], strict=True)))


def all_changes(given: Iterable[Change | str]) -> tuple[Change, ...]:
    """Changes and texts of changes as changes."""
    each = ((changes_in(one) if isinstance(one, str) else (one,)) for one in given)
    return tuple(change for changes in each for change in changes)


def _change(word: str, value: str, own: list[Stated], for_all: list[Stated]) -> Change:
    named = {name for name, _ in own}
    filters = [*own, *(one for one in for_all if one[0] not in named)]
    for name, _ in filters:
        if name not in WORDS[word].filters:
            taken = ", ".join(f"--{one}" for one in WORDS[word].filters) or "no filter"
            whose = "belongs to it" if name in named else "stands before the first change, for all"
            msg = f"--{name} {whose}, but --{word} takes {taken}"
            raise UsageError(msg)
    return WORDS[word].make(value, _scope(filters))


def _scope(filters: list[Stated]) -> Scope:
    values: dict[str, list[str]] = {}
    for name, value in filters:
        values.setdefault(name, []).append(value)
        if name not in _MANY and len(values[name]) > 1:
            msg = f"--{name} is given twice for one change: {', '.join(values[name])}"
            raise UsageError(msg)
    given: dict[str, Any] = {name: tuple(values.get(name, ())) for name in _MANY}
    first, last = (values.get(name, [None])[0] for name in _DATES)
    return Scope(given["product"], given["family"], given["site"], first, last)
