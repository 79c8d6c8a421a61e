"""The facts that a one-pager states of a place or an agency, as sentences."""

from __future__ import annotations

from monitor.changelog.listed_between import wide_range
from monitor.i18n import labels
from monitor.i18n.language import Language
from monitor.web.pages.book import Agreement
from monitor.web.pages.place_status import PlaceStatus
from monitor.web.pages.site import PageRequest

MODELS = ("JEM", "WSO", "TFM")


def say_first(agreement: Agreement, language: Language) -> str:
    """Return since when an agreement is listed: a day, or the two between which it was first listed."""
    if agreement.from_start:
        return language.say("by %(day)s", day=agreement.first_on)
    wide = wide_range(agreement.first_between)
    return language.say("%(first)s to %(last)s", first=wide[0], last=wide[1]) if wide else agreement.first_on


def say_status(status: PlaceStatus, where: str, request: PageRequest) -> str:
    """Return whether and since when ICE lists an agreement of the place or agency called `where`."""
    say, values = request.language.say, {"where": where, "day": request.language.date(status.since)}
    if status.code == "listed" and status.from_start:
        return say("%(where)s: listed by ICE on or before %(day)s.", **values)
    if status.code == "listed":
        return say("%(where)s: listed by ICE since %(day)s.", **values)
    if status.code == "pending" and status.from_start:
        return say("%(where)s: listed as pending on or before %(day)s.", **values)
    if status.code == "pending":
        return say("%(where)s: listed as pending since %(day)s.", **values)
    if status.code == "ended":
        return say("%(where)s: no longer listed by ICE since %(day)s.", **values)
    if status.once_pending:
        return say("%(where)s: no longer listed as pending since %(day)s.", **values)
    first_day = request.language.date(request.book.first_day)
    return say("%(where)s: on no list kept here (since %(day)s).", where=where, day=first_day)


def say_pending_list(status: PlaceStatus, request: PageRequest) -> list[str]:
    """Return of which day the list is that shows what is pending: it is not the list of signed agreements."""
    newest = request.book.newest_pending
    if newest is None or not status.pending:
        return []
    day = request.language.date(newest["published_on"])
    return [request.language.say("ICE's newest list of pending agreements kept here is of %(day)s.", day=day)]


def count_listed(status: PlaceStatus, language: Language) -> list[str]:
    """Return how many agreements are listed, and of which support types; nothing when none is."""
    if not status.listed:
        return []
    count = len(status.listed)
    whole = language.ngettext("%(num)s agreement listed", "%(num)s agreements listed", count) % {
        "num": language.number(count)
    }
    models = ((c, sum(a.support == c for a in status.listed)) for c in MODELS)
    parts = [f"{language.say(labels.SUPPORT[c])} {language.number(n)}" for c, n in models if n]
    return [f"{whole}: {', '.join(parts)}."]


def count_ended(status: PlaceStatus, language: Language) -> str:
    """Return how many agreements are no longer listed; "" when none ended."""
    count = len(status.ended)
    text = language.ngettext(
        "%(num)s agreement is no longer listed.", "%(num)s agreements are no longer listed.", count
    )
    return text % {"num": language.number(count)} if count else ""
