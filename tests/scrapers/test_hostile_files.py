"""Hostile files through an import into a store that is being served: each has an outcome, and nothing else happens."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db.database import Store
from db.queries.sightings import list_public_documents
from db.settings import Settings
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.web.forms.app import make_routes
from scrapers import ingest, ingest_moas
from scrapers.document_errors import ReaderCrashedError
from tests.histories import NOW, Posting, many, put
from tests.scrapers.hostile_files import make_file

#: What is listed: of so many agencies the hostile lists, of six others, are no newer state.
LISTED, PENDING = many(150), many(200)[150:]


@contextmanager
def signing_up(home: Path) -> Iterator[Counter[int]]:
    """Readers sign up all the while; how they were answered."""
    settings = Settings(home=home, signups_per_hour=100_000, confirmations_per_hour_in_all=100_000)
    client = TestClient(Starlette(routes=make_routes(settings)))
    stop, answers = threading.Event(), Counter[int]()

    def sign_up() -> None:
        number = 0
        while not stop.wait(0.05):
            number += 1
            form = {"address": f"reader{number}@d{number}.example", "rhythm": "daily", "zone": "America/New_York"}
            answers[client.post("/alerts/subscribe", data=form).status_code] += 1

    readers = threading.Thread(target=sign_up)
    readers.start()
    try:
        yield answers
    finally:
        stop.set()
        readers.join()


def import_all(home: Path, folder: Path, numbers: range) -> Counter[str]:
    """Import the hostile files with these numbers; return how often each outcome occurred."""
    outcomes: Counter[str] = Counter()
    settings = Settings(home=home)
    with Store.open(home) as store:
        for number in numbers:
            name, data = make_file(number)
            (folder / name).write_bytes(data)
            if name.endswith(".pdf"):
                ingest_moas.import_saved(store, settings, [folder / name], None)
            else:
                done = ingest.import_list(store, ingest.SavedList(folder / name), NOW)
                outcomes["refused" if not done.sha256 else "unreadable" if done.error else "read"] += 1
        outcomes.update(reading.outcome for reading, _ in ingest_moas.read_new(store, settings))
        derive(store, now=NOW)
        codes = store.connection.execute("select error_code, count(*) from snapshots group by 1").fetchall()
        outcomes.update({code: count for code, count in codes if code is not None})
    return outcomes


def check(tmp_path: Path, numbers: range) -> None:
    home, folder = tmp_path / "home", tmp_path / "hostile"
    folder.mkdir()
    with Store.open(home) as store:
        put(store, Posting(PENDING, "2025-05-02T14:00:00Z", "pendingAgencies05022025am.xlsx", "pending"))
        for day in (2, 3, 4):
            put(store, Posting(LISTED, f"2025-05-0{day}T14:00:00Z", f"participatingAgencies050{day}2025am.xlsx"))
        derive(store, now=NOW)
        log, public = read_log(store), {d.sha256 for d in list_public_documents(store.connection)}
    with signing_up(home) as answers:
        outcomes = import_all(home, folder, numbers)
    assert ReaderCrashedError.code not in outcomes
    assert outcomes["read"] + outcomes["unreadable"] + outcomes["refused"] == len([n for n in numbers if n % 3 != 2])
    with Store.open(home, read_only=True) as store:
        assert read_log(store) == log, "no change was made of them"
        unreadable = store.connection.execute("select sha256 from snapshots where error_code is not null").fetchall()
        now_public = {d.sha256 for d in list_public_documents(store.connection)}
    assert not now_public & {sha256 for (sha256,) in unreadable}
    assert public <= now_public
    assert set(answers) == {200}, "readers sign up meanwhile"


def test_hostile_files_make_no_change_and_stop_nobody(tmp_path: Path) -> None:
    check(tmp_path, range(45))


@pytest.mark.soak
def test_thousands_of_hostile_files_make_no_change_and_stop_nobody(tmp_path: Path) -> None:
    check(tmp_path, range(20_000, 22_000))
