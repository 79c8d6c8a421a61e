"""What somebody asks to be told: place, agency, support type, kinds, rhythm; checked before it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import us

from db.alert_models import Preferences
from db.database import Store
from db.queries.agency_ids import find_agency_ids
from db.records import ChangeRecord
from monitor.alerts.alert_errors import PreferenceError
from monitor.alerts.digest_times import RHYTHMS, zones
from monitor.changelog.log import KINDS as LOG_KINDS
from monitor.documents.events import KINDS as DOCUMENT_KINDS
from monitor.i18n.language import LANGUAGES
from monitor.places.gazetteer import find_county

SUPPORT_TYPES = ("JEM", "WSO", "TFM")
#: Every kind that can be asked for.
KINDS = {**LOG_KINDS, **DOCUMENT_KINDS}
#: Sent unless somebody names the kinds. The others are quiet: a corrected cell or a posted document is no event.
DEFAULT_KINDS = (
    "signing", "termination", "renewal", "switch", "reinstatement", "pending_listed", "pending_withdrawn",
)  # fmt: skip


#: Kinds that `ending_rhythm` is for, and what each does to the number of agreements that ICE lists.
ENDING_KINDS = ("termination", "reinstatement")
EFFECTS = {"signing": 1, "reinstatement": 1, "termination": -1}
#: Kinds of small news: of the pending list, which promises nothing, of cells, and of documents.
QUIET_KINDS = ("pending_listed", "pending_withdrawn", "amendment", "list_event", *DOCUMENT_KINDS)


def is_sent_by_default(change: ChangeRecord) -> bool:
    """Return whether the change is sent to who names no kinds; who leaves the pending list by signing signed."""
    return change["kind"] in DEFAULT_KINDS and change["rule"] != "signed"


@cache
def state_names() -> dict[str, str]:
    """Return USPS code -> name of every state and territory, the District of Columbia included, by name."""
    found = {state.abbr: state.name for state in [*us.states.STATES, us.states.DC, *us.states.TERRITORIES]}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def check_preferences(
    store: Store, *, rhythm: str = "daily", state: str | None = None, county: str | None = None,
    agency: str | None = None, support_type: str | None = None, kinds: Iterable[str] | None = None,
    early: bool = False, ending_rhythm: str | None = None, counts_only: bool = False,
) -> Preferences:  # fmt: skip
    """Return the preferences, with names turned into codes and ids; PreferenceError names the part that is wrong."""
    if rhythm not in RHYTHMS:
        raise PreferenceError("rhythm", f"{rhythm!r} is not a rhythm; use {', '.join(RHYTHMS)}")
    endings = ending_rhythm or None
    if endings is not None and endings not in RHYTHMS:
        raise PreferenceError("rhythm", f"{ending_rhythm!r} is not a rhythm; use {', '.join(RHYTHMS)}")
    code = (state or "").strip().upper() or None
    if code is not None and code not in state_names():
        raise PreferenceError("state", f"{state!r} is not a state; use its USPS code such as FL")
    support = (support_type or "").strip().upper() or None
    if support is not None and support not in SUPPORT_TYPES:
        raise PreferenceError("support_type", f"{support_type!r} is not a support type; use {', '.join(SUPPORT_TYPES)}")
    fips = _county(code, county)
    agency_id = _agency(store, agency)
    return Preferences(
        rhythm,
        code,
        fips,
        agency_id,
        support,
        check_kinds(kinds),
        early,
        None if endings == rhythm else endings,
        counts_only,
    )


def check_kinds(kinds: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the kinds in the order of `KINDS`; None for the default ones."""
    named = set(kinds or ())
    if strange := sorted(named - KINDS.keys()):
        raise PreferenceError("kinds", f"{strange[0]!r} is not a kind of change; use {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in named) if named and named != set(DEFAULT_KINDS) else None


def check_reader(language: str, zone: str) -> tuple[str, str]:
    """Return language and time zone when both exist; PreferenceError names the one that does not."""
    if language not in LANGUAGES:
        raise PreferenceError("language", f"{language!r} is not a language we write; use {', '.join(LANGUAGES)}")
    if zone not in zones():
        raise PreferenceError("zone", f"{zone!r} is not a time zone; write it as America/New_York")
    return language, zone


def _county(state: str | None, county: str | None) -> str | None:
    text = (county or "").strip()
    if not text:
        return None
    if text.isdigit() and len(text) == 5:
        return text
    if state is None:
        raise PreferenceError("county", "a county needs its state; 30 states have a Washington County")
    found = find_county(state, text)
    if found is None:
        raise PreferenceError("county", f"{text[:60]!r} is not a county of {state_names()[state]}")
    return found.county.fips


def _agency(store: Store, agency: str | None) -> str | None:
    text = (agency or "").strip()
    if not text:
        return None
    found = find_agency_ids(store.connection, text)
    if len(found) != 1:
        which = "more than one agency" if found else "no agency"
        raise PreferenceError("agency", f"{text[:80]!r} names {which} ever listed; give the id in its page's address")
    return found[0]
