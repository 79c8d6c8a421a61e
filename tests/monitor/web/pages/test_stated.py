"""What ICE's page stated, day by day, beside what its list held."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.database import Store
from db.models import StatedTotals
from db.queries import fetches
from db.queries.runs import start_run
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site
from tests.monitor.web.pages.conftest import fill_small


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The small store, and ICE's page on three days: a day before the first list, one too many, and right."""
    folder = tmp_path_factory.mktemp("stated")
    fill_small(folder / "data", folder / "lists")
    with Store.open(folder / "data") as store:
        run_id = start_run(store, "2025-03-04T15:00:00Z")
        for number, (on, agreements, jail) in enumerate(
            (("2025-03-01", 14, 10), ("2025-03-04", 16, 10), ("2025-03-06", 14, 10), ("2025-03-06", 14, 10))
        ):
            stated = StatedTotals(f"{agreements} Memorandums", on, agreements, 4, 0, {"JEM": (jail, 2), "WSO": (2, 2)})
            sha256 = store.archive.put(f"the page {number}".encode())
            fetches.record_page(store, run_id, sha256=sha256, text_sha256=f"t{number}", seen_at=f"{on}T15:00:00Z",
                                links=[], totals=stated)  # fmt: skip
    return make_site(Store.open(folder / "data", read_only=True))


def table_of(site: Site, code: str = "en") -> list[list[str]]:
    page = site.page("stated/", language(code), {})
    assert page is not None
    text = render(page, "stated/", language(code), static=False).decode()
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r)] for r in rows]


def test_each_statement_stands_beside_the_list_in_force(site: Site) -> None:
    """By hand: 15 on 3 March (10 JEM, 2 WSO, 3 TFM), 14 on 5 March (10, 1, 3); a repeated one stands once."""
    assert table_of(site) == [
        ["March 6, 2025", "14", "14", "0", "10 / 10", "2 / 1", "– / 3", "March 5, 2025"],
        ["March 4, 2025", "16", "15", "+1", "10 / 10", "2 / 2", "– / 3", "March 3, 2025"],
        ["March 1, 2025", "14", "–", "", "10 / –", "2 / –", "– / –", "no list kept here"],
    ]
    assert table_of(site, "es")[0][0] == "6 de marzo de 2025"


def test_without_a_kept_page_it_says_so(small_home: Path) -> None:
    page = make_site(Store.open(small_home, read_only=True)).page("stated/", language("en"), {})
    assert page is not None
    assert (
        "No copy of ICE's page with totals of its own is kept here."
        in render(page, "stated/", language("en"), static=True).decode()
    )
