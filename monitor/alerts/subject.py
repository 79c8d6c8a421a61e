"""What a message is about, in one line: "Loudoun County Sheriff's Office (VA): new Task Force agreement", or counts.

`_EVENTS` is the table of words: for each kind (and for what is said of it) the words for one change and for several,
in the order in which a subject names them. A new kind of statement is a new row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from monitor.alerts.describe_change import ChangeText
from monitor.alerts.filters import state_names
from monitor.i18n.language import N_, Language

#: The models as a subject names them; the full names are too long for it.
_MODELS = {"JEM": N_("Jail Enforcement"), "WSO": N_("Warrant Service Officer"), "TFM": N_("Task Force")}
_MOST_PARTS = 4
_Count = Callable[[Language, int], str]
_EVENTS: dict[str, tuple[str, _Count]] = {
    "correction": (
        N_("correction about its %(model)s agreement"),
        lambda w, n: w.count("%(n)d correction", "%(n)d corrections", n),
    ),
    "termination": (
        N_("%(model)s agreement no longer listed by ICE"),
        lambda w, n: w.count("%(n)d no longer listed", "%(n)d no longer listed", n),
    ),
    "unsettled": (
        N_("%(model)s agreement replaced or dropped by ICE"),
        lambda w, n: w.count("%(n)d replaced or dropped", "%(n)d replaced or dropped", n),
    ),
    "early_termination": (
        N_("unconfirmed: %(model)s agreement no longer listed"),
        lambda w, n: w.count("%(n)d no longer listed (unconfirmed)", "%(n)d no longer listed (unconfirmed)", n),
    ),
    "reinstatement": (
        N_("%(model)s agreement listed again"),
        lambda w, n: w.count("%(n)d listed again", "%(n)d listed again", n),
    ),
    "signing": (
        N_("new %(model)s agreement"), lambda w, n: w.count("%(n)d new agreement", "%(n)d new agreements", n),
    ),
    "renewal": (
        N_("%(model)s agreement renewed"), lambda w, n: w.count("%(n)d renewed", "%(n)d renewed", n),
    ),
    "switch": (
        N_("switched to %(model)s"), lambda w, n: w.count("%(n)d switched", "%(n)d switched", n),
    ),
    "pending_listed": (
        N_("%(model)s agreement pending"), lambda w, n: w.count("%(n)d newly pending", "%(n)d newly pending", n),
    ),
    "pending_withdrawn": (
        N_("%(model)s agreement no longer pending"),
        lambda w, n: w.count("%(n)d no longer pending", "%(n)d no longer pending", n),
    ),
    "early_pending_withdrawn": (
        N_("unconfirmed: %(model)s agreement no longer pending"),
        lambda w, n: w.count("%(n)d no longer pending (unconfirmed)", "%(n)d no longer pending (unconfirmed)", n),
    ),
    "amendment": (
        N_("listing corrected by ICE"),
        lambda w, n: w.count("%(n)d corrected listing", "%(n)d corrected listings", n),
    ),
    "list_event": (
        N_("note about a list"), lambda w, n: w.count("%(n)d note about a list", "%(n)d notes about lists", n),
    ),
    "moa_posted": (
        N_("ICE posted the %(model)s document"),
        lambda w, n: w.count("%(n)d document posted", "%(n)d documents posted", n),
    ),
    "moa_replaced": (
        N_("ICE replaced the %(model)s document"),
        lambda w, n: w.count("%(n)d document replaced", "%(n)d documents replaced", n),
    ),
    "moa_removed": (
        N_("ICE took down the %(model)s document"),
        lambda w, n: w.count("%(n)d document taken down", "%(n)d documents taken down", n),
    ),
}  # fmt: skip


def make_subject(changes: Sequence[ChangeText], words: Language) -> str:
    """Return the subject of a message that tells these changes."""
    return _name_one(changes[0], words) if len(changes) == 1 else count_changes(changes, words, _MOST_PARTS)


def count_changes(changes: Sequence[ChangeText], words: Language, most: int = len(_EVENTS)) -> str:
    """Return how many changes of each kind there are, and where: `most` kinds at most, the others as one."""
    counts = Counter(_event_of(change) for change in changes)
    named = [name for name in _EVENTS if counts[name]]
    others = []
    if len(named) > most:
        named, rest = named[: most - 1], named[most - 1 :]
        others = [words.count("%(n)d other change", "%(n)d other changes", sum(counts[name] for name in rest))]
    what = ", ".join([*(_EVENTS[name][1](words, counts[name]) for name in named), *others])
    place = _where(changes, words)
    return words.say("%(what)s in %(place)s", what=what, place=place) if place else what


def _name_one(change: ChangeText, words: Language) -> str:
    model = words.say(_MODELS[change.model]) if change.model in _MODELS else "287(g)"
    event = words.say(_EVENTS[_event_of(change)][0], model=model)
    return f"{change.agency} ({change.state}): {event}" if change.state else f"{change.agency}: {event}"


def _event_of(change: ChangeText) -> str:
    if change.what == "correction":
        return "correction"
    if change.what == "early":
        return f"early_{change.kind}"
    return "unsettled" if change.unsettled else change.kind


def _where(changes: Sequence[ChangeText], words: Language) -> str:
    places = {change.place for change in changes if change.place}
    states = sorted({state_names().get(change.state, change.state) for change in changes if change.state})
    if len(places) == 1 and all(change.place for change in changes):
        return places.pop()
    if len(states) <= 2:
        return words.join(states) if states else ""
    return words.count("%(n)d state", "%(n)d states", len(states))
