"""The pictures of shared links: of the country, a state, a county, an agency, a change, a day.

Each lies beside its page, as `card.png`. Published are those of the country and the states: a picture takes some 60 kB,
and there are 12,000 pages; the others name their state's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from db.errors import NotFoundError
from monitor.changelog.listed_between import wide_range
from monitor.i18n import labels
from monitor.web.pages import place_index
from monitor.web.pages.book import Book
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.map.drawing import COLORS
from monitor.web.pages.place_status import agencies_of, status_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Addresses, PageRequest, Site, View
from monitor.web.pages.typeset import set_card
from monitor.web.pages.views.as_of_page import find_answer, is_day
from monitor.web.pages.views.one_pager_page import draw_place, make_agency, make_country, make_county, make_state

#: Sentences below a title of one line and of more, and characters, that fit the picture.
MOST_LINES, SHORT_TITLE, LONGEST_TITLE, LONGEST_LINE = (3, 2), 20, 150, 130
#: What a picture tells; JSON, since typst takes it as such.
Card = dict[str, Any]


def routes(site: Site) -> None:
    """Add the addresses of the pictures."""
    place = r"places/(?P<code>[a-z]{2})/"
    for address, make, addresses in (
        ("", _of_country, lambda book: iter([("card.png", book.version)])),
        (place, _of_state, _list_states),
        (place + r"(?P<slug>[a-z0-9-]+)/", _of_county, None),
        (r"agencies/(?P<agency_id>[a-z0-9-]+)/", _of_agency, None),
        (r"changes/(?P<change_id>[0-9a-f]{12})/", _of_change, None),
        (r"as-of/(?P<day>\d{4}-\d{2}-\d{2})/", _of_day, None),
    ):
        site.add(rf"{address}card\.png", _send(make), addresses and _if_public(site, addresses))


def _send(make: Callable[..., Card | None]) -> View:
    def send(request: PageRequest, **address: str) -> Page | None:
        card = make(request, **address)
        if card is None:
            return None
        public = urlsplit(request.site.public_url)
        newest, day = request.book.newest, ""
        if newest and not (request.static and address):
            day = request.language.say("As of %(day)s", day=request.language.date(newest["published_on"]))
        told = {
            "lang": request.language.code, "kicker": request.language.say("287(g) agreements with ICE"), "svg": "",
            "key": [], "day": day, "address": f"{public.netloc}{public.path}", **card,
        }  # fmt: skip
        told["title"] = _cut(told["title"], LONGEST_TITLE)
        most = MOST_LINES[len(told["title"]) > SHORT_TITLE]
        told["lines"] = [_cut(line, LONGEST_LINE) for line in told["lines"][:most]]
        return Page(body=set_card(told), media="image/png")

    return send


def _of_country(request: PageRequest) -> Card | None:
    return _of_sheet(make_country(request, True), request)


def _of_state(request: PageRequest, code: str) -> Card | None:
    return _of_sheet(make_state(request, True, code), request)


def _of_county(request: PageRequest, code: str, slug: str) -> Card | None:
    return _of_sheet(make_county(request, True, code, slug), request)


def _of_agency(request: PageRequest, agency_id: str) -> Card | None:
    return _of_sheet(make_agency(request, True, agency_id), request)


def _of_sheet(sheet: dict[str, Any] | None, request: PageRequest) -> Card | None:
    """What a one-pager tells first; its facts repeat the place that the picture has as its title."""
    if sheet is None:
        return None
    lines = [fact.removeprefix(f"{sheet['place']}: ") for fact in sheet["facts"]]
    return {"title": sheet["place"], "lines": [line[:1].upper() + line[1:] for line in lines],
            "svg": sheet["svg"], "key": sheet["key"] or _key(request)}  # fmt: skip


def _of_change(request: PageRequest, change_id: str) -> Card | None:
    change, language = request.book.change_by_id.get(change_id), request.language
    if change is None:
        return None
    agency = request.book.agencies.get(change["agency_id"] or "")
    state = place_index.states().get(change["state"] or "")
    county = place_index.counties().get((agency.fips if agency else change["county_fips"]) or "")
    wide = wide_range(change["listed_between"])
    said = (
        language.say("between %(first)s and %(last)s", first=language.date(wide[0]), last=language.date(wide[1]))
        if wide else language.date(change["listed_on"])
    )  # fmt: skip
    where = ", ".join(name for name in (county and county.name, state and state.name) if name)
    kind, status, support = (
        labels.label(table, code, language.gettext)
        for table, code in (
            (labels.KINDS, change["kind"]), (labels.STATUSES, change["status"]),
            (labels.SUPPORT, change["support_type"]),
        )
    )  # fmt: skip
    drawn = draw_place(request.book, state, county, True) if state else {}
    return {
        "kicker": f"{kind} · {status}",
        "title": change["agency"] or language.say("the list as a whole"),
        "lines": [line for line in (where, " · ".join(part for part in (support, said) if part)) if line],
        **drawn, "key": _key(request) if drawn else [],
    }  # fmt: skip


def _of_day(request: PageRequest, day: str) -> Card | None:
    if not is_day(day):
        return None
    try:
        _, found = find_answer(request, day, None)
    except NotFoundError:
        return None
    language = request.language
    listed_on = language.date(found["publication"]["published_on"])
    return {
        "title": language.say("As of %(day)s", day=language.date(day)), "day": "",
        "lines": [
            language.say(
                "On the list of %(day)s, ICE listed %(agreements)s agreements with %(agencies)s agencies in %(states)s"
                " states and territories.", day=listed_on, agreements=language.number(found["agreements"]),
                agencies=language.number(found["agencies"]), states=found["states"] + found["territories"],
            )
        ],
    }  # fmt: skip


def _key(request: PageRequest) -> Sequence[tuple[str, str]]:
    return [(COLORS[code], request.language.say(text)) for code, text in labels.CLASSES["status"]]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _if_public(site: Site, addresses: Addresses) -> Addresses:
    """The addresses where the site has a public one: without it no page names its picture."""
    return lambda book: addresses(book) if site.public_url else iter(())


def _list_states(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address of every state's picture; published ones name no list, so that few move with each list."""
    for state in place_index.states().values():
        agencies = agencies_of(book, state)
        pending = book.newest_pending if status_of(agencies).pending else None
        marks = [agency_mark(book, a) for a in agencies]
        yield f"places/{state.slug}/card.png", mark_of(book.first_day, marks, pending and pending["published_on"])
