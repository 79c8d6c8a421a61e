"""ICE's real lists of 2025 put out one by one under a clock, and every mail that its readers get."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from db.alert_models import OutgoingMessage
from db.database import Store
from db.queries import fetches, messages, snapshots
from db.settings import Settings
from monitor.alerts import outbox
from monitor.alerts.compose import compose_due
from monitor.alerts.tokens import open_signer
from monitor.alerts.write_mail import MailWriter
from monitor.changelog.rebuild import derive
from scrapers.readers.document import read_document
from tests.paths import LISTS

#: When digests leave in New York, in winter and in summer.
_MORNINGS = ("11:00:30", "12:00:30")


def lists_in_order() -> list[tuple[str, Path, str]]:
    """(when it was put out, file, what its link promised), by the workbook's own time, else the capture's."""
    found = []
    with (LISTS / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            if line["file"].startswith("page-tables"):
                continue
            captured = line["archive_capture_utc"]
            seen = f"{captured[:4]}-{captured[4:6]}-{captured[6:8]}T{captured[8:10]}:{captured[10:12]}:{captured[12:]}Z"
            at = line["workbook_modified_utc"] or seen
            found.append((at if not captured or at <= seen else seen, LISTS / line["file"], line["uploaded_as"]))
    return sorted(found)


def take_in(store: Store, path: Path, linked_as: str, now: str) -> None:
    """The list is stored and read, as if fetched at `now`."""
    data = path.read_bytes()
    sha256 = store.archive.put(data)
    with store.writing():
        fetches.record_document(store, sha256, now)
        snapshots.save_snapshot(store, sha256, read_document(data, name=path.name))
        fetches.record_sighting(
            store, sha256, file=path.name, url="", linked_as=linked_as, seen_at=now, known_at=now, how="fetch"
        )


def moments(begin: str, end: str) -> Iterator[tuple[str, Path | None, str]]:
    """(when, list put out then or None, what its link promised): each list, and each morning of the days between."""
    steps: list[tuple[str, Path | None, str]] = [
        (at, path, linked_as) for at, path, linked_as in lists_in_order() if begin <= at < end
    ]
    day, last = date.fromisoformat(begin), date.fromisoformat(end)
    while day < last:
        steps += [(f"{day}T{clock}Z", None, "") for clock in _MORNINGS]
        day += timedelta(days=1)
    return iter(sorted(steps, key=lambda step: step[0]))


def send_all(
    store: Store, settings: Settings, writer: MailWriter, now: str
) -> Iterator[tuple[OutgoingMessage, str, str]]:
    """Every message that is due, taken by its reader's server; (message, subject, text) of each alert."""
    compose_due(store, now)
    last = 0
    while ids := messages.list_open(store.connection, now, last, 200, mail=True):
        last = ids[-1]
        with store.writing() as connection:
            for number in ids:
                message = messages.load_message(connection, number)
                if message is None or message.kind != "alert":
                    messages.drop_message(connection, number)
                    continue
                rendered = (
                    writer.render(message, writer.footer(message.subscriber, now)) if message.subscriber else None
                )
                assert rendered is not None
                messages.finish_message(
                    connection, number, now, sent=True, code=250, detail="", subject=rendered.subject
                )
                yield message, rendered.subject, rendered.text


def replay(store: Store, settings: Settings, begin: str, end: str) -> Iterator[tuple[str, OutgoingMessage, str, str]]:
    """(when, message, subject, text) of every mail between two days; what came before is in the log already."""
    signer = open_signer(settings, store.home)
    for now, path, linked_as in moments(begin, end):
        if path is not None:
            take_in(store, path, linked_as, now)
        derive(store, now=now, tell=outbox.queue)
        writer = MailWriter(store, settings, signer)  # as each run of the sender has its own: it caches changes
        for message, subject, text in send_all(store, settings, writer, now):
            yield now, message, subject, text
