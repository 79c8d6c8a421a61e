"""On a phone, in the dark and on the narrowest screens nothing is cut off, sticks out or glares."""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from tests.monitor.web.pages.test_access import PAGES

pytestmark = pytest.mark.long

#: Texts of figures that a reader cannot see whole without moving anything: outside their figure or the window.
CUT_OFF = """() => [...document.querySelectorAll('figure text, figure li')].filter(t => {
  const box = t.getBoundingClientRect(), frame = t.closest('svg, figure').getBoundingClientRect();
  return box.width && (box.left < frame.left - 1 || box.right > Math.min(frame.right, innerWidth) + 1
    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
}).map(t => t.textContent.trim().slice(0, 60))"""
#: Luminance, from 0 to 1, that a twentieth of a picture (a PNG as base64) is brighter than.
BRIGHT = """async png => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height), context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, picture.width, picture.height), found = [];
  for (let i = 0; i < data.length; i += 4)
    found.push((0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2]) / 255);
  return found.sort((a, b) => a - b)[Math.floor(found.length * 0.95)];
}"""


@pytest.mark.parametrize("width", [320, 390])
def test_charts_are_whole_on_a_phone(browser: Browser, small_site: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    cut = {}
    for path in ("trends/", "trends/fl/", "places/fl/pasco-county/", "agencies/fl-pasco-county-sheriffs-office/"):
        page.goto(small_site + path)
        assert page.locator("figure").count() >= 1
        cut[path] = page.evaluate(CUT_OFF)
    page.close()
    assert {path: texts for path, texts in cut.items() if texts} == {}


def test_long_histories_have_readable_years(browser: Browser, corpus_site: str) -> None:
    """Years beside each other do not overlap: Pasco's timeline on a phone."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{corpus_site}places/fl/pasco-county/")
    boxes = page.evaluate(
        "() => [...document.querySelectorAll('.timeline .tick')].map(t => t.getBoundingClientRect())"
        ".map(b => [b.left, b.right, b.height])"
    )
    page.close()
    assert len(boxes) >= 4
    assert all(left[1] < right[0] for left, right in pairwise(boxes))
    assert all(height >= 9 for _, _, height in boxes)


def test_no_page_is_wider_than_320(browser: Browser, small_site: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700})
    wide = []
    ending = "changes/?kind=termination"
    page.goto(small_site + ending)
    change = page.locator("a.who").first.get_attribute("href") or ""
    for path in (*PAGES, f"changes/{change.rstrip('/').rpartition('/')[2]}/"):
        for tongue in ("", "es/"):
            page.goto(small_site + tongue + path)
            if (found := page.evaluate("document.documentElement.scrollWidth")) > 320:
                wide.append((tongue + path, found))
    page.close()
    assert wide == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "sheets/us/",
        "sheets/fl/pasco-county/",
        "places/fl/pasco-county/",
        "map/status/",
        "embed/map/support/",
        "compare/",
    ],
)
def test_maps_are_dark_in_the_dark_and_light_on_paper(browser: Browser, small_site: str, path: str) -> None:
    page, blank = browser.new_page(color_scheme="dark"), browser.new_page()
    page.goto(small_site + path, wait_until="networkidle")
    drawn = page.locator("figure svg, svg#map, figure img, .embed img").first

    def brightness() -> float:
        return float(blank.evaluate(BRIGHT, base64.b64encode(drawn.screenshot()).decode()))

    assert brightness() < 0.75
    page.emulate_media(media="print", color_scheme="dark")
    assert brightness() > 0.75
    page.close()
    blank.close()


def test_months_are_named_and_sentences_apart(small_home: Path) -> None:
    site = make_site(Store.open(small_home, read_only=True))

    def text_of(path: str, code: str) -> str:
        page = site.page(path, language(code), {})
        assert page is not None
        return re.sub(r"<[^>]*>", "", render(page, path, language(code), static=False).decode())

    assert "Changes in March 2025" in text_of("changes/2025-03/", "en")
    assert "Cambios de marzo de 2025" in text_of("changes/2025-03/", "es")
    assert not re.search(r"\.[A-Z][a-z]|\s\.\s", text_of("places/wi/dane-county/", "en").partition("To cite")[0])


@pytest.mark.parametrize("path", ["", "places/fl/pasco-county/", "changes/", "trends/"])
@pytest.mark.parametrize("tongue", ["", "es/"])
def test_nothing_lies_over_anything_on_a_desktop(browser: Browser, small_site: str, tongue: str, path: str) -> None:
    """Dates beside what happened, and the languages beside the search, in the longer words of Spanish too."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(small_site + tongue + path)
    over = page.evaluate(
        "() => [...document.querySelectorAll('.dated > time')].filter(t => t.scrollWidth > t.clientWidth + 1"
        " || t.getBoundingClientRect().right > t.nextElementSibling.getBoundingClientRect().left).length"
    )
    top = page.evaluate("() => document.querySelector('header.top').getBoundingClientRect().height")
    page.close()
    assert over == 0
    assert top < 60  # one line


#: Tables wider than what a phone shows of them, as "class: width > shown".
WIDE_TABLES = """() => [...document.querySelectorAll('main .scroll')].filter(s => s.scrollWidth > s.clientWidth + 1)
  .map(s => `${s.querySelector('table').className}: ${s.scrollWidth} > ${s.clientWidth}`)"""
#: Dates as printed that stand on two lines.
BROKEN_DATES = """() => [...document.querySelectorAll('.as-printed bdi, .listed td, .sheet td bdi')]
  .filter(e => /^\\d{4}-\\d\\d-\\d\\d$/.test(e.textContent.trim())).filter(e => {
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getClientRects().length > 1;
  }).map(e => e.textContent)"""


def test_tables_of_the_real_lists_are_whole_on_a_phone(browser: Browser, corpus_site: str) -> None:
    """No column is off the screen, and no date breaks: a reader sees a list's status without moving the table."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    cut = {}
    page.goto(f"{corpus_site}changes/?kind=switch")
    change = page.locator("a.who").first.get_attribute("href") or ""
    paths = ("places/", "lists/", "data/", "as-of/?date=2025-05-29&support_type=TFM", "trends/", "compare/",
             "returned/", "sheets/fl/", f"changes/{change.rstrip('/').rpartition('/')[2]}/")  # fmt: skip
    for path in (tongue + path for path in paths for tongue in ("", "es/")):
        page.goto(corpus_site + path)
        assert page.locator("main .scroll table").count() >= 1
        cut[path] = [*page.evaluate(WIDE_TABLES), *page.evaluate(BROKEN_DATES), *page.evaluate(CUT_OFF)]
    page.close()
    assert {path: texts for path, texts in cut.items() if texts} == {}


def test_lists_say_why_without_being_moved_on_a_desktop(browser: Browser, corpus_site: str) -> None:
    """The reasons of held and duplicate lists are longer than other cells."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{corpus_site}lists/")
    wide = page.evaluate(WIDE_TABLES)
    foot = page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('main')).paddingBottom)")
    page.close()
    assert wide == []
    assert foot >= 40  # the foot of the page does not touch what stands above it


