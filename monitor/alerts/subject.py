"""What a message is about, in one line: "287(g): 3 new agreements and 1 no longer listed in Florida"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from monitor.alerts.describe_change import ChangeText
from monitor.alerts.filters import state_names
from monitor.i18n.language import Language

_ORDER = (
    "correction", "signing", "termination", "renewal", "switch", "reinstatement", "pending_listed",
    "pending_withdrawn", "amendment", "list_event", "early",
)  # fmt: skip
_MOST_PARTS = 4


def make_subject(changes: Sequence[ChangeText], words: Language) -> str:
    """Return the subject of a message that tells these changes."""
    counts = Counter(s.what if s.what in ("correction", "early") else s.kind for s in changes)
    named = [name for name in _ORDER if counts[name]]
    if len(named) > _MOST_PARTS:
        rest = sum(counts[name] for name in named[_MOST_PARTS - 1 :])
        parts = [_part(name, counts[name], words) for name in named[: _MOST_PARTS - 1]]
        parts.append(words.count("%(n)d other change", "%(n)d other changes", rest))
    else:
        parts = [_part(name, counts[name], words) for name in named]
    what, place = words.join(parts), _where(changes, words)
    if not place:
        return words.say("287(g): %(what)s", what=what)
    return words.say("287(g): %(what)s in %(place)s", what=what, place=place)


def _part(name: str, n: int, words: Language) -> str:
    match name:
        case "correction":
            return words.count("%(n)d correction", "%(n)d corrections", n)
        case "early":
            return words.count("%(n)d unconfirmed", "%(n)d unconfirmed", n)
        case "signing":
            return words.count("%(n)d new agreement", "%(n)d new agreements", n)
        case "termination":
            return words.count("%(n)d no longer listed", "%(n)d no longer listed", n)
        case "renewal":
            return words.count("%(n)d renewed", "%(n)d renewed", n)
        case "switch":
            return words.count("%(n)d switched", "%(n)d switched", n)
        case "reinstatement":
            return words.count("%(n)d listed again", "%(n)d listed again", n)
        case "pending_listed":
            return words.count("%(n)d newly pending", "%(n)d newly pending", n)
        case "pending_withdrawn":
            return words.count("%(n)d no longer pending", "%(n)d no longer pending", n)
        case "amendment":
            return words.count("%(n)d corrected listing", "%(n)d corrected listings", n)
    return words.count("%(n)d note about a list", "%(n)d notes about lists", n)


def _where(changes: Sequence[ChangeText], words: Language) -> str:
    places = {s.place for s in changes if s.place}
    states = sorted({state_names().get(s.state, s.state) for s in changes if s.state})
    if len(places) == 1 and all(s.place for s in changes):
        return places.pop()
    if len(states) <= 2:
        return words.join(states) if states else ""
    return words.count("%(n)d state", "%(n)d states", len(states))
