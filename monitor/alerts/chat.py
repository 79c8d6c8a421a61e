"""Chat channels: a line for each change through Apprise."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.alerts.describe_change import ChangeText
from monitor.alerts.send_results import Outcome
from monitor.alerts.subject import make_subject
from monitor.i18n.language import language

_MOST_CHANGES = 20  # chat services cut long messages


def post_to_chat(address: str, changes: Sequence[ChangeText], code: str) -> Outcome:
    """Post the changes, a line each; Apprise's services say only whether they took it."""
    import apprise  # takes half a second to import; only who has a chat channel waits for it

    words = language(code)
    lines = [f"{c.headline}: {c.agency} ({c.place}) {c.page}" for c in changes[:_MOST_CHANGES]]
    if (more := len(changes) - _MOST_CHANGES) > 0:
        lines.append(words.count("%(n)d more change", "%(n)d more changes", more))
    channel = apprise.Apprise()
    if not channel.add(address):
        return Outcome("refused", None, "Apprise knows no service for this address")
    if channel.notify(title=make_subject(changes, words), body="\n".join(lines), body_format=apprise.NotifyFormat.TEXT):
        return Outcome("sent")
    return Outcome("later", None, "the service did not take it")
