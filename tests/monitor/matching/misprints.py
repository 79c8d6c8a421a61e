"""What ICE does to a row that goes on: each misprint of DOMAIN's table as a function from row to row.

Every function returns another row for the same agreement, or None where it does not apply. None of them knows an
agency: names are taken apart by the words that offices share.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import us

from tests.monitor.folded import Row

Misprint = Callable[[random.Random, Row], Row | None]

SHORT_FORMS = (
    ("Police Department", "PD"), ("Sheriff's Office", "SO"), ("Department of Public Safety", "DPS"),
    ("Board of County Commissioners", "BOCC"), ("Department", "Dept"), ("Department", "Dept."), ("Township", "Twp"),
    ("Township", "Twp."), ("Saint", "St."), ("Fort", "Ft."), ("St.", "Saint"), ("Ft.", "Fort"), ("Mount", "Mt."),
    ("County", "Co."), ("University", "Univ."), ("Department of Corrections", "DOC"), ("and", "&"), ("&", "and"),
    ("Office", "Ofc."), ("Precinct", "Pct."), ("Division", "Div."),
)  # fmt: skip
SHERIFF = re.compile(r"sheriff(?:['’]?s|s['’])?\s+(office|department|dept\.?)", re.IGNORECASE)
UNITS = ("/Detention Facility", " / Detention Center", "/ Department of Corrections", ", Division of Law Enforcement",
         ", Criminal Investigation Division", " (Jail)", " - Jail Division")  # fmt: skip


def spaces(rng: random.Random, row: Row) -> Row | None:
    """Stray spaces, no-break spaces, another case or another apostrophe."""
    name = row.agency
    for _ in range(rng.randint(1, 2)):
        kind = rng.randrange(6)
        at = rng.randrange(len(name) + 1)
        if kind == 0:
            name = rng.choice((" ", "\u00a0")) + name
        elif kind == 1:
            name = name + rng.choice((" ", "\u00a0", "  "))
        elif kind == 2:
            gaps = [m.start() for m in re.finditer(" ", name)]
            name = name if not gaps else name[: (g := rng.choice(gaps))] + rng.choice(("  ", "\u00a0")) + name[g + 1 :]
        elif kind == 3:
            name = rng.choice((name.upper(), name.title(), name[:at].lower() + name[at:]))
        elif kind == 4:
            name = name.replace("'", "\u2019") if "'" in name else name.replace("\u2019", "'")
        else:
            name = re.sub("['\u2019]s\\b", rng.choice(("s", "`s", "\u2018s", "s'")), name)
    return replace(row, agency=name) if name != row.agency else None


def short_form(rng: random.Random, row: Row) -> Row | None:
    """An abbreviation written for the words, or the words for an abbreviation."""
    fitting = [
        (a, b)
        for long, short in SHORT_FORMS
        for a, b in ((long, short), (short, long))
        if re.search(rf"(?<!\w){re.escape(a)}(?!\w)", row.agency)
        and (a, b) not in (("St.", "Saint"), ("Co.", "County"))
    ]
    if not fitting:
        return None
    a, b = rng.choice(fitting)
    return replace(row, agency=re.sub(rf"(?<!\w){re.escape(a)}(?!\w)", b, row.agency, count=1))


def city_of(rng: random.Random, row: Row) -> Row | None:
    """ "City of" and the like put before a town's police, or taken away."""
    if found := re.match(r"(?:City|Town|Village|Township|Borough) of (.+)", row.agency):
        return replace(row, agency=found[1])
    if re.search(r"Police D|\bPD$", row.agency) and not re.match(
        r"University|.*(County|State|College|School|District)", row.agency
    ):
        return replace(row, agency=f"{rng.choice(('City', 'Town'))} of {row.agency}")
    return None


