"""Writing files for people: all of them, or none."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sop_pipeline.errors import UsageError


@contextmanager
def written_whole(folder: Path) -> Generator[Path]:
    """A folder to write into, whose files come to stand in another one once all are written.

    Args:
        folder: Where they come to stand; it is made where it is missing.

    Raises:
        UsageError: They cannot be written; what stood there stays.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            yield Path(unfinished)
            for file in Path(unfinished).iterdir():
                file.replace(folder / file.name)
    except OSError as error:
        msg = f"{folder} could not be written to: {error}"
        raise UsageError(msg) from None
