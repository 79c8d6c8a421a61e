"""The animated map: a file that any site takes, a picture a month, painted as the map is."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.map import timeline
from monitor.web.pages.map.drawing import COLORS
from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.site import Site
from tests.monitor.web.pages.conftest import ROWS, fill_small, take_in, workbook


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return the small site with one list more, of April 2025, without Pasco."""
    folder = tmp_path_factory.mktemp("timeline")
    fill_small(folder / "data", folder / "lists")
    april = folder / "participatingAgencies04022025am.xlsx"
    april.write_bytes(workbook([r for r in ROWS if "Pasco" not in r[1]], "2025-04-02T13:00:00Z"))
    take_in(folder / "data", [april])
    return make_site(Store.open(folder / "data", read_only=True), "https://agreements.example")


@pytest.mark.parametrize("code", ["en", "es"])
def test_a_picture_a_month(site: Site, code: str) -> None:
    """Pasco has a TFM and a WSO in March and nothing in April; Dane has nothing."""
    page = site.page("map/timeline.gif", language(code), {})
    assert page is not None
    assert page.body is not None
    assert page.body.startswith(b"GIF89a")
    assert len(page.body) < 2_000_000
    found = Image.open(io.BytesIO(page.body))
    assert (found.n_frames, found.info["loop"]) == (2, 0)  # type: ignore[attr-defined]
    for frame, pasco in enumerate(("tj", "never")):
        found.seek(frame)
        picture = found.convert("RGB")
        for fips, shade in (("12101", pasco), ("55025", "never")):
            left, top, right, bottom = read_shapes().counties[fips][1]
            by = timeline.WIDTH / read_shapes().width
            at = (round((left + right) / 2 * by), timeline.ABOVE + round((top + bottom) / 2 * by))
            assert picture.getpixel(at) == tuple(bytes.fromhex(COLORS[shade][1:])), (frame, fips)


def test_many_years_are_spread_over_the_pictures_there_may_be(site: Site) -> None:
    book = site.book()
    before = book.steps
    try:
        book.steps = [(f"{2007 + n // 12}-{n % 12 + 1:02d}-{day}", n) for n in range(200) for day in ("03", "17")]
        days = timeline.choose_days(book)
    finally:
        book.steps = before
    assert len(days) == len(set(days)) == timeline.MOST
    assert days[-1] == "2023-08-17"
    assert {day[-2:] for day in days} == {"17"}
