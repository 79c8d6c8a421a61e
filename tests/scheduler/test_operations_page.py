"""docs/operations.md knows every notice, every setting of the service, every metric and every job."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from db.database import Store
from db.settings import Settings
from db.settings_service import ServiceSettings
from monitor.service.health import metrics
from monitor.service.health.operator_notices import NOTICES
from monitor.service.health.read_status import read_status
from tests.documents import COMMANDS
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DEPLOY = ROOT / "docs" / "deploy"


def test_every_notice_is_explained_and_no_other() -> None:
    table = PAGE.partition("## Notices")[2].partition("## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(NOTICES)


@pytest.mark.parametrize("name", sorted(ServiceSettings.model_fields))
def test_every_setting_is_explained_with_its_default(name: str) -> None:
    (line,) = [line for line in PAGE.splitlines() if re.match(rf"\| [^|]*`{name.upper()}`", line)]
    default = ServiceSettings.model_fields[name].default
    if isinstance(default, str | int | float):
        assert (f"{default:g}" if isinstance(default, float) else str(default)) in line


def test_every_metric_is_named() -> None:
    source = Path(metrics.__file__).read_text(encoding="utf-8")
    names = set(re.findall(r'_PREFIX \+ "(\w+)"', source))
    assert len(names) >= 6
    for name in names:
        assert f"_{name}" in PAGE, name


@pytest.mark.parametrize("file", ["grafana.json", "prometheus-rules.yml"])
def test_dashboard_and_alert_rules_ask_for_metrics_that_there_are(file: str, tmp_path: Path) -> None:
    text = (DEPLOY / file).read_text(encoding="utf-8")
    with Store.open(tmp_path) as store:
        written = metrics.write_metrics(read_status(store, Settings(home=tmp_path), store.now_text())).decode()
    there = set(re.findall(r"^# TYPE (\w+)", written, re.MULTILINE)) | {"ice_agreements_verified_timestamp_seconds"}
    asked = set(re.findall(r"ice_agreements_\w+", text))
    assert len(asked) >= 7
    assert asked - there == set()


def test_the_dashboard_is_json_with_a_panel_for_each_question() -> None:
    board = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"]) >= 10


UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))


@pytest.mark.parametrize("name", UNITS)
def test_every_unit_runs_as_its_own_user_with_nothing_else_to_write_to(name: str) -> None:
    unit = (DEPLOY / name).read_text(encoding="utf-8")
    for line in ("User=ice-agreements", "ProtectSystem=strict", "NoNewPrivileges=yes", "ProtectHome=yes"):
        assert f"\n{line}\n" in unit
    assert "MemoryMax=" in unit
    start = re.search(r"^ExecStart=(\S+) (.*)$", unit, re.MULTILINE)
    assert start is not None
    if start[1].endswith("ice-agreements"):
        command = " ".join(word for word in start[2].split() if not word.startswith(("-", "/")) and word.isalpha())
        assert command in COMMANDS


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_understands_every_unit(name: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", DEPLOY / name], capture_output=True, text=True, check=False
    )
    unknown = [line for line in done.stderr.splitlines() if "Unknown" in line or "Failed to parse" in line]
    assert unknown == []


def test_the_unit_and_the_image_keep_the_service_small() -> None:
    """What the two must promise, whatever else they say."""
    unit = (DEPLOY / "ice-agreements.service").read_text(encoding="utf-8")
    for line in ("User=ice-agreements", "ProtectSystem=strict", "NoNewPrivileges=yes", "MemoryMax=600M", "Type=notify"):
        assert f"\n{line}\n" in unit
    stop = re.search(r"TimeoutStopSec=(\d+)", unit)
    assert stop is not None
    assert int(stop[1]) > 10
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)$", image, re.MULTILINE)
    assert users == ["10001:10001"]
    assert "HEALTHCHECK" in image
    assert set(re.findall(r"^FROM (\S+)", image, re.MULTILINE)) == {"${BASE}"}
    assert re.search(r"^ARG BASE=python:3\.\d+-slim-\w+$", image, re.MULTILINE)
    assert "--require-hashes" in image
