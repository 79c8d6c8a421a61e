"""Several readers of the same costly thing at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site

READERS = 16


def test_sixteen_readers_get_the_same_pdf_at_once(small_home: Path) -> None:
    """One compiler refuses a second thread while it works; 22 of 40 readers once got an error."""
    site = make_site(Store.open(small_home, read_only=True))
    site.book()
    together = threading.Barrier(READERS)

    def read(_: int) -> bytes:
        together.wait()
        page = site.page("sheets/us/sheet.pdf", language("en"), {})
        assert page is not None
        assert page.body is not None
        return page.body

    with ThreadPoolExecutor(READERS) as readers:
        bodies = list(readers.map(read, range(READERS)))
    assert {body[:5] for body in bodies} == {b"%PDF-"}
    assert len(set(bodies)) == 1
