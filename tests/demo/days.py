"""What ICE does on the demo's days, in order: each act changes the stand-in, and one `run` follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.demo.lists import Lists
from tests.standin import StandIn


@dataclass(frozen=True, slots=True)
class Act:
    """One visit of the service: when, what ICE did before it, and what it does to the stand-in."""

    at: datetime
    happens: str
    play: Callable[[StandIn, Lists, str], None]  # stand-in, lists, the time at which workbooks were saved

    def stage(self, site: StandIn, lists: Lists) -> None:
        """The stand-in stands as the act wants it; files were saved half an hour before the visit."""
        saved = self.at - timedelta(minutes=30)
        site.clock = saved
        self.play(site, lists, saved.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _at(day: int, hour: int = 16) -> datetime:
    return datetime(2026, 1, day, hour, 0, tzinfo=UTC)


def _post_both(site: StandIn, lists: Lists, saved: str) -> None:
    site.post("participating", lists.participating_bytes(saved))
    site.post("pending", lists.pending_bytes(saved), family="download")


def _signings(site: StandIn, lists: Lists, saved: str) -> None:
    lists.sign("Pecan", "TEXAS", date(2026, 1, 5))
    lists.pending.remove("Pecan")
    lists.sign("Cedar", "GEORGIA", date(2026, 1, 2), "Jail Enforcement Model")
    lists.change("Hawthron", county="Hawthorn")
    lists.change("Willow", document="https://www.ice.gov/doclib/287gMOA/Made_Up_Willow.pdf")
    _post_both(site, lists, saved)


def _row_missing(site: StandIn, lists: Lists, saved: str) -> None:
    lists.drop("Larch")
    site.post("participating", lists.participating_bytes(saved))


def _still_missing(site: StandIn, lists: Lists, saved: str) -> None:
    lists.sign("Sequoia", "FLORIDA", date(2026, 1, 7))
    site.post("participating", lists.participating_bytes(saved))


def _swapped(site: StandIn, lists: Lists, saved: str) -> None:
    site.post("participating", lists.pending_bytes(saved))
    site.post("pending", lists.participating_bytes(saved))


def _collapsed(site: StandIn, lists: Lists, saved: str) -> None:
    site.post("participating", lists.participating_bytes(saved, rows=9))


def _not_there_yet(site: StandIn, lists: Lists, saved: str) -> None:
    lists.sign("Banyan", "FLORIDA", date(2026, 1, 12), "Warrant Service Officer")
    posted = site.post("participating", lists.participating_bytes(saved))
    site.fail(posted.path, "missing", None)


def _there_now(site: StandIn, lists: Lists, saved: str) -> None:
    site.heal()


def _unlinked(site: StandIn, lists: Lists, saved: str) -> None:
    site.unlink("pending")


ACTS = (
    Act(_at(5), "The first visit: both lists are kept as the baseline.", _post_both),
    Act(_at(6), "Two agreements are signed, a misspelt name is put right, one MOA is posted.", _signings),
    Act(_at(7), "One row is missing. That alone proves nothing: the statement is provisional.", _row_missing),
    Act(_at(8), "It is missing again, which ten days must show, and there is one signing more.", _still_missing),
    Act(_at(9, 21), "For an afternoon each link leads to the other list.", _swapped),
    Act(_at(12), "The links are right again.", _post_both),
    Act(_at(13), "A list of nine rows is posted: held for a person, and nobody is told of an ending.", _collapsed),
    Act(_at(14), "The page links a new list that answers 404.", _not_there_yet),
    Act(_at(14, 18), "Two hours later it is there.", _there_now),
    Act(_at(19), "The pending list's link is gone; a row missing for ten days is no longer listed.", _unlinked),
)
