"""The preloaded clock of the campaign jumps when told, and leaves the monotonic one alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sop_pipeline_tests.deployed.clock import FakeClock

_TELL = """
import sys, time
for _ in sys.stdin:
    time.sleep(0.001)
    print(time.time(), time.monotonic(), flush=True)
"""


@pytest.mark.skipif(not (shutil.which("cc") or shutil.which("gcc")), reason="no C compiler")
def test_a_running_program_sees_the_clock_set_and_its_monotonic_one_go_on(tmp_path: Path) -> None:
    clock = FakeClock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", _TELL],
        env={**os.environ, **clock.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin
        assert program.stdout
        told = []
        for seconds in (0, 86_400, -3_600):
            clock.set(seconds)
            program.stdin.write("now\n")
            program.stdin.flush()
            told.append([float(word) for word in program.stdout.readline().split()])
    (day, steady), *later = told
    for jump, (now, still) in zip((86_400, -3_600), later, strict=True):
        assert now - day == pytest.approx(jump + still - steady, abs=1)
