"""Ask the Internet Archive's index, and for captures.

EDGI's `wayback` knows the archive's ways: resume keys, odd records of its index, redirects between captures, wrong
headers. Its addresses are fixed, so `scrapers.archive.adapter`, mounted on its session, leads its requests elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from wayback import WaybackClient, WaybackSession
from wayback.exceptions import (
    BlockedByRobotsError,
    BlockedSiteError,
    NoMementoError,
    WaybackException,
)

from db.archive_models import Capture
from db.database import Store, parse_time, to_text
from db.settings import Settings
from scrapers.archive.adapter import ARCHIVE_ROOTS, ArchiveAdapter, ArchiveUnavailableError, SettledCaptureError
from scrapers.archive.packing import unpacked

#: Records that one answer of the index may hold; the page of 2021 to 2025 has 2,394 captures.
INDEX_PAGE = 5_000
#: A capture that is missing may be replaced by the nearest one of its address, but not by one of another season.
NEAREST_WITHIN = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class CapturedBody:
    """What the archive gave for a capture: the bytes, or the outcome that says why there are none."""

    url: str  # the archive's address that was asked
    final_url: str  # the archive's address that answered
    original: str
    captured_at: str  # by the final address: the nearest capture may have answered in place of the asked one
    outcome: str = ""
    data: bytes = b""
    digests: tuple[str, ...] = ()  # of the bytes as sent and as unpacked, as the archive's index writes digests
    disposition: str = ""
    detail: str = ""
    is_evident: bool = True  # the archive calls it a capture; else only its address does


class ArchiveClient:
    """The archive's index and captures. Use it as a context manager."""

    def __init__(
        self, store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object],
        *, user_agent: str, tries: int | None = None,
    ) -> None:  # fmt: skip
        self._root, self._most_bytes = settings.archive_url, settings.max_list_bytes
        self._index_days = settings.archive_index_days
        session = WaybackSession(
            retries=0, timeout=settings.request_timeout_seconds, user_agent=user_agent, search_calls_per_second=0,
            memento_calls_per_second=0,
        )  # fmt: skip
        self._adapter = ArchiveAdapter(store, settings, now, sleep, tries or settings.archive_tries)
        session.headers["Accept-Encoding"] = "gzip"  # nothing else is unpacked here
        session.adapters.clear()  # no other host is ever asked, whatever an answer says
        for root in ARCHIVE_ROOTS:
            session.mount(root, self._adapter)
        self.session = session
        self._client = WaybackClient(session)

    def __enter__(self) -> ArchiveClient:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def search(self, address: str, *, prefix: bool = False, index_days: float | None = None) -> Iterator[Capture]:
        """Yield every capture with status 200 that the index names for the address, or for all that begin with it.

        A kept answer may be `index_days` old (the setting's, unless given). Raises `ArchiveUnavailableError` when the
        index does not answer.
        """
        self._adapter.index_days = self._index_days if index_days is None else index_days
        try:
            for record in self._client.search(
                address, match_type="prefix" if prefix else "exact", limit=INDEX_PAGE, filter_field="statuscode:200",
            ):  # fmt: skip
                if record.statuscode not in (None, 200):
                    continue  # an index that does not filter
                yield Capture(
                    to_text(record.timestamp), record.original, record.digest, record.mimetype,
                    record.mimetype == "warc/revisit",
                )  # fmt: skip
        except WaybackException as error:
            raise ArchiveUnavailableError(
                "refused", f"the archive's index does not answer: {error}", address
            ) from error

    def address_of(self, original: str, captured_at: str) -> str:
        """Return the archive's address of a capture's bytes as they were captured."""
        return f"{self._root}/web/{''.join(filter(str.isdigit, captured_at))}id_/{original}"

    def get(self, capture: Capture) -> CapturedBody:
        """Return what the archive kept of a capture, unpacked; raise `ArchiveUnavailableError` without an answer."""
        url = self.address_of(capture.original, capture.captured_at)
        failed: tuple[str, str]
        try:
            memento = self._client.get_memento(
                capture.original, parse_time(capture.captured_at), exact=False, exact_redirects=True,
                target_window=NEAREST_WITHIN, follow_redirects=False,
            )  # fmt: skip
        except SettledCaptureError as error:
            failed = ("redirected", f"{error.file} answers in its place, and was asked for before")
        except NoMementoError as error:
            failed = ("missing", str(error))
        except (BlockedSiteError, BlockedByRobotsError) as error:
            failed = ("refused", str(error))
        except WaybackException as error:  # it cannot be played, or the answer is not to be understood
            failed = ("missing", str(error))
        else:
            at = to_text(memento.timestamp)
            original = str(memento.url)
            outcome = {200: "", 404: "missing", 410: "missing"}.get(memento.status_code, "not_list")
            if 300 <= memento.status_code < 400:
                outcome = "redirected"
            data = unpacked(memento.content, self._most_bytes)
            return CapturedBody(
                url, self.address_of(original, at), original, at, outcome, data,
                (digest_of(memento.content), digest_of(data)), memento.headers.get("content-disposition", ""),
                f"the capture is an answer with status {memento.status_code}" if outcome else "",
                self._adapter.is_evident,
            )  # fmt: skip
        return CapturedBody(url, url, capture.original, capture.captured_at, failed[0], detail=failed[1][:300])


def digest_of(body: bytes) -> str:
    """Return the body's digest as the archive's index writes it: SHA-1 in base32."""
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
