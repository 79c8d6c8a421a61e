"""One-pagers: what 287(g) is, the facts of one place or agency, a small map, the source; one printed page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from monitor.i18n import labels
from monitor.i18n.language import Language
from monitor.web.pages import place_index
from monitor.web.pages.book import Book
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.map.drawing import COLORS, outline_place, state_shades
from monitor.web.pages.map.image import draw_printed_state, draw_small_country
from monitor.web.pages.place_index import County, State
from monitor.web.pages.place_status import PlaceStatus, agencies_of, status_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Addresses, PageRequest, Site, View
from monitor.web.pages.typeset import draw_qr, set_sheet
from monitor.web.pages.views.documents_page import documents_of
from monitor.web.pages.views.one_pager_facts import (
    MODELS,
    count_ended,
    count_listed,
    say_first,
    say_pending_list,
    say_status,
)
from monitor.web.pages.views.places_page import (
    county_address,
    find_county,
    list_counties,
    list_states,
    newest_mark,
)

#: Rows of the table that fit the page; a line says how many more there are.
MOST_ROWS = 14
#: Quotations that fit the page.
MOST_ENDINGS = 2
#: The values of a one-pager: JSON, since typst takes it as such.
Sheet = dict[str, Any]


def routes(site: Site) -> None:
    """Add the addresses of the one-pagers: `sheets/us/`, `sheets/fl/pasco-county/`, `sheets/agency/<id>/`."""
    for end, pdf in (("", False), (r"sheet\.pdf", True)):
        for address, make, addresses in (
            ("us/", make_country, _list_country),
            (r"agency/(?P<agency_id>[a-z0-9-]+)/", make_agency, _list_agencies),
            (r"(?P<code>[a-z]{2})/", make_state, _list_states),
            (r"(?P<code>[a-z]{2})/(?P<slug>[a-z0-9-]+)/", make_county, _list_counties),
        ):
            site.add(f"sheets/{address}{end}", _show(make, pdf), _listed(addresses, pdf))


def _show(make: Callable[..., Sheet | None], pdf: bool) -> View:
    def show(request: PageRequest, **address: str) -> Page | None:
        sheet = make(request, pdf, **address)
        if sheet is None:
            return None
        if pdf:
            public = request.site.public_url
            to = f"{public}/{request.language.prefix}{sheet['page']}" if public else ""
            sheet |= {"address": to, "qr": draw_qr(to) if to else ""}
            name = "287g-" + sheet["to"].strip("/").replace("/", "-") + f"-{request.language.code}.pdf"
            return Page(body=set_sheet(sheet), media="application/pdf", file=name)
        return Page(
            "sheet.html",
            {"sheet": sheet, "drawing": sheet["drawing"], "pdf": request.site.pdf_published or not request.static},
        )

    return show


def make_country(request: PageRequest, pdf: bool) -> Sheet:
    """Return the one-pager of the country, as a page or `pdf`."""
    say, book = request.language.say, request.book
    status = status_of(book.agencies.values())
    states = {book.agencies[a.agency_id].state for a in status.listed}
    facts = [
        *count_listed(status, request.language),
        say("They are in %(number)s states and territories.", number=len(states)),
        count_ended(status, request.language),
    ]
    rows = []
    for state in place_index.states().values():
        if listed := status_of(agencies_of(book, state)).listed:
            rows.append((state.name, *(str(sum(a.support == c for a in listed)) for c in MODELS)))
    rows.sort(key=lambda r: -sum(map(int, r[1:])))
    sheet = _make_sheet(
        request, say("The United States"), facts, "us/", "places/", {"svg": draw_small_country(book, pdf)}
    )
    return _with_rows(sheet, request.language, [say("State"), *MODELS], rows) | {"counts": True}


def make_state(request: PageRequest, pdf: bool, code: str) -> Sheet | None:
    """Return the one-pager of a state; None where there is none."""
    state = place_index.states().get(code.upper())
    if state is None:
        return None
    status = status_of(agencies_of(request.book, state))
    facts = [
        say_status(status, state.name, request),
        *count_listed(status, request.language),
        count_ended(status, request.language),
        *say_pending_list(status, request),
    ]
    drawn = draw_place(request.book, state, None, pdf)
    sheet = _make_sheet(request, state.name, facts, f"{state.slug}/", f"places/{state.slug}/", drawn)
    return _with_agreements(sheet, request, status)


def make_county(request: PageRequest, pdf: bool, code: str, slug: str) -> Sheet | None:
    """Return the one-pager of a county; None where there is none."""
    county = find_county(code, slug)
    if county is None:
        return None
    say, book = request.language.say, request.book
    state = place_index.states()[county.state]
    status = status_of(agencies_of(book, fips=county.fips))
    where = f"{county.name}, {state.name}"
    facts = [
        say_status(status, where, request),
        *count_listed(status, request.language),
        *say_pending_list(status, request),
    ]
    neighbors = [place_index.counties()[f] for f in county.neighbors if f in place_index.counties()]
    with_one = [c.name for c in neighbors if status_of(agencies_of(book, fips=c.fips)).code == "listed"]
    if with_one:
        facts.append(say("Neighboring counties with a listed agreement: %(names)s.", names=", ".join(with_one)))
    elif neighbors:
        facts.append(say("No neighboring county has a listed agreement."))
    to = f"{state.slug}/{county.slug}/"
    sheet = _make_sheet(request, where, facts, to, f"places/{to}", draw_place(book, state, county, pdf))
    return _with_agreements(sheet, request, status)


def make_agency(request: PageRequest, pdf: bool, agency_id: str) -> Sheet | None:
    """Return the one-pager of an agency; None where there is none."""
    agency = request.book.agencies.get(agency_id)
    if agency is None:
        return None
    status = status_of([agency])
    where = f"{agency.name}, {place_index.state_name(agency.state)}"
    if agency.agreements:
        facts = [say_status(status, where, request)]
    else:  # its rows are another agency's now
        now = sorted({request.book.agencies[agreement.agency_id].name for agreement in agency.moved})
        facts = [f"{request.language.say('Listed under another name later:')} {'; '.join(now)}."]
    facts += [*count_listed(status, request.language), *say_pending_list(status, request)]
    if len(agency.names) > 1:
        names = "; ".join(name for name, _, _ in agency.names[:6])
        facts.append(request.language.say("Names ICE printed: %(names)s.", names=names))
    state, county = place_index.states().get(agency.state or ""), place_index.counties().get(agency.fips or "")
    drawn = draw_place(request.book, state, county, pdf) if state else {}
    sheet = _make_sheet(request, where, facts, f"agency/{agency.id}/", f"agencies/{agency.id}/", drawn)
    return _with_agreements(sheet, request, status)


def draw_place(book: Book, state: State, county: County | None, pdf: bool) -> Sheet:
    """Return the drawing of a state: as SVG for paper, otherwise where its picture is."""
    place = outline_place(state, county)
    if place is None:
        return {}
    return {"svg": draw_printed_state(book, place, state)} if pdf else {"drawing": place}


def _make_sheet(
    request: PageRequest, place: str, facts: Sequence[str], to: str, page: str, drawn: Sheet
) -> Sheet:  # fmt: skip
    """The one-pager of a place without its table. `to` is its address below `sheets/`, `page` that of its page."""
    say, newest = request.language.say, request.book.newest
    source = day = ""
    if newest:
        on = request.language.date(newest["published_on"])
        day = say("As of %(day)s", day=on)
        source = say(
            "Source: ICE, list of participating agencies, %(file)s, published %(day)s, sha256 %(sha)s.",
            file=newest["file"], day=on, sha=newest["sha256"],
        )  # fmt: skip
    return {
        "lang": request.language.code, "kicker": say("287(g) agreements with ICE"), "place": place, "to": to,
        "page": page, "day": day, "source": source, "facts": [fact for fact in facts if fact],
        "svg": "", "drawing": None, "counts": False, **drawn,
        "endings_title": "", "endings": [],
        "what_title": say("What 287(g) is"), "facts_title": say("What the list says"), "map_title": say("Map"),
        "what": say(
            "Section 287(g) of the Immigration and Nationality Act lets ICE sign an agreement with a state or local"
            " law-enforcement agency, whose officers may then carry out some immigration functions under ICE's"
            " supervision."
        ),
        "types": [f"{c} · {say(labels.SUPPORT[c])}: {say(labels.SUPPORT_SENTENCES[c])}" for c in MODELS],
        "key": [(COLORS[c], say(t)) for c, t in labels.CLASSES["status"]] if drawn else [],
        "limits": say(
            "ICE publishes no list of agreements that ended: one that ends simply is not on the next list, which does"
            " not say why. This page is not published by ICE or by any agency named here."
        ),
    }  # fmt: skip


def _with_rows(sheet: Sheet, language: Language, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Sheet:
    more = len(rows) - MOST_ROWS
    return {
        **sheet, "head": list(head), "rows": [list(row) for row in rows[:MOST_ROWS]],
        "more": language.say("and %(number)s more", number=more) if more > 0 else "",
    }  # fmt: skip


def _with_agreements(sheet: Sheet, request: PageRequest, status: PlaceStatus) -> Sheet:
    say = request.language.say
    rows = [
        (request.book.agencies[a.agency_id].name, a.support or "", a.signed_on or "–",
         say_first(a, request.language), say(labels.AGREEMENT_STATUSES[a.status]))
        for a in (*status.listed, *status.pending, *status.ended)
    ]  # fmt: skip
    endings = _quote_endings(request, status)
    title = request.language.count(
        "How this agreement can be ended, in its own words", "How these agreements can be ended, in their own words",
        len(endings),
    )  # fmt: skip
    head = [say("Agency"), say("Support type"), say("Signed"), say("First listed"), say("Status")]
    return _with_rows({**sheet, "endings": endings, "endings_title": title}, request.language, head, rows)


def _quote_endings(request: PageRequest, status: PlaceStatus) -> list[tuple[str, str]]:
    """Return what the listed agreements' documents say of their ending: the quotation, and whose it is and its page.

    One wording is quoted once, with the first agreement that has it.
    """
    quoted: dict[str, tuple[str, str]] = {}
    for shelved in documents_of(request.book, status.listed):
        ending, record = shelved.record["ending"], shelved.record
        if ending is None or record["outcome"] == "replaced":
            continue
        name = record["agency_in_document"] or record["file"]
        source = f"{name}, {record['support_type'] or ''}, " + request.language.say(
            "page %(number)s", number=ending["page"]
        )
        quoted.setdefault(record["template"] or record["file"], (ending["text"], source))
    return list(quoted.values())[:MOST_ENDINGS]


def _listed(addresses: Addresses, pdf: bool) -> Addresses:
    """The addresses of the pages, or of the PDFs: these have the newest list's name and their state's map in them."""
    if not pdf:
        return addresses

    def listed(book: Book) -> Iterator[tuple[str, str]]:
        shades = {state.slug: mark_of(state_shades(book, state)) for state in place_index.states().values()}
        for path, mark in addresses(book):
            parts = path.split("/")
            agency = book.agencies.get(parts[2]) if parts[1] == "agency" else None
            around = shades.get((agency.state or "").lower() if agency else parts[1])
            yield f"{path}sheet.pdf", mark_of(mark, newest_mark(book), around)

    return listed


def _list_country(book: Book) -> Iterator[tuple[str, str]]:
    yield "sheets/us/", book.version


def _list_states(book: Book) -> Iterator[tuple[str, str]]:
    return ((path.replace("places/", "sheets/", 1), mark) for path, mark in list_states(book))


def _list_counties(book: Book) -> Iterator[tuple[str, str]]:
    """The counties in which an agency was ever placed; of the others a one-pager would repeat what their page says."""
    held = {county_address(place_index.counties()[f]) for f in book.in_county if f in place_index.counties()}
    return ((path.replace("places/", "sheets/", 1), mark) for path, mark in list_counties(book) if path in held)


def _list_agencies(book: Book) -> Iterator[tuple[str, str]]:
    return ((f"sheets/agency/{agency.id}/", agency_mark(book, agency)) for agency in book.agencies.values())
