"""Ctrl-C and SIGTERM: real processes, real signals."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sop_pipeline.automation.instance import open_instance
from sop_pipeline.store import store_at
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.small_company import write_company


def _hear_signals() -> None:
    """A process that a shell began in the background ignores some, and so would its children."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.long)],
)
def test_planning_stops_at_once_and_plans_nothing_more(
    workdir: Path, sop: Sop, number: signal.Signals, status: int
) -> None:
    assert sop("init", "--from", write_company(workdir / "company")).exit_code == 0
    command = [sys.executable, "-m", "sop_pipeline.cli", "plan", "--all"]
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_signals,  # noqa: PLW1509
    ) as planning:
        assert planning.stderr is not None
        told = ""
        for line in planning.stderr:
            told += line
            if "Planning PUSH" in line:
                break
        planning.send_signal(number)
        told += planning.stderr.read()
    assert planning.returncode == status, told
    assert told.splitlines()[-1].startswith("Stopped by")
    assert "Traceback" not in told
    with open_instance() as instance:
        runs = instance.get_runs()
        assert all(run.is_finished for run in runs)
        assert len(runs) <= 2
    store = store_at(f"duckdb:{workdir / 'warehouse.duckdb'}")
    assert not store.read_plan("BASE")["RECOMMENDED_BUILD_PLAN"].empty
    assert store.read_plan("PUSH")["RECOMMENDED_BUILD_PLAN"].empty


HEARING = """
import time
from sop_pipeline.cli.interruption import Interrupted, interruptible

with interruptible():
    print("begun", flush=True)
    time.sleep(60)
"""
DEAF = """
import time
from sop_pipeline.cli.interruption import Interrupted, interruptible

with interruptible():
    while True:
        try:
            print("begun", flush=True)
            time.sleep(60)
        except Interrupted:
            pass
"""


@pytest.mark.parametrize("program", [HEARING, DEAF])
def test_a_command_ends_at_a_signal_though_nobody_reads_why(program: str) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=_hear_signals,  # noqa: PLW1509
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "begun\n"
        running.stderr.close()
        running.terminate()
        try:
            assert running.wait(timeout=60) == 143
        finally:
            running.kill()
