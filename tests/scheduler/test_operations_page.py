"""docs/operations.md knows every notice, every setting of the service, every metric and every job."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.settings_service import ServiceSettings
from monitor.service.health import metrics
from monitor.service.health.operator_notices import NOTICES
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
    assert all(":" in name for name in re.findall(r"^FROM (\S+)", image, re.MULTILINE)), "pinned"
    assert "--require-hashes" in image
