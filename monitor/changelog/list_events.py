"""What ICE's page says of a list as a whole: it is in the log as one event, and withdraws no row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import cast

from db.models import Change, ListName, PageState
from monitor.changelog import change_status
from monitor.changelog.change_ids import change_id
from monitor.changelog.state import Ledger
from monitor.publications.dating import eastern_day


def note_lists_gone(ledger: Ledger, pages: Iterable[PageState]) -> None:
    """Put into the log each time that ICE's page no longer linked a list."""
    linked: frozenset[str] = frozenset()
    times: Counter[str] = Counter()
    for page in pages:
        for name in sorted(linked - page.linked):
            times[name] += 1
            change = Change(
                change_id("list_event", name, "list_gone", times[name]), "list_event", "", cast(ListName, name), None,
                None, 0, eastern_day(page.seen_at), "list_gone", reason=f"ICE's page no longer links the {name} list",
                evidence={"page_sha256": page.sha256, "seen_at": page.seen_at},
            )  # fmt: skip
            change_status.state_as_shown(ledger, change)
        linked = page.linked
