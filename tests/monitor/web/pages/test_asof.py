"""As of a day: the list's own totals beside what ICE's page stated, on both clocks."""

from __future__ import annotations

import re

import pytest

from db.database import Store
from db.models import StatedTotals
from db.queries import fetches, runs
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site
from tests.monitor.web.pages.conftest import fill_small


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The small store, and ICE's page of 4 March 2025 that claims 16 agreements where the list has 15 rows."""
    folder = tmp_path_factory.mktemp("claimed")
    fill_small(folder / "data", folder / "lists")
    with Store.open(folder / "data") as store:
        sentence = "ICE has signed 16 Memorandums of Agreement for 287(g) programs covering 4 states."
        stated = StatedTotals(sentence, "2025-03-04", 16, 4, 0, {"JEM": (10, 2), "WSO": (2, 2), "TFM": (4, 1)})
        sha256 = store.archive.put(b"the page")
        run_id = runs.start_run(store, "2025-03-04T15:00:00Z")
        fetches.record_page(store, run_id, sha256=sha256, text_sha256="t", seen_at="2025-03-04T15:00:00Z", links=[],
                          totals=stated)  # fmt: skip
    return make_site(Store.open(folder / "data", read_only=True))


def text_of(site: Site, **query: str) -> str:
    page = site.page("as-of/", language("en"), query)
    assert page is not None
    return render(page, "as-of/", language("en"), static=False, query=query).decode()


def test_what_ices_page_stated_is_shown_beside_the_list(site: Site) -> None:
    """By hand: 15 rows, 10 JEM of Texas and Georgia, 2 WSO of Florida and Wisconsin, 3 TFM of Florida."""
    text = text_of(site, date="2025-03-04")
    rows = {
        re.sub("<[^>]*>", "", row).split("\n")[0]: re.findall(r'<td class="n">([^<]*)</td>', row)
        for row in re.findall(r"<tr[^>]*>(<th scope=\"row\">.*?)</tr>", text, re.DOTALL)[:4]
    }
    numbers = list(rows.values())
    assert [n[0] for n in numbers] == ["10", "2", "3", "15"], "agreements on the list"
    assert [n[-1] for n in numbers] == ["10", "2", "4", "16"], "agreements the page stated"
    assert "ICE has signed 16 Memorandums of Agreement" in text
    assert "As of March 3, 2025, ICE listed 15 agreements" in text


def test_what_it_stated_at_another_time_is_not(site: Site) -> None:
    """Ten days on another list is in force, and the page of 4 March says nothing of it."""
    text = text_of(site, date="2025-03-14")
    assert "ICE listed 14 agreements" in text
    assert "16 Memorandums" not in text
    assert 'id="none-stated"' in text


def test_before_anything_was_known_nothing_was_listed(site: Site) -> None:
    """The lists were taken in on 1 October 2025: asked by September, none was known; by October, all were."""
    page = site.page("as-of/", language("en"), {"date": "2025-03-04", "known_at": "2025-09-01"})
    assert page is not None
    assert page.status == 404
    text = text_of(site, date="2025-03-04", known_at="2025-10-02")
    assert "ICE listed 15 agreements" in text


@pytest.mark.parametrize("day", ["2025-02-30", "tomorrow", "2025-3-4", "9999-99-99", "\u0662\u0660\u0662\u0665-01-01"])
def test_what_is_no_date_is_said_to_be_none(site: Site, day: str) -> None:
    page = site.page("as-of/", language("en"), {"date": day})
    assert page is not None
    assert page.status == 400


def test_the_published_form_is_light_and_leads_to_the_rows(site: Site) -> None:
    """`as-of/` as a file holds no rows: each state leads to its rows on the newest list's own page."""
    form = site.page("as-of/", language("en"), {}, static=True)
    whole = site.page("as-of/2025-03-07/", language("en"), {}, static=True)
    assert form is not None
    assert whole is not None
    text = render(form, "as-of/", language("en"), static=True).decode()
    rows = render(whole, "as-of/2025-03-07/", language("en"), static=True).decode()
    links = re.findall(r"href=2025-03-07/#(s\w\w)>(\w+)<", text)
    assert links == [("sFL", "Florida"), ("sGA", "Georgia"), ("sTX", "Texas")]
    assert all(f"<tbody id={anchor}>" in rows for anchor, _ in links)
    assert "Highway Patrol" in rows
    assert "Highway Patrol" not in text


def test_the_totals_are_a_sentence_in_the_language_of_the_page(site: Site) -> None:
    page = site.page("as-of/", language("es"), {"date": "2025-03-04"})
    assert page is not None
    text = render(page, "as-of/", language("es"), static=False).decode()
    lead = text.partition('<p class="lead">')[2].partition("</p>")[0]
    assert lead.startswith("En la lista del 3 de marzo de 2025, ICE mostraba")
    assert " agreements " not in text.partition("<main")[2].partition("BibTeX")[0]
