"""A list that came from the Internet Archive says so wherever it is cited."""

from __future__ import annotations

from pathlib import Path

from db.database import Store
from db.queries import fetches, snapshots
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from scrapers.readers.document import read_document
from tests.conftest import NOW
from tests.monitor.web.pages.conftest import ROWS, workbook

ICE = "https://www.ice.gov/doclib/participatingAgencies.xlsx"


def take(store: Store, data: bytes, file: str, url: str, how: str, seen_at: str) -> str:
    """The list is among the facts; returns its sha256."""
    sha256 = store.archive.put(data)
    with store.writing():
        fetches.record_document(store, sha256, NOW)
        snapshots.save_snapshot(store, sha256, read_document(data))
        fetches.record_sighting(
            store, sha256, file=file, url=url, linked_as="participating", seen_at=seen_at, known_at=NOW, how=how
        )
    return sha256


def test_a_list_had_from_the_archive_says_so_and_one_from_ice_does_not(tmp_path: Path) -> None:
    captured = f"https://web.archive.org/web/20250304010203id_/{ICE}"
    with Store.open(tmp_path) as store:
        old = workbook(ROWS[1:], "2025-03-03T13:00:00Z")
        first = take(store, old, "participatingAgencies.xlsx", captured, "archive", "2025-03-04T01:02:03Z")
        new = workbook(ROWS, "2025-03-05T13:00:00Z")
        second = take(store, new, "participatingAgencies03052025.xlsx", ICE, "fetch", "2025-03-05T14:00:00Z")
        derive(store, now=NOW)
        (change,) = [c for c in read_log(store) if c["kind"] == "signing"]
    texts = {}
    with Store.open(tmp_path, read_only=True) as store:
        site = make_site(store)
        for place in (f"lists/{first}/", f"lists/{second}/"):
            page = site.page(place, language("en"), {})
            assert page is not None
            texts[place[6:-1]] = render(page, place, language("en"), static=False).decode()
    words = "as the Internet Archive kept it on March 4, 2025"
    assert words in texts[first].replace("\n", " ")
    assert words not in texts[second].partition("Changes this list shows")[0]
    assert change["first_listed_in"] is not None
    assert change["first_listed_in"]["url"] == ICE