def state_prefix(rng: random.Random, row: Row) -> Row | None:
    """The state's name before a state body, or taken away."""
    known = us.states.lookup(row.state.strip())
    if known is None or not row.type.strip().startswith("State"):
        return None
    for own in (known.name, known.abbr):
        if row.agency.startswith(own + " ") and re.match(
            r"Department|Office|Bureau|Division|State|Board", row.agency[len(own) + 1 :]
        ):
            return replace(row, agency=row.agency[len(own) + 1 :])
    if re.match(r"Department|Office|Bureau|Division|State", row.agency):
        return replace(row, agency=f"{rng.choice((known.name, known.abbr))} {row.agency}")
    return None


def sheriff_words(rng: random.Random, row: Row) -> Row | None:
    """Sheriff's Office for Sheriff's Department, and the other way round."""
    if not SHERIFF.search(row.agency):
        return None
    other = rng.choice(("Sheriff's Office", "Sheriff's Department", "Sheriffs Office", "Sheriff’s Dept.", "Sheriff"))
    return replace(row, agency=SHERIFF.sub(other, row.agency))


def typo(rng: random.Random, row: Row) -> Row | None:
    """One slip of the hand anywhere in the name: a letter left out, doubled, put in, swapped or replaced."""
    name = row.agency
    letters = [i for i, c in enumerate(name) if c.isalpha()]
    if len(letters) < 6:
        return None
    at = rng.choice(letters)
    letter = rng.choice(string.ascii_lowercase)
    kind = rng.randrange(5)
    if kind == 0:
        name = name[:at] + name[at + 1 :]
    elif kind == 1:
        name = name[:at] + letter + name[at:]
    elif kind == 2 and at + 1 < len(name) and name[at + 1].isalpha():
        name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    elif kind == 3:
        name = name[:at] + name[at] + name[at:]
    else:
        name = name[:at] + letter + name[at + 1 :]
    return replace(row, agency=name) if name != row.agency else None


def two_typos(rng: random.Random, row: Row) -> Row | None:
    """Two slips in one name."""
    once = typo(rng, row)
    return typo(rng, once) if once else None


def word_order(rng: random.Random, row: Row) -> Row | None:
    """The parts about a comma change places, or two words in the middle do."""
    if ", " in row.agency:
        first, rest = row.agency.split(", ", 1)
        return replace(row, agency=f"{rest}, {first}")
    if found := re.fullmatch(r"(.+) Department of (\w+)", row.agency):
        return replace(row, agency=f"Department of {found[2]}, {found[1]}")
    words = row.agency.split()
    if len(words) < 4 or not row.type.startswith("State"):
        return None
    at = rng.randrange(len(words) - 2)
    words[at], words[at + 1] = words[at + 1], words[at]
    return replace(row, agency=" ".join(words))


def unit_named(rng: random.Random, row: Row) -> Row | None:
    """The unit that does the work is named behind the body."""
    if row.type.strip() not in ("State Agency", "State", "County"):
        return None
    return replace(row, agency=row.agency.rstrip() + rng.choice(UNITS))


def county_cell(rng: random.Random, row: Row) -> Row | None:
    """A county misspelt, blanked, or an error value."""
    if not row.county.strip():
        return replace(row, county="#N/A")
    at = rng.randrange(len(row.county))
    wrong = row.county[:at] + row.county[at + 1 :]
    return replace(
        row, county=rng.choice((wrong, "#NA", "", row.county + " ", row.county.replace("County", "Countey")))
    )


def type_cell(rng: random.Random, row: Row) -> Row | None:
    """Dirt in TYPE."""
    return replace(row, type=rng.choice(("Muncipality ", "#NA", "State", "", "Municipality", "County ")))


def support_words(rng: random.Random, row: Row) -> Row | None:
    """The support type misspelt in the ways ICE does."""
    text = row.support_type.strip()
    slips = {
        "Warrant Service Officer": ("Warrant Services Officer", "Warrant Service Office", "WARRANT SERVICE OFFICER "),
        "Task Force Model": ("Task Force Officer", "Task Force  Model", "Task Froce Model", "task force model"),
        "Jail Enforcement Model": ("Jail Enforcment Model", "Jail Enforcement Model ", "Jail Enforcement"),
    }.get(text)  # fmt: skip
    return replace(row, support_type=rng.choice(slips)) if slips else None


