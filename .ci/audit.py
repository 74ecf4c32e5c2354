"""Asks the Open Source Vulnerabilities database about every version the lock pins.

Ends with 1 where an advisory names one of them. Where the database cannot be asked (no network, a
proxy in between, a fault of its own), says so and ends with 0: that is no fault of a change.
Needs nothing but Python. SOP_ADVISORIES names another address with the same interface.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
ADDRESS = "https://api.osv.dev/v1/querybatch"
TIMEOUT_SECONDS = 20
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
BAD_REQUEST = 400


class UnreachableError(Exception):
    """The database cannot be asked."""


def pinned(lock: str) -> list[tuple[str, str]]:
    """Name and version of every requirement of a lock."""
    return sorted(set(PINNED.findall(lock)))


def advisories(versions: list[tuple[str, str]], address: str) -> dict[tuple[str, str], list[str]]:
    """The advisories that name a version, by name and version.

    Raises:
        UnreachableError: The database gave no answer that can be read.
    """
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in versions
    ]
    request = urllib.request.Request(  # noqa: S310  an address of http or https is asked for
        address,
        json.dumps({"queries": queries}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            results = json.load(answer)["results"]
        found = [sorted(one["id"] for one in result.get("vulns", [])) for result in results]
        return {name: ids for name, ids in zip(versions, found, strict=True) if ids}
    except urllib.error.HTTPError as error:
        if error.code == BAD_REQUEST:
            raise  # it was reached, and the question is wrong
        raise UnreachableError(str(error)) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{type(error).__name__}: {error}"
        raise UnreachableError(msg) from None


def main() -> int:
    """Audit the lock; the exit status."""
    versions = pinned(LOCK.read_text("utf-8"))
    address = os.environ.get("SOP_ADVISORIES", ADDRESS)
    try:
        found = advisories(versions, address)
    except UnreachableError as error:
        told = f"Dependency audit SKIPPED: {address} cannot be asked ({error}).\n"
        sys.stdout.write(told)
        return 0
    for (name, version), ids in found.items():
        sys.stdout.write(f"{name} {version}: {', '.join(ids)}\n")
    sys.stdout.write(f"{len(versions)} locked versions, {len(found)} with advisories.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
