"""Then and now, and what ended and came back: counted by hand from the made-up lists."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from starlette.testclient import TestClient

from db.database import Store
from monitor.web.pages.addresses import make_site
from monitor.web.pages.app import create_app
from monitor.web.pages.find_returns import find_returns
from monitor.web.pages.map.drawing import COLORS, DARK
from tests.monitor.web.pages.conftest import ROWS, take_in, workbook


@pytest.fixture(scope="module")
def client(small_home: Path) -> Iterator[TestClient]:
    """Return a client of the pages over the three lists."""
    with TestClient(create_app(small_home, public_url="https://tracker.example")) as made:
        yield made


def test_two_days_by_support_type_and_state(client: TestClient) -> None:
    """Fifteen agreements on 3 March, fourteen on 5 March: Wisconsin's one is gone."""
    page = client.get("/compare/?since=2025-03-03&until=2025-03-05").text
    assert "ICE had 15 agreements; on that of March 5, 2025, 14." in page
    assert '>Wisconsin</a></th><td class="n">1\N{NO-BREAK SPACE}→ 0</td>' in page


def test_the_places_asked_for(client: TestClient) -> None:
    page = client.get("/compare/?since=2025-03-03&places=WI,12101,XX").text
    assert "Pasco County, Florida" in page
    assert ">Wisconsin</a>" in page
    assert ">Texas</a>" not in page


def test_the_table_as_a_workbook_has_real_dates_and_codes_as_text(client: TestClient) -> None:
    body = client.get("/compare/2025-03-03/table.xlsx?places=12101").content
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("place", "code", "support_type", "since")
    days = [str(day)[:10] for day in (rows[-1][3], rows[-1][5]) if isinstance(day, datetime)]
    assert days == ["2025-03-03", "2025-03-07"]
    assert (*rows[-1][:3], rows[-1][4], *rows[-1][6:]) == ("Pasco County, Florida", "12101", "all", 2, 2, 0)


def test_the_figure_says_where_it_is_from(client: TestClient) -> None:
    svg = client.get("/compare/2025-03-03/figure.svg").text
    assert "https://tracker.example/compare/2025-03-03/" in svg
    assert "March 3, 2025" in svg
    assert client.get("/compare/2025-03-03/figure.png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize("shown", [COLORS, COLORS | DARK])
def test_the_two_days_of_the_figure_are_told_apart_in_light_and_dark(client: TestClient, shown: dict[str, str]) -> None:
    """By lightness alone, three to one, as the guidelines for accessible graphics ask."""
    svg = client.get("/compare/2025-03-03/figure.svg").text
    first, last = (lightness(shown[next(c for c, rgb in COLORS.items() if rgb == fill)]) for fill in shades(svg))
    assert (max(first, last) + 0.05) / (min(first, last) + 0.05) >= 3


def shades(svg: str) -> list[str]:
    """The colors of the two squares of the key."""
    return re.findall(r'y="86" width="20" height="20" fill="(#\w+)"', svg)


def lightness(color: str) -> float:
    """The relative luminance of an sRGB color, 0 to 1, as WCAG 2 defines it."""
    parts = [part / 255 for part in bytes.fromhex(color[1:])]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("path", "status"), [("compare/2025-13-99/", 404), ("compare/?since=x", 200), ("compare/?until=1999-01-01", 200)]
)
def test_what_is_no_day_is_answered(client: TestClient, path: str, status: int) -> None:
    assert client.get(f"/{path}").status_code == status


def test_what_left_and_came_back_is_told_once(tmp_path: Path) -> None:
    """Waupaca is missing on 4 March and back on 6 March; Bartow's jail model goes on the 6th and a task force comes."""
    without = [r for r in ROWS if not r[1].startswith("Waupaca")]
    exchanged = [
        ("GEORGIA", "Bartow County Sheriff's Office", "County", "Bartow County", "Task Force Model", date(2025, 3, 5))
        if r[1].startswith("Bartow") else r
        for r in ROWS
    ]  # fmt: skip
    for day, rows in (("03", ROWS), ("04", without), ("06", exchanged)):
        body = workbook(rows, f"2025-03-{day}T13:00:00Z")
        (tmp_path / f"participatingAgencies03{day}2025am.xlsx").write_bytes(body)
    take_in(tmp_path / "data", sorted(tmp_path.glob("*.xlsx")))
    with Store.open(tmp_path / "data", read_only=True) as store:
        found = find_returns(make_site(store).book())
    told = {(r.agency.name, r.ended.support, r.listed.support, r.missing_on, r.again_on, r.days) for r in found}
    assert told == {
        ("Waupaca County Sheriff's Office", "WSO", "WSO", "2025-03-04", "2025-03-06", 2),
        ("Bartow County Sheriff's Office", "JEM", "TFM", "2025-03-06", "2025-03-06", 0),
    }
    with TestClient(create_app(tmp_path / "data")) as client:
        page = client.get("/returned/").text
    assert page.count("Waupaca County Sheriff") == 1
    assert page.count("Bartow County Sheriff") == 1
