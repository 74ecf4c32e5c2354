"""What changed between two looks at the scenarios, and the cursor that keeps it.

Belongs here: comparing fingerprints, pure. Does not belong here: reading them
(`services/staleness`), acting on them (`sensors`).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Seen:
    """A scenario as it was last seen.

    Attributes:
        fingerprint: Of the demand it plans with.
        changes: How often it was seen new or changed. It tells one run request from the next
            where a scenario returns to an earlier content.
        retired: Whether it was gone from SCENARIO_DEFINITION.
    """

    fingerprint: str
    changes: int = 1
    retired: bool = False


@dataclass(frozen=True)
class Changes:
    """What a look found, in the order of the scenarios.

    Attributes:
        added: Codes never seen before.
        changed: Codes whose content is another than before.
        retired: Codes that are gone since the last look.
        returned: Retired codes that are defined again.
        seen: Every scenario as seen now, retired ones as last seen.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]
    returned: tuple[str, ...]
    seen: Mapping[str, Seen]


def compare(seen: Mapping[str, Seen], fingerprints: Mapping[str, str]) -> Changes:
    """Tell what changed.

    Args:
        seen: The scenarios as last seen, by code.
        fingerprints: Their fingerprints now, by code.
    """
    gone = {code: last for code, last in seen.items() if code not in fingerprints}
    return Changes(
        added=tuple(code for code in fingerprints if code not in seen),
        changed=tuple(
            code
            for code, now in fingerprints.items()
            if code in seen and seen[code].fingerprint != now
        ),
        retired=tuple(code for code, last in gone.items() if not last.retired),
        returned=tuple(code for code in fingerprints if code in seen and seen[code].retired),
        seen={
            **{code: _next(seen.get(code), now) for code, now in fingerprints.items()},
            **{code: Seen(last.fingerprint, last.changes, True) for code, last in gone.items()},
        },
    )


def _next(last: Seen | None, now: str) -> Seen:
    if last is None:
        return Seen(now)
    return Seen(now, last.changes + (last.fingerprint != now))


def cursor_of(seen: Mapping[str, Seen]) -> str:
    """The scenarios as a cursor."""
    return json.dumps({code: asdict(one) for code, one in seen.items()}, sort_keys=True)


def seen_in(cursor: str | None) -> dict[str, Seen]:
    """The scenarios a cursor keeps; none where there is no cursor or it was not written here."""
    try:
        return {code: Seen(**fields) for code, fields in json.loads(cursor or "{}").items()}
    except (AttributeError, TypeError, ValueError):
        return {}