def state_words(rng: random.Random, row: Row) -> Row | None:
    """The state misspelt past doubt: a letter too many, another case, a stray space."""
    text = row.state.strip()
    at = rng.randrange(1, len(text))
    return replace(
        row, state=rng.choice((text + rng.choice("JXQ"), text.title(), text + " ", text[:at] + text[at] + text[at:]))
    )


def date_text(rng: random.Random, row: Row) -> Row | None:
    """The date as text with a slash left out, or an impossible year."""
    day = date.fromisoformat(row.signed)
    return replace(
        row,
        signed=rng.choice((
            f"{day.month:02d}/{day.day:02d}{day.year}", f"{day.month}/{day.day}{day.year}",
            f"{day.month}/{day.day}/{day.year}",
            f"{day.month}/{day.day}/2{day.year}", f"{day.month}/{day.day}/5025", f"{day:%B} {day.day}, {day.year}",
        )),
    )  # fmt: skip


def date_moved(rng: random.Random, row: Row) -> Row | None:
    """The date corrected by up to 30 days, or by a year."""
    day = date.fromisoformat(row.signed)
    if rng.random() < 0.15:
        try:
            return replace(row, signed=day.replace(year=day.year + rng.choice((-1, 1))).isoformat())
        except ValueError:
            return None
    days = rng.choice([d for d in (-1, 1, -1, 1, rng.randint(-30, 30)) if d])
    return replace(row, signed=(day + timedelta(days=days)).isoformat())


def pending_moved(rng: random.Random, row: Row) -> Row | None:
    """A row whose MOA was never linked, dated up to 90 days later."""
    if row.link or row.moa != "Link Pending":
        return None
    day = date.fromisoformat(row.signed)
    return replace(row, signed=(day + timedelta(days=rng.randint(1, 90))).isoformat())


def link_cell(rng: random.Random, row: Row) -> Row | None:
    """The MOA linked at last, its link gone again, or in another form."""
    if not row.link:
        slug = re.sub(r"[^A-Za-z]", "", row.agency)[:20]
        return replace(row, moa="Link", link=f"https://www.ice.gov/doclib/287gMOA/{slug}{rng.randrange(10**6)}.pdf")
    plain = row.link
    if "safelinks" in plain or plain.startswith("http://") or "https:/w" in plain:
        return replace(row, link=None, moa="link pending")
    quoted = plain.replace(":", "%3A").replace("/", "%2F")
    chrome = "chrome-extension://efaidnbmnnnibpcajpcglclefindmkaj/"
    return rng.choice((
        replace(row, link=None, moa="link pending"),
        replace(row, link=plain.replace("https://", "http://")),
        replace(row, link=plain.replace("https://", "https:/")),
        replace(row, link=f"https://gcc02.safelinks.protection.outlook.com/?url={quoted}&data=05%7C02&reserved=0"),
        replace(row, link=chrome + plain.replace("https://", "https:/")),
    ))  # fmt: skip


MISPRINTS: dict[str, Misprint] = {
    "spaces": spaces, "short_form": short_form, "city_of": city_of, "state_prefix": state_prefix,
    "sheriff_words": sheriff_words, "typo": typo, "two_typos": two_typos, "word_order": word_order,
    "unit_named": unit_named, "county_cell": county_cell, "type_cell": type_cell, "support_words": support_words,
    "state_words": state_words, "date_text": date_text, "date_moved": date_moved, "pending_moved": pending_moved,
    "link_cell": link_cell,
}  # fmt: skip
#: Those that a second one may join on the same list: what both change is not the same cell.
NAME_MISPRINTS = (
    "spaces",
    "short_form",
    "city_of",
    "state_prefix",
    "sheriff_words",
    "typo",
    "two_typos",
    "word_order",
    "unit_named",
)
CELL_MISPRINTS = tuple(name for name in MISPRINTS if name not in NAME_MISPRINTS)
