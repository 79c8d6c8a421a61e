"""One-pagers: what 287(g) is, the facts of one place or agency, a small map, the source; one printed page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from monitor.i18n import labels
from monitor.i18n.language import Language
from monitor.i18n.templates import reveal_invisible
from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Agreement, Book
from monitor.web.pages.fingerprints import agency_mark, mark_of
from monitor.web.pages.map.drawing import COLOURS, draw_paths, painted
from monitor.web.pages.map.shapes import drawn_as, read_shapes
from monitor.web.pages.place_index import County, State
from monitor.web.pages.place_status import Standing, agencies_of, standing_of
from monitor.web.pages.render_page import Page
from monitor.web.pages.site import Ask, Site
from monitor.web.pages.typeset import set_sheet
from monitor.web.pages.views.places_page import find_county, list_counties, list_states, newest_mark

#: Rows of the table that fit the page; what is more is said in a line.
MOST_ROWS = 14


def routes(site: Site) -> None:
    """The views' addresses are the site's: `sheets/us/`, `sheets/fl/pasco-county/`, `sheets/agency/<id>/`."""
    for end, pdf in (("", False), (r"sheet\.pdf", True)):
        site.add(rf"sheets/us/{end}", _show(_country, pdf), _listed(_list_country, pdf))
        site.add(rf"sheets/agency/(?P<agency_id>[a-z0-9-]+)/{end}", _show(_agency, pdf), _listed(_list_agencies, pdf))
        site.add(rf"sheets/(?P<code>[a-z]{{2}})/{end}", _show(_state, pdf), _listed(_list_states, pdf))
        site.add(rf"sheets/(?P<code>[a-z]{{2}})/(?P<slug>[a-z0-9-]+)/{end}", _show(_county, pdf),
                 _listed(_list_counties, pdf))  # fmt: skip


def _show(facts: Any, pdf: bool) -> Any:
    def show(ask: Ask, **address: str) -> Page | None:
        told = facts(ask, **address)
        if told is None:
            return None
        if pdf:
            name = "287g-" + told["to"].strip("/").replace("/", "-") + f"-{ask.language.code}.pdf"
            return Page(body=set_sheet(_spoken(told)), media="application/pdf", file=name)
        return Page("sheet.html", {"sheet": told, "pdf": ask.site.pdf_published or not ask.static})

    return show


def _country(ask: Ask) -> dict[str, Any]:
    say, book = ask.language.gettext, ask.book
    standing = standing_of(book.agencies.values())
    states = {book.agencies[a.agency_id].state for a in standing.listed}
    facts = [
        *_counted(standing, ask.language),
        say("They are in %(number)s states and territories.") % {"number": len(states)},
        _gone(standing, ask.language),
    ]
    rows = []
    for state in place_index.states().values():
        held = standing_of(agencies_of(book, state)).listed
        if held:
            rows.append((state.name, *(str(sum(a.support == c for a in held)) for c in ("JEM", "WSO", "TFM"))))
    rows.sort(key=lambda r: -sum(map(int, r[1:])))
    head = [say("State"), "JEM", "WSO", "TFM"]
    return _sheet(ask, say("The United States"), facts, head, rows, _country_map(book), "us/", "places/")


def _state(ask: Ask, code: str) -> dict[str, Any] | None:
    state = place_index.states().get(code.upper())
    if state is None:
        return None
    say = ask.language.gettext
    standing = standing_of(agencies_of(ask.book, state))
    facts = [
        _standing_sentence(standing, state.name, ask),
        *_counted(standing, ask.language),
        _gone(standing, ask.language),
    ]
    rows = _rows(ask.book, standing, ask.language)
    head = [say("Agency"), say("Support type"), say("Signed"), say("First listed"), say("Status")]
    return _sheet(
        ask, state.name, facts, head, rows, _state_map(ask.book, state), f"{state.slug}/", f"places/{state.slug}/"
    )


def _county(ask: Ask, code: str, slug: str) -> dict[str, Any] | None:
    county = find_county(code, slug)
    if county is None:
        return None
    say, book = ask.language.gettext, ask.book
    state = place_index.states()[county.state]
    standing = standing_of(agencies_of(book, fips=county.fips))
    where = f"{county.name}, {state.name}"
    beside = [place_index.counties()[f] for f in county.neighbours if f in place_index.counties()]
    with_one = [c.name for c in beside if standing_of(agencies_of(book, fips=c.fips)).status == "listed"]
    facts = [_standing_sentence(standing, where, ask), *(_counted(standing, ask.language) if standing.listed else ())]
    if beside:
        facts.append(
            say("Neighbouring counties with a listed agreement: %(names)s.") % {"names": ", ".join(with_one)}
            if with_one else say("No neighbouring county has a listed agreement.")
        )  # fmt: skip
    head = [say("Agency"), say("Support type"), say("Signed"), say("First listed"), say("Status")]
    to = f"{state.slug}/{county.slug}/"
    return _sheet(
        ask,
        where,
        facts,
        head,
        _rows(book, standing, ask.language),
        _state_map(book, state, county),
        to,
        f"places/{to}",
    )


def _agency(ask: Ask, agency_id: str) -> dict[str, Any] | None:
    agency = ask.book.agencies.get(agency_id)
    if agency is None:
        return None
    say = ask.language.gettext
    standing = standing_of([agency])
    where = f"{agency.name}, {place_index.state_name(agency.state)}"
    facts = [_standing_sentence(standing, where, ask), *_counted(standing, ask.language)]
    if len(agency.names) > 1:
        facts.append(say("Names ICE printed: %(names)s.") % {"names": "; ".join(n for n, _, _ in agency.names[:6])})
    head = [say("Agency"), say("Support type"), say("Signed"), say("First listed"), say("Status")]
    state, county = place_index.states().get(agency.state or ""), place_index.counties().get(agency.fips or "")
    drawing = _state_map(ask.book, state, county) if state else ""
    to = f"agencies/{agency.id}/"
    return _sheet(ask, where, facts, head, _rows(ask.book, standing, ask.language), drawing, f"agency/{agency.id}/", to)


def _sheet(
    ask: Ask, place: str, facts: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]], drawing: str,
    to: str, page: str,
) -> dict[str, Any]:  # fmt: skip
    say, newest = ask.language.gettext, ask.book.newest
    source = ""
    if newest:
        source = say("Source: ICE, list of participating agencies, %(file)s, published %(day)s, sha256 %(sha)s.") % {
            "file": newest["file"], "day": ask.language.date(newest["published_on"]), "sha": newest["sha256"],
        }  # fmt: skip
    more = len(rows) - MOST_ROWS
    return {
        "lang": ask.language.code, "kicker": say("287(g) agreements with ICE"), "place": place, "to": to, "page": page,
        "day": say("As of %(day)s") % {"day": ask.language.date(newest["published_on"])} if newest else "",
        "what_title": say("What 287(g) is"), "facts_title": say("What the list says"), "map_title": say("Map"),
        "what": say(
            "Section 287(g) of the Immigration and Nationality Act lets ICE sign an agreement with a state or local"
            " law-enforcement agency, whose officers may then carry out some immigration functions under ICE's"
            " supervision."
        ),
        "types": [
            f"{code} · {say(labels.SUPPORT[code])}: {say(labels.SUPPORT_SENTENCES[code])}"
            for code in ("JEM", "WSO", "TFM")
        ],
        "facts": [f for f in facts if f], "head": list(head), "rows": [list(r) for r in rows[:MOST_ROWS]],
        "more": say("and %(number)s more") % {"number": more} if more > 0 else "", "svg": drawing,
        "key": [(COLOURS[c], say(t)) for c, t in labels.CLASSES["status"]] if drawing else [],
        "source": source,
        "limits": say(
            "ICE publishes no list of agreements that ended: one that ends is just not on the next list, which does"
            " not say why. This is no publication of ICE or of any agency named."
        ),
    }  # fmt: skip


def _standing_sentence(standing: Standing, where: str, ask: Ask) -> str:
    say, told = ask.language.gettext, {"where": where, "day": ask.language.date(standing.since)}
    if standing.status == "listed":
        return say("%(where)s: listed by ICE since %(day)s.") % told
    if standing.status == "pending":
        return say("%(where)s: listed as pending since %(day)s.") % told
    if standing.status == "ended":
        return say("%(where)s: no longer listed by ICE since %(day)s.") % told
    return say("%(where)s: no agreement on any list we have.") % told


def _counted(standing: Standing, language: Language) -> list[str]:
    if not standing.listed:
        return []
    whole = language.ngettext("%(num)s agreement listed", "%(num)s agreements listed", len(standing.listed)) % {
        "num": language.number(len(standing.listed))
    }
    parts = [
        f"{language.gettext(labels.SUPPORT[c])} {language.number(n)}"
        for c in ("JEM", "WSO", "TFM")
        if (n := sum(a.support == c for a in standing.listed))
    ]
    return [f"{whole}: {', '.join(parts)}."]


def _gone(standing: Standing, language: Language) -> str:
    if not standing.ended:
        return ""
    return language.ngettext(
        "%(num)s agreement is no longer listed.", "%(num)s agreements are no longer listed.", len(standing.ended)
    ) % {"num": language.number(len(standing.ended))}


def _rows(book: Book, standing: Standing, language: Language) -> list[tuple[str, ...]]:
    every: list[Agreement] = [*standing.listed, *standing.pending, *standing.ended]
    return [
        (_name(book.agencies[a.agency_id]), a.support or "", a.signed_on or "–", a.first_on,
         language.gettext(labels.AGREEMENT_STATUSES[a.status]))
        for a in every
    ]  # fmt: skip


def _name(agency: Agency) -> str:
    return str(reveal_invisible(agency.name))


def _state_map(book: Book, state: State, county: County | None = None) -> str:
    shapes = read_shapes()
    fips = [f for f in dict.fromkeys(drawn_as(c.fips) for c in state.counties.values()) if f in shapes.counties]
    box = shapes.box(fips)
    if box is None:
        return ""
    key = f"sheet {state.code}"
    if key not in book.drawn:
        shades = _shades(book)
        book.drawn[key] = draw_paths(fips, shades, colours=True)
    width = max(box[2] - box[0], box[3] - box[1])
    line = max(width / 400, 0.2)
    meant = shapes.counties.get(drawn_as(county.fips)) if county else None
    outline = f'<path d="{meant[0]}" fill="none" stroke="#111" stroke-width="{4 * line:.2f}"/>' if meant else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[0] - 4} {box[1] - 4} {box[2] - box[0] + 8}'
        f' {box[3] - box[1] + 8}"><g stroke="#8a877f" stroke-width="{line:.2f}">{book.drawn[key]}</g>{outline}</svg>'
    )


def _country_map(book: Book) -> str:
    shapes = read_shapes()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {shapes.width} {shapes.height}"><g stroke="#fff"'
        f' stroke-width="0.8">{draw_paths(list(shapes.counties), _shades(book), colours=True)}</g>'
        f'<path d="{shapes.borders}" fill="none" stroke="#6b6963" stroke-width="1.6"/></svg>'
    )


def _shades(book: Book) -> dict[str, str]:
    return painted(book, "status", book.steps[-1][0]) if book.steps else {}


def _spoken(told: dict[str, Any]) -> dict[str, Any]:
    """The facts with unseen characters written out, as the pages do."""
    return {k: _seen(v) for k, v in told.items()}


def _seen(value: Any) -> Any:
    if isinstance(value, str):
        return reveal_invisible(value)
    return [_seen(v) for v in value] if isinstance(value, (list, tuple)) else value


def _listed(addresses: Any, pdf: bool) -> Any:
    def listed(book: Book) -> Iterator[tuple[str, str]]:
        return ((f"{path}sheet.pdf" if pdf else path, mark) for path, mark in addresses(book))

    return listed


def _list_country(book: Book) -> Iterator[tuple[str, str]]:
    yield "sheets/us/", book.version


def _list_states(book: Book) -> Iterator[tuple[str, str]]:
    return ((path.replace("places/", "sheets/", 1), mark) for path, mark in list_states(book))


def _list_counties(book: Book) -> Iterator[tuple[str, str]]:
    day = newest_mark(book)
    return ((path.replace("places/", "sheets/", 1), mark_of(mark, day)) for path, mark in list_counties(book))


def _list_agencies(book: Book) -> Iterator[tuple[str, str]]:
    states = {path[7:9].upper(): mark for path, mark in list_states(book)}
    for agency in book.agencies.values():
        mark = mark_of(agency_mark(book, agency), states.get(agency.state or ""))
        yield f"sheets/agency/{agency.id}/", mark
