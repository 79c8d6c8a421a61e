"""An agency whose row links one document, and what became of it each time its address was asked."""

from __future__ import annotations

import pytest

from db.moa_models import ListedMoa, MoaSighting
from db.queries import moas
from tests.monitor.alerts.world import World, row

URL = "https://www.ice.gov/doclib/287gMOA/camden.pdf"
CAMDEN_ID = "ga-camden-county-sheriffs-office"
CAMDEN = row("Camden County Sheriff's Office", "GEORGIA", "Camden County", signed="2025-06-03")


def link_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """ICE's list links Camden's document."""
    linked = ListedMoa(
        URL, "moa", f"{CAMDEN_ID}-tfm-2025-06-03", CAMDEN_ID, "Camden County Sheriff's Office", "GA", "Camden County",
        "13039", "TFM", "2025-06-03", True, True,
    )  # fmt: skip
    monkeypatch.setattr(moas, "load_listed", lambda connection: [linked])


def see(world: World, at: str, outcome: str, content: bytes | None = None) -> str | None:
    """The address is asked; return the checksum of what came."""
    sha256 = world.store.archive.put(content) if content is not None else None
    moas.record_sighting(world.store, MoaSighting(URL, "camden.pdf", at, "fetch", outcome, sha256))
    return sha256
