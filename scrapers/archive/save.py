"""Ask the Internet Archive to keep what we found at ICE: a witness that is not ours. Off unless its keys are set.

The interface is the archive's Save Page Now: a request with a key pair, then its state until the capture is made.
`wayback` does not serve it, so its answers are read here; the requests go through the same adapter, at the same pace.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import requests

from db.archive_models import IndependentCopy, find_capture_time
from db.database import Store, to_text
from db.queries import archive_copies as stored
from db.settings import Settings
from scrapers.archive.adapter import WAYBACK_ROOT, ArchiveUnavailableError
from scrapers.archive.backfill import open_client

#: What came from ICE longer ago is not saved: ICE's address may lead to something else by now.
SAVE_WITHIN = timedelta(days=1)
#: So many documents are saved at a time, and so often the state of one is asked for; then the next pass asks again.
MOST_AT_ONCE, MOST_STATES = 3, 15
#: After so many failures a document is left without a copy.
MOST_TRIES = 3


def save_new(
    store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object]
) -> list[str]:
    """Ask for copies of ICE's page and lists that came lately; return a line for each answer."""
    said = []
    with open_client(store, settings, now, sleep, tries=1) as client:
        session = client.session
        for sha256, url in stored.list_uncopied(
            store.connection, to_text(now() - SAVE_WITHIN), MOST_TRIES, MOST_AT_ONCE
        ):
            try:
                copy_url, detail = _save(session, settings, url)
            except ArchiveUnavailableError as error:
                copy_url, detail = "", str(error).partition(" (")[0]
            copied_at = find_capture_time(copy_url) or ""
            copy = IndependentCopy(sha256, url, to_text(now()), copy_url, copied_at, detail[:300])
            stored.save_copy(store, copy)
            said.append(f"{url}: {copy_url or detail}")
    return said


def _save(session: requests.Session, settings: Settings, url: str) -> tuple[str, str]:
    """Return the archive's address of its new capture, or "" and why there is none."""
    keys = f"{settings.archive_save_key.get_secret_value()}:{settings.archive_save_secret.get_secret_value()}"
    headers = {"Accept": "application/json", "Authorization": f"LOW {keys}"}
    wish = {"url": url, "if_not_archived_within": "1h", "skip_first_archive": "1"}
    told = _json(session.post(f"{WAYBACK_ROOT}/save", data=wish, headers=headers))
    if not (job := str(told.get("job_id") or "")):
        return "", _why(told)
    for _ in range(MOST_STATES):
        told = _json(session.get(f"{WAYBACK_ROOT}/save/status/{job}", headers=headers))
        if told.get("status") == "success":
            stamp, original = str(told.get("timestamp") or ""), str(told.get("original_url") or url)
            return f"{settings.archive_url}/web/{stamp}id_/{original}", ""
        if told.get("status") != "pending":
            return "", _why(told)
    return "", "the archive is still at it"


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except requests.exceptions.JSONDecodeError:
        return {"message": f"status {response.status_code}"}
    return told if isinstance(told, dict) else {}


def _why(told: dict[str, Any]) -> str:
    return " ".join(str(told.get("message") or told.get("status_ext") or "no reason given").split())
