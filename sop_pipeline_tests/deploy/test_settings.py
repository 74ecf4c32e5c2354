"""The files of deploy/: they are valid, safe by default, and name only settings that are read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config

from sop_pipeline.settings import every_variable, is_secret
from sop_pipeline_tests.deployed.units import (
    DEPLOY,
    HERE,
    REPOSITORY,
    UNITS,
    command_of,
    environment_of,
    settings_of,
)

SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
_NAME = re.compile(r"\b(?:SOP|SNOWFLAKE|DAGSTER)_[A-Z_]+[A-Z]\b")
_SECRETS = {name for name, field in every_variable().items() if is_secret(field)}


def settings_read() -> set[str]:
    """Every variable that the package, the instance's settings or the units read."""
    files = [*REPOSITORY.glob("sop_pipeline/**/*.py"), *DEPLOY.rglob("dagster.yaml")]
    files += UNITS.iterdir()
    found = {name for path in files for name in _NAME.findall(path.read_text("utf-8"))}
    return found | every_variable().keys()


def example(name: str = "*") -> dict[str, str]:
    """The variables of the example files, those commented out included."""
    texts = [path.read_text("utf-8") for path in sorted(DEPLOY.glob(f"{name}.example"))]
    lines = re.findall(r"^#?([A-Z_]+)=(.*)$", "\n".join(texts), flags=re.MULTILINE)
    assert len(lines) == len({variable for variable, _ in lines}), "a variable stands once"
    return dict(lines)


def instance_settings(name: str) -> dict[str, Any]:
    """One of the dagster.yaml files."""
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


@pytest.mark.parametrize("folder", [DEPLOY, DEPLOY / "celery"], ids=["machine", "workers"])
def test_dagster_accepts_the_settings_of_the_instance(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in example().items():
        monkeypatch.setenv(name, value)
    settings, _ = dagster_instance_config(str(folder))
    assert settings["run_monitoring"]["enabled"]


def test_workers_change_nothing_but_how_runs_are_launched() -> None:
    machine, workers = instance_settings("dagster.yaml"), instance_settings("celery/dagster.yaml")
    assert {name for name in machine | workers if machine.get(name) != workers.get(name)} == {
        "run_launcher"
    }


@pytest.mark.parametrize("name", ["dagster.yaml", "celery/dagster.yaml"])
def test_who_signs_in_stands_in_the_environment_only(name: str) -> None:
    settings = instance_settings(name)
    database = settings["storage"]["postgres"]["postgres_db"]
    launcher = settings["run_launcher"].get("config", {})
    assert all(set(value) == {"env"} for value in (*database.values(), *launcher.values()))


def test_the_web_interface_is_read_only_on_the_loopback_unless_told_otherwise() -> None:
    unit = "sop-webserver.service"
    command = command_of(unit, environment_of(unit, {}))
    assert command[-1] == "--read-only"
    assert command[command.index("--host") + 1] == "127.0.0.1"
    writable = command_of(unit, environment_of(unit, {"SOP_WEB_MODE": ""}))
    assert writable == command[:-1]


def test_every_program_of_a_unit_is_there() -> None:
    for unit in SERVICES:
        program = command_of(unit, environment_of(unit, {}), "1")[0]
        assert shutil.which(program) or program == "systemctl", unit


def test_every_service_comes_back_after_its_end() -> None:
    lasting = [unit for unit in SERVICES if unit != "sop-clock.service"]
    assert all(settings_of(unit)["Restart"] == ["always"] for unit in lasting)
    assert settings_of("sop-clock.timer")["OnClockChange"] == ["true"]


def files_read(unit: str) -> list[str]:
    """The files of variables a unit reads, by name."""
    return [Path(path).name for path in settings_of(unit).get("EnvironmentFile", [])]


def test_a_service_reads_only_the_secrets_it_needs() -> None:
    for unit in ("sop-daemon.service", "sop-webserver.service"):
        assert files_read(unit) == ["environment", "instance"]
    for unit in ("sop-code-server.service", "sop-worker@.service"):
        assert files_read(unit) == ["environment", "instance", "planning"]
    assert example("instance").keys() | example("planning").keys() >= _SECRETS
    assert not _SECRETS & example("environment").keys()


def test_no_other_user_reaches_the_code_server() -> None:
    unit = settings_of("sop-code-server.service")
    assert unit["RuntimeDirectoryMode"] == ["0700"]
    assert "--port" not in unit["ExecStart"][0]
    socket = yaml.safe_load((DEPLOY / "workspace.yaml").read_text("utf-8"))
    assert socket["load_from"][0]["grpc_server"]["socket"] in unit["ExecStart"][0]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_exposed_little(unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=30"]
    done = subprocess.run(
        [*command, str(UNITS / unit)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for path in UNITS.iterdir():
        text = path.read_text("utf-8")
        for there, here in HERE.items():
            text = text.replace(there, here)
        (tmp_path / path.name).write_text(text, "utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_example_names_only_settings_that_are_read() -> None:
    assert example().keys() <= settings_read()


def test_the_values_for_kubernetes_name_only_settings_that_are_read() -> None:
    text = (DEPLOY / "kubernetes/values.yaml").read_text("utf-8")
    [deployment] = yaml.safe_load(text)["dagster-user-deployments"]["deployments"]
    assert {one["name"] for one in deployment["env"]} <= settings_read()


def test_kubernetes_watches_and_retries_runs_as_one_machine_does() -> None:
    values = yaml.safe_load((DEPLOY / "kubernetes/values.yaml").read_text("utf-8"))
    machine = instance_settings("dagster.yaml")
    daemon = values["dagsterDaemon"]
    assert daemon["runRetries"]["maxRetries"] == machine["run_retries"]["max_retries"]
    assert not daemon["runRetries"]["retryOnAssetOrOpFailure"]
    assert daemon["runMonitoring"]["enabled"]
    run = values["runLauncher"]["config"]["k8sRunLauncher"]["runK8sConfig"]["containerConfig"]
    assert run["resources"]["requests"]["cpu"] == "1"
