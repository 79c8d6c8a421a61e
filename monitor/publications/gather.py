"""Every list that was ever met, with the evidence of when ICE put it out, in the order that evidence gives."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from db.models import ListName, Publication
from db.queries import publications as stored
from db.queries.sightings import RECOVERED
from db.queries.snapshots import SnapshotHead, load_heads
from monitor import policy
from monitor.publications.dating import date_list, eastern_day, name_date, posted_on

#: ICE posts both lists together; the pending list is judged after the participating one, so that a row that left it
#: because the agency signed is not taken for a withdrawal.
PENDING_AFTER = timedelta(hours=1)

Order = tuple[str, str, str, str, str]


def order_of(p: Publication) -> Order:
    """Return where a publication stands among all others; complete, so that no order of imports matters."""
    return (order_moment(p.published_at, p.list_name), p.published_on, _part_order(p.file), p.file, p.sha256)


def order_moment(published_at: str, list_name: str | None) -> str:
    """Return the instant by which a publication is ordered among those of both lists."""
    moment = datetime.fromisoformat(published_at.replace("Z", "+00:00"))
    return (moment + PENDING_AFTER if list_name == "pending" else moment).isoformat()


def gather(connection: sqlite3.Connection, only: Sequence[str] | None = None) -> list[Publication]:
    """Return every publication in order, duplicates and stale ones marked; of the documents `only`, when given.

    A document that was fetched and not read yet is left out: the next run reads it.
    """
    seen: dict[str, str] = {}
    known: dict[str, str] = {}
    fetched: dict[tuple[str, str, str], str] = {}
    urls: dict[tuple[str, str, str], str] = {}  # ICE's own address, once a list was had from there
    from_ice: set[tuple[str, str, str]] = set()
    for sha256, file, linked_as, url, seen_at, known_at, how in stored.load_sightings(connection, only):
        known[sha256] = min(known.get(sha256, known_at), known_at)
        if seen_at is not None:
            seen[sha256] = min(seen.get(sha256, seen_at), seen_at)
        key = (sha256, file, linked_as)
        if how == "fetch":
            fetched[key] = min(fetched.get(key, seen_at or known_at), seen_at or known_at)
        if not urls.get(key) or (how == "fetch" and key not in from_ice):
            urls[key] = url
        if how == "fetch":
            from_ice.add(key)
    named = {sha256 for sha256, file, _ in urls if not file.startswith(RECOVERED)}
    heads = load_heads(connection, only)
    found = [
        _publication(key, url, heads[key[0]], seen.get(key[0]), known[key[0]], fetched.get(key))
        for key, url in urls.items()
        if key[0] in heads and (key[0] not in named or not key[1].startswith(RECOVERED))
    ]
    found.sort(key=order_of)
    _name_repeats(found)
    _doubt_captions(found)
    _keep_days_in_order(found)
    return found


def gather_newest(connection: sqlite3.Connection, only: Sequence[str]) -> list[Publication] | None:
    """Return the publications of new documents, when they come after all others of their list and change none."""
    added = gather(connection, only)
    if stored.are_known(connection, only) or len({p.sha256 for p in added}) < len(only):
        return None
    if any(p.status != "accepted" for p in added):
        return None
    newest = max(stored.load_newest_days(connection).values(), default="")  # whichever list that was judged to be
    if any(p.published_on < newest or _has_caption_day(p) for p in added):
        return None  # a list that is here is named for a later day, and so perhaps for a wrong one; or the caption is
    return None if _make_stale(connection, added) else added


def _publication(
    key: tuple[str, str, str], url: str, head: SnapshotHead, seen_at: str | None, known_at: str, fetched_at: str | None
) -> Publication:
    sha256, file, linked_as = key
    newest = head.newest_signed_on
    first = min(filter(None, (seen_at, known_at)))
    if newest is not None and newest > eastern_day(first):
        newest = None  # a date in the future of the bytes is a misprint, no evidence
    dated = date_list(
        file=file, workbook_modified_at=head.workbook_modified_at, seen_at=seen_at, known_at=known_at,
        newest_signed_on=newest, caption_on=head.caption_on,
    )  # fmt: skip
    publication = Publication(
        sha256, file, linked_as, url, _expected_list(head, linked_as), dated.published_at, dated.published_on,
        head.workbook_modified_at, first, fetched_at, head.rows,
    )  # fmt: skip
    if head.error_code is not None:
        publication.status, publication.reasons = "rejected", [f"unreadable: {head.error_code}: {head.error}"]
    return publication


def _expected_list(head: SnapshotHead, linked_as: str) -> ListName | None:
    """Return the list a document most likely is, by itself; `monitor.publications.classify` decides.

    A header with a SIGNED column above rows without a date says less than the link.
    """
    if head.list == "participating" and head.newest_signed_on is None:
        return "pending" if linked_as == "pending" else "participating"
    return head.list


def _name_repeats(publications: Iterable[Publication]) -> None:
    """Documents met before under another name are duplicates; old lists put out again are stale."""
    by_document: dict[str, list[Publication]] = defaultdict(list)
    by_list: dict[str | None, list[Publication]] = defaultdict(list)
    for p in publications:
        if p.status == "accepted":
            by_document[p.sha256].append(p)
            by_list[p.list_name].append(p)
    for same in by_document.values():
        same.sort(
            key=lambda p: (p.linked_as not in ("", p.list_name), p.fetched_at is None, _named(p), p.file, p.linked_as)
        )
        for p in same[1:]:
            p.status = "duplicate"
            if p.linked_as not in ("", p.list_name):
                p.reasons.append(f"swapped: linked as {p.linked_as}, but it is a {p.list_name} list known here")
            p.reasons.append(f"duplicate: the bytes of {same[0].file}")
    for group in by_list.values():
        orders = [(p.published_at, p.sha256) for p in group if p.status == "accepted"]
        for p in group:
            posted = _late_posting(p.file, p.published_at, p.first_seen_at, p.fetched_at)
            if p.status == "accepted" and posted is not None:
                newer = [
                    at for at, sha in orders if p.published_at < at and eastern_day(at) < posted and sha != p.sha256
                ]
                if newer:
                    p.status = "stale"
                    p.reasons.append(f"stale: saved {p.published_at[:10]}, put out {posted}, after newer lists")


def _has_caption_day(p: Publication) -> bool:
    """Return whether a list is named for a day before it was seen: only captions do so."""
    return p.published_on < eastern_day(p.published_at)


def _doubt_captions(publications: Iterable[Publication]) -> None:
    """A caption that gives a list no later day than the list before has stood still: the day it was seen serves."""
    latest: dict[str | None, str] = {}
    for p in publications:
        if p.status == "accepted":
            if _has_caption_day(p) and p.published_on <= latest.get(p.list_name, ""):
                p.published_on = eastern_day(p.published_at)
            latest[p.list_name] = max(p.published_on, latest.get(p.list_name, ""))


def _keep_days_in_order(publications: Iterable[Publication]) -> None:
    """No list is named for a day after the next list's: then its name is wrong, and the day it was saved serves.

    A list behind the other one's link says nothing about the days of others.
    """
    following: dict[str | None, str] = {}
    for p in sorted(publications, key=order_of, reverse=True):
        if p.status == "accepted":
            if p.published_on > following.get(p.list_name, p.published_on):
                p.published_on = eastern_day(p.published_at)
            if p.linked_as in ("", p.list_name):
                following[p.list_name] = p.published_on


def _make_stale(connection: sqlite3.Connection, added: Iterable[Publication]) -> bool:
    """Return whether a list that is here was put out later than an added one was saved: then it may be an old one.

    Whichever list it was judged to be: what is old is told before that.
    """
    earliest = min((p.published_at for p in added), default="")
    first = eastern_day(earliest)
    return any(
        (posted_on(file, seen_at, fetched_at) or "") > first
        and _late_posting(file, published_at, seen_at, fetched_at) is not None
        for file, published_at, seen_at, fetched_at in stored.load_seen_after(connection, earliest[:10])
    )


def _late_posting(file: str, published_at: str, first_seen_at: str, fetched_at: str | None) -> str | None:
    """The day a list was put out, when that was long after it was saved; else None."""
    posted = posted_on(file, first_seen_at, fetched_at)
    late = posted is not None and posted > _plus(eastern_day(published_at), policy.STALE_DAYS)
    return posted if late else None


def _named(p: Publication) -> str:
    named = name_date(p.file)
    return named.isoformat() if named else ""


def _part_order(file: str) -> str:
    lowered = file.casefold()
    return next((str(n) for n, part in enumerate(("am", "mid", "pm"), 1) if part in lowered[-12:]), "0")


def _plus(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
