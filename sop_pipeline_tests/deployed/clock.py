"""A clock that programs have preloaded, and that can be set while they run.

libfaketime would do, but its 0.9.10 with the monotonic clock left true makes Python's `time.sleep`
fail, and with that clock faked nothing is like a clock that is set.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("fake_clock.c")


class FakeClock:
    """The time of day of every program that runs with its environment."""

    def __init__(self, folder: Path) -> None:
        """Compile it; it begins true."""
        self._library = folder / "fake_clock.so"
        self._offset = folder / "fake_clock.offset"
        compiler = shutil.which("cc") or shutil.which("gcc")
        assert compiler, "no C compiler is installed"
        command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(self._library), str(_SOURCE)]
        subprocess.run(command, check=True)
        self.set(0)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program read this clock."""
        return {"LD_PRELOAD": str(self._library), "FAKE_CLOCK": str(self._offset)}

    def set(self, seconds: int) -> None:
        """Set it so many seconds ahead of the true time, in every program at once."""
        written = self._offset.open("r+b" if self._offset.exists() else "wb")
        with written:
            written.write(struct.pack("q", seconds))
