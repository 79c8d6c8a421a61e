"""The message that would tell some changes, and what waits to be sent: for the operator's eyes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict, get_args

from db.alert_models import What
from db.database import Store
from db.errors import NotFoundError
from db.queries.delivery_log import list_waiting
from db.settings import Settings
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.describe_change import describe_change
from monitor.alerts.page_links import token_page
from monitor.alerts.reader_addresses import masked
from monitor.alerts.render import Footer, Rendered, render_alert
from monitor.alerts.told_changes import read_told_changes
from monitor.alerts.trend import place_of, read_trend
from monitor.i18n.language import LANGUAGES, language

WHATS: tuple[What, ...] = get_args(What)


class WaitingLine(TypedDict):
    """A statement or message that has not left, with the change it is about."""

    due_at: str
    address: str
    what: str
    change_id: str | None
    kind: str | None
    state: str | None
    agency: str | None
    support_type: str | None


def preview_message(store: Store, settings: Settings, ids: Sequence[str], what: str, code: str) -> Rendered:
    """Return the message that would tell these changes; its links to manage and stop lead nowhere."""
    said = next((known for known in WHATS if known == what), None)
    if said is None or code not in LANGUAGES:
        raise AlertError(f"say one of {', '.join(WHATS)} and one of {', '.join(LANGUAGES)}")
    changes = read_told_changes(store, ids)
    if unknown := sorted(set(ids) - {c["id"] for c in changes}):
        raise NotFoundError(f"no change {unknown[0]}; `ice-agreements changes` lists their ids")
    words = language(code)
    manage, stop = (token_page(settings.public_url, purpose, "preview") for purpose in ("manage", "unsubscribe"))
    footer = Footer(code, (words.say("the whole country"),), manage, stop)
    texts = [describe_change(change, said, words, settings.public_url) for change in changes]
    rendered = render_alert(texts, footer, settings, trend=read_trend(store.connection, place_of(texts), words))
    picture = f"data:image/png;base64,{b64encode(rendered.picture).decode()}"
    return replace(rendered, html=rendered.html.replace("cid:trend", picture))


def read_waiting(store: Store) -> list[WaitingLine]:
    """Return every statement and message that has not left, soonest first."""
    rows = list_waiting(store.connection)
    changes = {c["id"]: c for c in read_told_changes(store, [row["change_id"] for row in rows if row["change_id"]])}
    lines = []
    for row in rows:
        change = changes.get(row["change_id"] or "")
        lines.append(WaitingLine(
            due_at=row["due_at"], what=row["what"], change_id=row["change_id"],
            address=masked(row["channel"], row["address"]) if row["address"] else "the operator",
            kind=change and change["kind"], state=change and change["state"], agency=change and change["agency"],
            support_type=change and change["support_type"],
        ))  # fmt: skip
    return lines
