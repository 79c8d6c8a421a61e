"""What would be told, what waits, and what became of it: for the operator's eyes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.database import Store
from db.errors import NotFoundError
from db.settings import Settings
from monitor.alerts.addresses import masked, token_page
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.filters import LANGUAGES
from monitor.alerts.render import Reader, Rendered, render_alert
from monitor.alerts.story import tell_story
from monitor.alerts.wording import words_of
from monitor.changelog.log import read_entries

WHATS = ("news", "early", "correction")


def preview_message(store: Store, settings: Settings, ids: Sequence[str], what: str, language: str) -> Rendered:
    """The message that would tell these changes; its links to manage and stop lead nowhere."""
    if what not in WHATS or language not in LANGUAGES:
        raise AlertError(f"say one of {', '.join(WHATS)} and one of {', '.join(LANGUAGES)}")
    entries = read_entries(store, ids)
    if len(entries) < len(set(ids)):
        strange = sorted(set(ids) - {e["id"] for e in entries})
        raise NotFoundError(f"no change {strange[0]}; `ice-agreements changes` lists their ids")
    stories = [tell_story(entry, what, words_of(language), settings.public_url) for entry in entries]
    wishes = (words_of(language).say("the whole country"),)
    manage, stop = (token_page(settings.public_url, purpose, "preview") for purpose in ("manage", "unsubscribe"))
    reader = Reader(language, wishes, manage, stop)
    return render_alert(stories, reader, site=settings.site_name, footer=settings.mail_footer)


def read_waiting(store: Store) -> list[dict[str, Any]]:
    """Every telling and message that has not left, soonest first."""
    found = []
    rows = store.connection.execute(
        "select d.due_at, s.channel, s.address, d.what, d.change_id from deliveries d"
        " join subscribers s on s.id = d.subscriber_id where d.status = 'waiting' order by d.due_at, s.address, d.id"
    ).fetchall()
    entries = {e["id"]: e for e in read_entries(store, [row[4] for row in rows])}
    for due_at, channel, address, what, change_id in rows:
        entry = entries.get(change_id, {})
        named = {name: entry.get(name) for name in ("kind", "state", "agency", "support_type")}
        found.append(
            {"due_at": due_at, "address": masked(channel, address), "what": what, "change_id": change_id, **named}
        )
    for due_at, kind, about, channel, address in store.connection.execute(
        "select m.next_at, m.kind, m.about, s.channel, s.address from messages m"
        " left join subscribers s on s.id = m.subscriber_id"
        " where m.kind != 'alert' and m.status in ('waiting', 'sending') order by m.id"
    ):
        to = masked(channel, address) if address else "the operator"
        found.append({"due_at": due_at, "address": to, "what": kind, "change_id": about})
    return found


def read_attempts(store: Store, subscriber_id: int | None, *, failed: bool, limit: int) -> list[dict[str, Any]]:
    """Every try of every message (of one subscriber; of those that failed), newest first."""
    names = ("at", "channel", "address", "kind", "status", "outcome", "code", "detail", "message_id")
    rows = store.connection.execute(
        "select a.at, ifnull(s.channel, 'mail'), ifnull(s.address, ifnull(m.recipient, '')), m.kind, m.status,"
        " a.outcome, a.code, a.detail, m.message_id from attempts a join messages m on m.id = a.message"
        " left join subscribers s on s.id = m.subscriber_id where (?1 is null or m.subscriber_id = ?1)"
        " and (not ?2 or m.status = 'failed') order by a.id desc limit ?3",
        [subscriber_id, failed, limit],
    )
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for row in found:
        row["address"] = masked(row["channel"], row["address"])
    return found
