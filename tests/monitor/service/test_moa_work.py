"""The service asks for documents where the setting says so, beside the lists, and reads what came."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.database import Store
from db.locks import LockedError
from db.queries import moas
from db.settings import Settings
from monitor.documents.library import Library
from monitor.service.moa_work import MoaIntake, MoaJob, fetching
from monitor.service.triggers import NothingToDo
from monitor.service.work_lock import working
from scrapers import ingest_moas
from scrapers.collect_moas import fetch_documents
from tests.monitor.documents.agreements import pages_of_agreement
from tests.pdfs import text_pdf
from tests.scrapers.moa_world import listed
from tests.standin import StandIn

NOW = datetime(2026, 1, 5, 16, tzinfo=UTC)
INTAKE = MoaIntake(ingest_moas.import_saved, fetch_documents, lambda *_: [], ingest_moas.read_new)


@pytest.fixture
def site() -> Iterator[StandIn]:
    with StandIn(only_posted_moas=True) as standin:
        yield standin


def settings(home: Path, site: StandIn, **changes: object) -> Settings:
    return Settings(**{"home": home, "source_url": site.url, "moa_delay_seconds": 0, **changes})  # type: ignore[arg-type]


def test_documents_are_asked_for_only_where_the_setting_says_so(tmp_path: Path, site: StandIn) -> None:
    assert MoaJob(settings(tmp_path, site), lambda: NOW, INTAKE).plan() == []
    (job,) = MoaJob(settings(tmp_path, site, moas=True), lambda: NOW, INTAKE).plan()
    assert (job.name, job.schedule) == ("documents", "*/15 * * * *")


def test_a_pass_fetches_reads_and_compares(tmp_path: Path, site: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    for name in ("Baker", "Clay", "Dixie"):
        url = site.post_moa(f"{name}.pdf", text_pdf(pages_of_agreement(f"{name} County Sheriff's Office")))
        rows.append(listed(url))
    monkeypatch.setattr(moas, "load_listed", lambda connection: rows)
    job = MoaJob(settings(tmp_path, site, moas=True), lambda: NOW, INTAKE)
    assert asyncio.run(job.run()) == "3 lines: Dixie.pdf: kept; 3 documents read"
    with Store.open(tmp_path) as store:
        records = Library(store.connection).records
    assert [(r["file"], r["template"]) for r in records] == [
        ("Baker.pdf", "WSO 2025-02"), ("Clay.pdf", "WSO 2025-02"), ("Dixie.pdf", "WSO 2025-02"),
    ]  # fmt: skip
    assert isinstance(asyncio.run(job.run()), NothingToDo)


def test_documents_are_asked_for_by_one_at_a_time_and_lists_go_on(tmp_path: Path, site: StandIn) -> None:
    with Store.open(tmp_path) as store, fetching(store, "a test"):
        with pytest.raises(LockedError), fetching(store, "another"):
            pass
        with working(store, "lists", wait_seconds=0):
            pass
