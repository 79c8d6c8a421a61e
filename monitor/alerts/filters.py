"""What somebody wishes to be told of: place, agency, support type, kinds, rhythm; checked before it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import us

from db.database import Store
from monitor.alerts.alert_errors import WishError
from monitor.alerts.schedule import RHYTHMS, zones
from monitor.changelog.log import KINDS
from monitor.places.gazetteer import find_county

SUPPORT_TYPES = ("JEM", "WSO", "TFM")
LANGUAGES = ("en", "es")
#: Told unless somebody names the kinds. The others are quiet: a corrected cell or a posted document is no event.
USUAL_KINDS = (
    "signing", "termination", "renewal", "switch", "reinstatement", "pending_listed", "pending_withdrawn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """One subscription's filter and rhythm; None means any, `kinds` None the usual ones."""

    rhythm: str = "daily"
    state: str | None = None
    county_fips: str | None = None
    agency_id: str | None = None
    support_type: str | None = None
    kinds: tuple[str, ...] | None = None
    early: bool = False

    @property
    def kinds_text(self) -> str | None:
        """The kinds as the table keeps them."""
        return None if self.kinds is None else ",".join(self.kinds)


@cache
def state_names() -> dict[str, str]:
    """USPS code -> name of every state and territory, the District included."""
    found = {state.abbr: state.name for state in [*us.states.STATES, us.states.DC, *us.states.TERRITORIES]}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def check_wish(
    store: Store, *, rhythm: str = "daily", state: str | None = None, county: str | None = None,
    agency: str | None = None, support_type: str | None = None, kinds: Iterable[str] | None = None,
    early: bool = False,
) -> Wish:  # fmt: skip
    """The wish, with names turned into codes and ids; WishError says which part names nothing that exists."""
    if rhythm not in RHYTHMS:
        raise WishError("rhythm", f"{rhythm!r} is no rhythm; use {', '.join(RHYTHMS)}")
    code = (state or "").strip().upper() or None
    if code is not None and code not in state_names():
        raise WishError("state", f"{state!r} is no state; use its USPS code such as FL")
    support = (support_type or "").strip().upper() or None
    if support is not None and support not in SUPPORT_TYPES:
        raise WishError("support_type", f"{support_type!r} is no support type; use {', '.join(SUPPORT_TYPES)}")
    fips = _county(code, county)
    agency_id = _agency(store, agency)
    return Wish(rhythm, code, fips, agency_id, support, check_kinds(kinds), early)


def check_kinds(kinds: Iterable[str] | None) -> tuple[str, ...] | None:
    """The kinds in one order; None for the usual ones."""
    named = set(kinds or ())
    if strange := sorted(named - KINDS.keys()):
        raise WishError("kinds", f"{strange[0]!r} is no kind of change; use {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in named) if named and named != set(USUAL_KINDS) else None


def check_reader(language: str, zone: str) -> tuple[str, str]:
    """Language and time zone, when both exist."""
    if language not in LANGUAGES:
        raise WishError("language", f"{language!r} is no language we write; use {', '.join(LANGUAGES)}")
    if zone not in zones():
        raise WishError("zone", f"{zone!r} is no time zone; write it as America/New_York")
    return language, zone


def _county(state: str | None, county: str | None) -> str | None:
    text = (county or "").strip()
    if not text:
        return None
    if text.isdigit() and len(text) == 5:
        return text
    if state is None:
        raise WishError("county", "a county needs its state; 30 states have a Washington County")
    found = find_county(state, text)
    if found is None:
        raise WishError("county", f"{text[:60]!r} is no county of {state_names()[state]}")
    return found.county.fips


def _agency(store: Store, agency: str | None) -> str | None:
    text = (agency or "").strip()
    if not text:
        return None
    rows = store.connection.execute("select id from agencies where id = ? or name = ?", [text, text]).fetchall()
    if len(rows) != 1:
        which = "more than one agency" if rows else "no agency"
        raise WishError("agency", f"{text[:80]!r} is {which} ever listed; give its id, as its page's address has it")
    return str(rows[0][0])
