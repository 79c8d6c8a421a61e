"""A made-up past of ICE's list, 2007 to 2026, in every form the list had, as captures of the stand-in archive.

The counts are those of the real lists (docs/history.md); who is on them is made up: the sheriffs of counties in the
order of the gazetteer, a state after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

import us

from monitor.places.gazetteer import counties
from tests.standin.archive import ArchiveStandIn
from tests.workbooks import PARTICIPATING, make_workbook

ICE = "www.ice.gov"
PARTNERS = f"http://{ICE}/partners/287g/Section287_g.htm"
OLD_FACT_SHEET = f"http://{ICE}/pi/news/factsheets/section287_g.htm"
FACT_SHEET = f"http://{ICE}/news/library/factsheets/287g.htm"
LATER_FACT_SHEET = f"http://{ICE}/factsheets/287g"
LANDING = f"https://{ICE}/287g"
PAGE = f"https://{ICE}/identify-and-arrest/287g"
FOLDER = f"https://{ICE}/doclib/about/offices/ero/287g/"
OPAQUE = f"https://{ICE}/file-download/download/public/402117"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STATES = "AL AR AZ FL GA KS LA MD MO NC NE NH NV OH OK SC SD TN TX VA WI".split()  # 21
_WIDE = "AR GA KS MO NC NE OH TN TX VA WI".split()  # 11 with many counties
_TITLE = "Delegation of Immigration Authority Section 287(g) Immigration and Nationality Act"


@dataclass(frozen=True, slots=True)
class Signed:
    """One row of a made-up list."""

    state: str
    county: str
    support_type: str
    signed: date
    moa: str = ""

    @property
    def agency(self) -> str:
        return f"{self.county} Sheriff's Office"

    @property
    def state_name(self) -> str:
        found = us.states.lookup(self.state)
        assert found is not None
        return str(found.name)


@dataclass(frozen=True, slots=True)
class PastList:
    """A list as it stood on a day: when and where it was captured, and its rows."""

    stamp: str
    url: str
    form: str
    rows: tuple[Signed, ...]
    caption: str = ""


def _some(first: int, past: int, support_type: str, signed: date, states: Sequence[str] = _STATES) -> list[Signed]:
    """So many sheriffs with an agreement: number n sits in the n-th state, turn by turn."""
    made = []
    for number in range(first, past):
        state = states[number % len(states)]
        place = list(counties(state).values())[number // len(states)]
        file = f"r_287g{place.name.replace(' ', '')}{state}{signed:%m%d%y}.pdf"
        moa = f"http://{ICE}/doclib/foia/memorandumsofAgreementUnderstanding/{file}"
        made.append(Signed(state, place.name, support_type, signed, moa))
    return made


def _again(rows: Iterable[Signed], signed: date) -> list[Signed]:
    """The same agreements, signed again with new documents."""
    return [replace(r, signed=signed, moa=f"{r.moa[:-10]}{signed:%m%d%y}.pdf") for r in rows]


def past_lists() -> Iterator[PastList]:
    """Every list of the made-up past, oldest first."""
    jail = _some(0, 39, "Jail Enforcement", date(2009, 10, 15))
    task = _some(39, 71, "Task Force", date(2009, 10, 16))
    yield PastList("20070915120000", PARTNERS, "bullets", tuple(jail[:28]))
    yield PastList("20080315120000", OLD_FACT_SHEET, "names", tuple(jail + task[:2]))
    yield PastList("20101112120000", FACT_SHEET, "table", tuple(jail + task), "(71) as of 10/29/2010")
    yield PastList("20110818120000", FACT_SHEET, "table", tuple(jail + task[2:]), "(69) as of 08/18/2011")
    yield PastList("20121231120000", FACT_SHEET, "table", tuple(jail), "(39) as of 12/31/2012")
    renewed = _again(jail[3:20], date(2013, 6, 27)) + _again(jail[20:36], date(2013, 6, 28)) + jail[36:]
    yield PastList("20130810120000", FACT_SHEET, "table", tuple(renewed), "(36) as of 08/07/2013")
    yield PastList("20150715120000", LATER_FACT_SHEET, "table", tuple(renewed[4:]), "(35) signed as of 07/25/2014")
    new = _some(71, 97, "Jail Enforcement", date(2017, 6, 30))
    yield PastList(
        "20170820120000", LATER_FACT_SHEET, "table", tuple(renewed[4:] + new), "(35) signed as of 07/25/2014"
    )
    now = [replace(r, support_type="Jail Enforcement Model") for r in renewed[4:] + new]
    now += _some(97, 99, "Jail Enforcement Model", date(2017, 9, 25))
    yield PastList("20171030120000", LANDING, "table", tuple(now))
    now += _some(99, 116, "Jail Enforcement Model", date(2019, 5, 6))
    now += _some(200, 275, "Warrant Service Officer", date(2020, 6, 24), _WIDE)
    yield PastList("20201015120000", LANDING, "table", tuple(now))
    now = now[5:]
    yield PastList("20210215120000", PAGE, "table", tuple(now))
    now += _some(400, 410, "Task Force Model", date(2025, 2, 20), _WIDE)
    yield PastList("20250224120000", f"{FOLDER}participatingAgencies.xlsx", "workbook", tuple(now))
    now += _some(410, 420, "Task Force Model", date(2025, 2, 28), _WIDE)
    yield PastList("20250305120000", f"{FOLDER}participatingAgencies.xlsx", "workbook", tuple(now))
    now += _some(420, 430, "Task Force Model", date(2026, 4, 1), _WIDE)
    yield PastList("20260420120000", OPAQUE, "workbook", tuple(now), "participatingAgencies04202026am.xlsx")


def keep_past(archive: ArchiveStandIn, lists: Iterable[PastList] | None = None) -> None:
    """The archive holds the made-up past, and the page that links the newest list."""
    for one in past_lists() if lists is None else lists:
        if one.form == "workbook":
            named = f'attachment; filename="{one.caption}"' if one.caption else ""
            archive.keep(one.stamp, one.url, workbook(one), XLSX, disposition=named)
        else:
            archive.keep(one.stamp, one.url, page(one))
    links = f'<p>View the <a href="{OPAQUE}">participating agencies</a>.</p>'
    archive.keep("20260420110000", PAGE, _html(f"<h1>{_TITLE}</h1>{links}"))


def page(one: PastList) -> bytes:
    """The page that shows the list in the form it had then."""
    shown = {"bullets": _bullets, "names": _names, "table": _table}[one.form](one)
    return _html(f"<h1>{_TITLE}</h1><p>ICE's 287(g) program.</p>{shown}")


def workbook(one: PastList) -> bytes:
    """The list as a workbook, saved an hour before it was captured."""
    rows = [
        (r.state_name.upper(), r.agency, "County", r.county, r.support_type, r.signed, "link", "") for r in one.rows
    ]
    links = {f"G{number}": r.moa for number, r in enumerate(one.rows, 2)}
    saved = f"{one.stamp[:4]}-{one.stamp[4:6]}-{one.stamp[6:8]}T11:00:00Z"
    return make_workbook([PARTICIPATING, *rows], links, modified=saved)


def _html(body: str) -> bytes:
    head = '<meta charset="utf-8"><title>287(g) | ICE</title>'
    return f"<!DOCTYPE html><html lang='en'><head>{head}</head><body>{body}</body></html>".encode()


def _bullets(one: PastList) -> str:
    """2007: names in short form, the state in front, behind, or spelled out in the name."""
    items = []
    for number, r in enumerate(one.rows):
        short = r.county.removesuffix(" County").removesuffix(" Parish")
        items.append(
            (f"{r.state} {r.agency}", f"{short} Co. Sheriff's Office, {r.state_name}", f"{r.county} {r.state_name}")[
                number % 3
            ]
        )
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def _names(one: PastList) -> str:
    """2008: a table of states and agencies."""
    rows = "".join(f"<tr><td>{r.state}</td><td>{escape(r.agency)}</td></tr>" for r in one.rows)
    return f"<table><tr><td><b>STATE</b></td><td><b>LAW ENFORCEMENT AGENCY</b></td></tr>{rows}</table>"


def _table(one: PastList) -> str:
    """2010 to 2025: with support type, date and document; with a caption and footnote marks until 2017."""
    heads = ("STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE", "DATES SIGNED" if one.caption else "SIGNED", "MOA")
    caption = f"<caption>Mutually Signed Agreements {one.caption}</caption>" if one.caption else ""
    rows = "".join(
        f"<tr><td>{r.state_name.upper()}{'**' if one.caption and r.county.startswith('A') else ''}</td>"
        f"<td>{escape(r.agency)}</td><td>{r.support_type}</td><td>{r.signed:%m/%d/%Y}</td>"
        f'<td><a href="{escape(r.moa)}">link</a></td></tr>'
        for r in one.rows
    )
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
