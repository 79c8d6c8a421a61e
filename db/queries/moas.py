"""Agreement documents in the database: sightings, readings, pages, wordings, and the listings that link them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, cast

from db.database import Store
from db.moa_models import (
    DatedLine,
    Difference,
    ListedMoa,
    MoaReading,
    MoaSighting,
    MoaWording,
    PageHit,
    PageText,
    Passage,
)
from db.queries.fetches import record_document

_SIGHTING = "url, file, seen_at, how, outcome, sha256, status, final_url, etag, last_modified, size_bytes, detail"
_READING = (
    "sha256, reader, outcome, detail, page_count, characters, support_type, support_basis, agency, duration_page,"
    " duration, ending_page, ending, notice_page, notice, dates, signals, sketch"
)


# -- facts ---------------------------------------------------------------------------------------------------------


def record_sighting(store: Store, sighting: MoaSighting) -> bool:
    """Store the sighting; return False when a saved file was taken in before under the same name and address."""
    s = sighting
    with store.writing() as connection:
        if s.sha256 is not None:
            record_document(store, s.sha256, s.seen_at)
        if s.how == "import":
            known = connection.execute(
                "select 1 from moa_sightings where how = 'import' and url = ? and file = ? and sha256 is ?",
                [s.url, s.file, s.sha256],
            ).fetchone()
            if known:
                return False
        connection.execute(
            f"insert into moa_sightings ({_SIGHTING}) values (?,?,?,?,?,?,?,?,?,?,?,?)",
            [s.url, s.file, s.seen_at, s.how, s.outcome, s.sha256, s.status, s.final_url, s.etag, s.last_modified,
             s.size_bytes, s.detail],
        )  # fmt: skip
        return True


def load_sightings(connection: sqlite3.Connection, url: str | None = None) -> list[MoaSighting]:
    """Return every sighting, or those of one address, oldest first."""
    rows = connection.execute(
        f"select {_SIGHTING} from moa_sightings where ? is null or url = ? order by id",
        [url, url],
    )
    return [MoaSighting(*row) for row in rows]


def last_kept(connection: sqlite3.Connection, url: str) -> MoaSighting | None:
    """Return the newest sighting of the address that brought a document, for its validators; None when none did."""
    row = connection.execute(
        f"select {_SIGHTING} from moa_sightings where url = ? and sha256 is not null and how = 'fetch'"
        " and outcome in ('kept', 'replaced', 'same') order by id desc limit 1",
        [url],
    ).fetchone()
    return MoaSighting(*row) if row else None


def load_last_tries(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Return when each address was last asked and with what outcome, by address."""
    rows = connection.execute(
        "select url, seen_at, outcome from moa_sightings where id in"
        " (select max(id) from moa_sightings where how = 'fetch' group by url)"
    )
    return {url: (seen_at, outcome) for url, seen_at, outcome in rows}


def count_asked(connection: sqlite3.Connection, since: str) -> tuple[int, int]:
    """Return how many requests were made since that time and how many bytes they brought."""
    row = connection.execute(
        "select count(*), ifnull(sum(size_bytes), 0) from moa_sightings where how = 'fetch' and seen_at >= ?", [since]
    ).fetchone()
    return int(row[0]), int(row[1])