def test_support_types_have_their_color_in_the_list_of_a_day(browser: Browser, corpus_site: str) -> None:
    page = browser.new_page()
    page.goto(f"{corpus_site}as-of/?date=2025-05-29&state=TX")
    marked = page.evaluate(
        "() => Object.fromEntries(['TFM', 'WSO', 'JEM'].map(code =>"
        " [code, getComputedStyle(document.querySelector(`.listed td.${code}`), '::before').backgroundColor]))"
    )
    page.close()
    assert marked == {"TFM": "rgb(230, 159, 0)", "WSO": "rgb(143, 208, 240)", "JEM": "rgb(47, 127, 193)"}


def test_a_table_stacked_on_a_phone_is_still_one_to_who_hears_it(browser: Browser, corpus_site: str) -> None:
    """Where cells are shown as blocks some browsers forget what they are, unless their roles say it."""
    page = browser.new_page()
    for path in ("places/", "returned/", "lists/", "data/"):
        page.goto(corpus_site + path)
        told = page.eval_on_selector_all(
            "table.stacked, .stacked :is(thead, tbody, tr, th, td)",
            "all => [...new Set(all.map(e => `${e.localName} ${e.scope ?? ''} ${e.getAttribute('role')}`))].sort()",
        )
        assert told == [
            "table  table", "tbody  rowgroup", "td  cell", "th col columnheader", "th row rowheader",
            "thead  rowgroup", "tr  row",
        ]  # fmt: skip
    page.close()
