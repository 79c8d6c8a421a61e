"""Rows and questions that no reader of ICE's lists expects stop neither `publish` nor a page."""

from __future__ import annotations

import http.client
import re
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.publish import publish
from monitor.web.pages.publish_targets import DirectorySink
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site
from tests.monitor.web.pages.conftest import ROWS, take_in, workbook

LONG_NAME = "Very " * 49 + "Long Police"
ODD = [
    ("FLORIDA", LONG_NAME, "Municipality", "N/A", "Task Force Model", date(2025, 2, 3)),
    ("N/A", "Nowhere Police Department", "N/A", "N/A", "Task Force Model", date(2025, 2, 3)),
    ("TEXAS", "N/A", "N/A", "N/A", "Task Force Model", date(2025, 2, 3)),
    ("TEXAS", "Real Police Department", "N/A", "N/A", "N/A " * 70, date(2025, 2, 3)),
    ("TEXAS", "\u6f22\u5b57 \u8b66\u5bdf", "x", "y", "Task Force Model", date(2025, 2, 3)),
    *[(state, f"{state} Highway Patrol", "State Agency", "", "Task Force Model", date(2025, 2, 3))
      for state in ("ALASKA", "ALABAMA", "ARIZONA", "ARKANSAS")],
    ("TX/FL", "A/B ../.. Police", "x", "y", "Task/Force", date(2025, 2, 3)),
]  # fmt: skip


@pytest.fixture(scope="module")
def odd_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two lists with the odd rows, the second without the last of them."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "lists").mkdir()
    rows = [*ROWS, *ODD]
    for name, listed, modified in (
        ("participatingAgencies03032025am.xlsx", rows, "2025-03-03T13:00:00Z"),
        ("participatingAgencies03052025am.xlsx", rows[:-1], "2025-03-05T13:00:00Z"),
    ):
        (folder / "lists" / name).write_bytes(workbook(listed, modified))
    take_in(folder / "data", [folder / "lists"])
    return make_site(Store.open(folder / "data", read_only=True))


def test_a_name_of_256_characters_and_cells_that_say_na_are_published(odd_site: Site, tmp_path: Path) -> None:
    """Every page but the counties', most of which are alike; each agreement has one."""
    assert len(LONG_NAME) == 256
    odd_site.routes = [route for route in odd_site.routes if "slug" not in route.pattern.pattern]
    publish(odd_site, DirectorySink(tmp_path))
    assert len(list((tmp_path / "agreements").iterdir())) == len(ROWS) + len(ODD) - 1, "an agency of N/A is none"
    longest = max(len(part) for path in tmp_path.rglob("*") for part in path.name.split("/"))
    assert longest <= 255
    text = (tmp_path / "as-of" / "2025-03-03" / "index.html").read_text(encoding="utf-8")
    assert "Nowhere Police Department" in text


@pytest.mark.parametrize(
    "path",
    [
        "/as-of/9999-12-31/", "/as-of/0001-01-01/", "/as-of/?date=9999-12-31", "/as-of/?date=%00",
        "/as-of/?date=2025-03-04&known_at=9999-12-31", "/changes/?q=%00", "/changes/?q=pasco%00",
        "/changes/?agency=%00",
        "/changes/?county=%00", "/search/?q=%00", "/map/?date=%00", "/map/?date=9999-12-31", "/changes/?page=%C2%B2",
        "/changes/?since=9999-99-99", "/changes/9999-99/", "/places/fl/%00/",
    ],
)  # fmt: skip
def test_no_question_is_an_error_of_the_server(small_site: str, path: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(small_site).netloc)
    connection.request("GET", path)
    assert connection.getresponse().status in (200, 400, 404)


@pytest.mark.parametrize("day", ["2025-02-30", "2025-13-01", "0000-01-01"])
def test_a_day_that_does_not_exist_has_no_page(odd_site: Site, day: str) -> None:
    page = odd_site.page(f"as-of/{day}/", language("en"), {})
    assert page is not None
    assert page.status == 404
    text = render(page, f"as-of/{day}/", language("en"), static=False).decode()
    assert f"There is no date {day}" in text


def test_a_day_after_the_newest_list_says_how_far_the_lists_reach(odd_site: Site) -> None:
    page = odd_site.page("as-of/2030-01-01/", language("en"), {})
    assert page is not None
    text = render(page, "as-of/2030-01-01/", language("en"), static=False).decode()
    assert "The newest list kept here is of March 5, 2025. What ICE listed later is not known here." in text
    page = odd_site.page("as-of/2025-03-04/", language("en"), {})
    assert page is not None
    assert "not known here" not in render(page, "as-of/2025-03-04/", language("en"), static=False).decode()


def test_states_are_in_order_of_their_names_not_their_codes(odd_site: Site) -> None:
    """By code Alaska (AK) would come before Alabama (AL), and Arkansas (AR) before Arizona (AZ)."""
    page = odd_site.page("as-of/", language("en"), {"date": "2025-03-03"})
    assert page is not None
    text = render(page, "as-of/", language("en"), static=False).decode()
    names = re.findall(r'state=\w\w">(\w+)</a></th><td class="n">', text)
    assert names == ["Alabama", "Alaska", "Arizona", "Arkansas", "Florida", "Georgia", "Texas", "Wisconsin"]