def count_kept(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many different documents are kept and how many bytes they take."""
    row = connection.execute(
        "select count(*), ifnull(sum(bytes), 0) from documents where sha256 in"
        " (select sha256 from moa_sightings where sha256 is not null)"
    ).fetchone()
    return int(row[0]), int(row[1])


# -- readings ------------------------------------------------------------------------------------------------------


def save_reading(store: Store, reading: MoaReading) -> None:
    """Store what was read in a document and its pages; an earlier reading of it is replaced."""
    r = reading
    passages = [(p.page, p.text) if p else (None, None) for p in (r.duration, r.ending, r.notice)]
    with store.writing() as connection:
        _delete_pages(connection, r.sha256)
        connection.execute(
            f"insert or replace into moa_readings ({_READING}) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [r.sha256, r.reader, r.outcome, r.detail, r.page_count, r.characters, r.support_type, r.support_basis,
             r.agency, *passages[0], *passages[1], *passages[2],
             json.dumps([[d.page, d.on, d.text, d.kind] for d in r.dates]), json.dumps(r.signals),
             json.dumps(r.sketch)],
        )  # fmt: skip
        connection.executemany(
            "insert into moa_pages (body, sha256, page) values (?, ?, ?)",
            [(page.text, r.sha256, page.page) for page in r.pages],
        )


def _delete_pages(connection: sqlite3.Connection, sha256: str) -> None:
    # an index of words cannot find a document's rows; only a document that was read before has any
    if connection.execute("select 1 from moa_readings where sha256 = ?", [sha256]).fetchone():
        connection.execute("delete from moa_pages where sha256 = ?", [sha256])


def find_unread(connection: sqlite3.Connection, reader: str) -> list[str]:
    """Return the documents that this reader version has not read, in the order in which they were first seen."""
    rows = connection.execute(
        "select s.sha256 from moa_sightings s left join moa_readings r on r.sha256 = s.sha256 and r.reader = ?"
        " where s.sha256 is not null and r.sha256 is null group by s.sha256 order by min(s.id)",
        [reader],
    )
    return [str(row[0]) for row in rows]


def load_readings(connection: sqlite3.Connection, *, sketches: bool = False) -> list[MoaReading]:
    """Return every reading without its pages; `sketches` says whether with its sketch, which is most of its size."""
    columns = _READING if sketches else _READING.replace("sketch", "'[]'")
    rows = connection.execute(f"select {columns} from moa_readings order by sha256")
    return [_reading(row) for row in rows]


def _reading(row: Any) -> MoaReading:
    (sha256, reader, outcome, detail, page_count, characters, support_type, support_basis, agency) = row[:9]
    duration, ending, notice = (Passage(row[i], row[i + 1]) if row[i] is not None else None for i in (9, 11, 13))
    return MoaReading(
        sha256, reader, outcome, detail, page_count, characters, (), support_type, support_basis, agency,
        duration, ending, notice, tuple(DatedLine(*line) for line in json.loads(row[15])),
        tuple(json.loads(row[16])), tuple(json.loads(row[17])),
    )  # fmt: skip


def load_pages(connection: sqlite3.Connection, sha256s: Iterable[str] | None = None) -> dict[str, list[PageText]]:
    """Return the pages of these documents, or of all, by document and in order."""
    wanted = None if sha256s is None else set(sha256s)
    pages: dict[str, list[PageText]] = {}
    if wanted is not None and len(wanted) == 1:
        rows = connection.execute("select sha256, page, body from moa_pages where sha256 = ?", list(wanted))
    else:
        rows = connection.execute("select sha256, page, body from moa_pages")
    for sha256, page, body in rows:
        if wanted is None or sha256 in wanted:
            pages.setdefault(sha256, []).append(PageText(page, body, bool(body)))
    for found in pages.values():
        found.sort(key=lambda page: page.page)
    return pages


# -- wordings ------------------------------------------------------------------------------------------------------


def save_wordings(store: Store, wordings: Iterable[MoaWording]) -> None:
    """Store the template and the differences of every document; those stored before are replaced as a whole."""
    with store.writing() as connection:
        connection.execute("delete from moa_wordings")
        connection.executemany(
            "insert into moa_wordings (sha256, template, reference, differences) values (?, ?, ?, ?)",
            [(w.sha256, w.template, w.reference, json.dumps(w.differences)) for w in wordings],
        )
        connection.execute(
            "insert into moa_derivation (id, number) values (1, 1) on conflict (id) do update set number = number + 1"
        )


def load_wordings(connection: sqlite3.Connection) -> dict[str, MoaWording]:
    """Return the template and the differences of every document, by document."""
    rows = connection.execute("select sha256, template, reference, differences from moa_wordings")
    return {
        sha256: MoaWording(sha256, template, reference, cast("list[Difference]", json.loads(differences)))
        for sha256, template, reference, differences in rows
    }


# -- the lists -----------------------------------------------------------------------------------------------------


def load_listed(connection: sqlite3.Connection) -> list[ListedMoa]:
    """Return every agreement of the participating list with each address it was ever linked under, and without.

    `url` is empty where the row prints a link that leads nowhere.
    """
    rows = connection.execute(
        "select distinct ifnull(l.moa_url, ''), 'moa', a.id, g.id, g.name, g.state, g.county, g.county_fips,"
        "  a.support_type, a.signed_on, a.status in ('listed'), s.last_position is null"
        " from spans s join listings l on l.id = s.listing_id join agreements a on a.id = s.agreement_id"
        " join agencies g on g.id = a.agency_id where s.list = 'participating'"
        "  and (l.moa_url is not null or lower(trim(l.moa)) = 'link')"
        " union select distinct l.addendum_url, 'addendum', a.id, g.id, g.name, g.state, g.county, g.county_fips,"
        "  a.support_type, a.signed_on, a.status in ('listed'), s.last_position is null"
        " from spans s join listings l on l.id = s.listing_id join agreements a on a.id = s.agreement_id"
        " join agencies g on g.id = a.agency_id where s.list = 'participating' and l.addendum_url is not null"
    )
    return [ListedMoa(*row) for row in rows]  # 0 and 1 are SQLite's booleans


# -- search --------------------------------------------------------------------------------------------------------


def search_pages(
    connection: sqlite3.Connection, expression: str, *, among: Iterable[str] | None = None, limit: int, offset: int = 0
) -> tuple[list[PageHit], int]:
    """Return the pages that match an FTS5 expression, best first, and how many match in all.

    `among` names the documents that count. The found words stand between the characters 2 and 3 in `passage`.
    """
    inside = "" if among is None else " and sha256 in (select value from json_each(?))"
    chosen = [] if among is None else [json.dumps(sorted(among))]
    total = connection.execute(
        f"select count(*) from moa_pages where moa_pages match ?{inside}",
        [expression, *chosen],
    ).fetchone()[0]
    rows = connection.execute(
        "select sha256, page, snippet(moa_pages, 0, char(2), char(3), '…', 40) from moa_pages"
        # by rank alone: with a second term every match, not only those shown, would have its passage cut out
        f" where moa_pages match ?{inside} order by rank limit ? offset ?",
        [expression, *chosen, limit, offset],
    )
    return [PageHit(*row) for row in rows], int(total)
