"""A change's page says in words what its rows, its status and its evidence are."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site
from tests.monitor.web.pages.conftest import ROWS, take_in, workbook

GULF = ("FLORIDA", "Gulf County BOCC", "County", "Gulf County ", "Task Force Model", date(2025, 2, 26))
BAY = ("FLORIDA", "Bay County Sheriff's Office", "County", "Bay County", "Task Force Model", date(2025, 2, 24))
#: The second list lacks Waupaca, gives Gulf's agreement to the sheriff and dates Bay's two days on,
#: with the state in other letters.
LATER = [
    *(row for row in ROWS if not row[1].startswith("Waupaca")),
    (*GULF[:1], "Gulf County Sheriff's Office", "County", "Gulf County", *GULF[4:]),
    ("Florida", *BAY[1:5], date(2025, 2, 26)),
]
#: The third has Waupaca again, so that its ending is withdrawn.
LAST = [*LATER, *(row for row in ROWS if row[1].startswith("Waupaca"))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("changed")
    (folder / "lists").mkdir()
    for day, rows in (("03", [*ROWS, GULF, BAY]), ("05", LATER), ("07", LAST)):
        (folder / "lists" / f"participatingAgencies03{day}2025am.xlsx").write_bytes(
            workbook(rows, f"2025-03-{day}T13:00:00Z")
        )
    take_in(folder / "data", [folder / "lists"])
    return make_site(Store.open(folder / "data", read_only=True))


def page_of(site: Site, kind: str, agency: str, code: str = "en") -> str:
    (change,) = (e for e in site.book().changes if e["kind"] == kind and (e["agency"] or "").startswith(agency))
    path = f"changes/{change['id']}/"
    page = site.page(path, language(code), {})
    assert page is not None
    return render(page, path, language(code), static=False).decode()


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())


@pytest.mark.parametrize(
    ("code", "gone", "withdrawn"),
    [("en", "no longer shows", "No longer listed by ICE (retracted)"),
     ("es", "ya no muestra", "Ya no figura en la lista de ICE (retractado)")],
)  # fmt: skip
def test_an_ending_that_was_withdrawn_is_not_stated(site: Site, code: str, gone: str, withdrawn: str) -> None:
    """Waupaca was missing from one list only: neither heading, preview nor what to cite says that it ended."""
    html = page_of(site, "termination", "Waupaca", code)
    assert gone not in html
    assert ("Why we say so" if code == "en" else "Por qué lo decimos") not in html
    assert withdrawn in words_of(html.partition("<main")[2].partition("</h1>")[0])
    assert withdrawn in html.partition("</title>")[0]
    cited = html.partition('class="citation"')[2]
    assert withdrawn in cited.partition("</p>")[0]
    assert f"title = {{{withdrawn}" in cited


def test_an_amended_row_is_before_and_after_not_first_listed(site: Site) -> None:
    """The agreement was listed all along: no list is the first or the last with it."""
    said = words_of(page_of(site, "amendment", "Bay"))
    assert "Before: participatingAgencies03032025am.xlsx" in said
    assert "After: participatingAgencies03052025am.xlsx" in said
    assert "Last listed in" not in said
    assert "First listed in" not in said


def test_evidence_is_in_words(site: Site) -> None:
    """What was weighed is said as the desk says it, not by the names that code gives it."""
    html = page_of(site, "amendment", "Gulf")
    why = words_of(html.partition("Why we say so")[2].partition('class="cite"')[0])
    assert "The two names are: of the same place, but of another office" in why
    assert not re.search(r"[\[\]]|\w_office|letters apart", why)


def test_cells_that_look_the_same_are_shown_once(site: Site) -> None:
    """Gulf's county ended with a blank, which nobody sees."""
    html = page_of(site, "amendment", "Gulf")
    (county,) = re.findall(r"<tr[^>]*><th>County\b.*?</tr>", html, re.DOTALL)
    assert county.count("<td") == 1
    assert 'colspan="2"' in county
    (agency,) = re.findall(r"<tr[^>]*><th>Agency\b.*?</tr>", html, re.DOTALL)
    assert agency.count("<td") == 2


@pytest.mark.parametrize(
    ("code", "reason", "english"),
    [("en", "The statement was withdrawn. ICE's list of March 7, 2025 shows it again.", ()),
     ("es", "La afirmación se retiró. Vuelve a figurar en la lista de ICE del 7 de marzo de 2025.",
      ("shows it again", "listed again on"))],
)  # fmt: skip
def test_why_a_statement_was_withdrawn_stands_in_its_lead_and_preview(
    site: Site, code: str, reason: str, english: tuple[str, ...]
) -> None:
    html = page_of(site, "termination", "Waupaca", code)
    (preview,) = re.findall(r'<meta name="description" content="([^"]*)"', html)
    assert unescape(preview).startswith(reason)
    assert reason in words_of(html.partition('class="lead"')[2].partition("</p>")[0])
    assert [said for said in english if said in html] == []


def test_the_row_that_was_chosen_is_not_also_considered(site: Site) -> None:
    """The sheriff's row is taken to go on from the board's, which is doubtful: that is no rival."""
    said = words_of(page_of(site, "amendment", "Gulf"))
    assert "Also considered" not in said
    assert "Taken to go on from this row, which is doubtful: Gulf County" in said


def test_evidence_is_in_the_language_of_the_page(site: Site) -> None:
    why = words_of(page_of(site, "amendment", "Gulf", "es").partition("Por qué lo decimos")[2].partition("<h3")[0])
    assert "Los dos nombres son: del mismo lugar, pero de otra oficina" in why
    assert not re.search(r"\b(the|names|rows|what|days)\b", why.partition("Para citar")[0])


def test_every_cell_that_a_reader_sees_changed_is_marked(site: Site) -> None:
    """Capitals are no change of the log; in a table of what was printed they differ nevertheless."""
    (change,) = (e for e in site.book().changes if e["kind"] == "amendment" and (e["agency"] or "").startswith("Bay"))
    assert change["fields"] == ["signed_on"]
    assert re.findall(r'<tr class="moved"><th>(\w+)', page_of(site, "amendment", "Bay")) == ["State", "Signed"]
