"""Chat channels: a line for each change, written in Markdown, which Apprise turns into what each service reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.alerts.alert_errors import AddressError
from monitor.alerts.arrange import group_changes
from monitor.alerts.describe_change import ChangeText
from monitor.alerts.page_links import changes_page
from monitor.alerts.send_results import Outcome
from monitor.alerts.subject import make_subject
from monitor.i18n.language import Language, language

_MARKS = re.compile(r"[\\*_`~<>|]")
#: Lines in one post, and characters in all: Discord takes 2,000, the others more.
_MOST_CHANGES = 10
_MOST_CHARACTERS = 1800


def check_chat_address(address: str) -> None:
    """Raise AddressError unless Apprise knows the service and can read the address."""
    import apprise  # takes half a second to import; only who has a chat channel waits for it

    if apprise.Apprise.instantiate(address) is None:
        raise AddressError(
            "Apprise knows no such service, or the address is incomplete; docs/alerts.md has examples, and Apprise's"
            " documentation the form of each service"
        )


def post_to_chat(address: str, changes: Sequence[ChangeText], code: str, public_url: str) -> Outcome:
    """Post the changes, a line each, with a link to the rest; Apprise's services say only whether they took it."""
    import apprise

    words = language(code)
    title, body = make_subject(changes, words), "\n".join(write_lines(changes, words, public_url))
    channel = apprise.Apprise()
    if not channel.add(address):
        return Outcome("refused", None, "Apprise knows no service for this address")
    if channel.notify(title=title, body=body, body_format=apprise.NotifyFormat.MARKDOWN):
        return Outcome("sent")
    return Outcome("later", None, "the service did not take it")


def write_lines(changes: Sequence[ChangeText], words: Language, public_url: str) -> list[str]:
    """Return a line of Markdown for each change, in the order of a mail, the last a link to those that have no room."""
    ordered = [change for group in group_changes(changes, words) for change in group.changes]
    lines: list[str] = []
    for change in ordered[:_MOST_CHANGES]:
        place = f" ({_escape(change.place)})" if change.place else ""
        line = f"- [{_escape(change.agency)}]({change.page}){place}: {_escape(change.headline)}"
        if sum(map(len, lines)) + len(line) > _MOST_CHARACTERS:
            break
        lines.append(line)
    if (more := len(changes) - len(lines)) > 0:
        page = changes_page(public_url, since=min(change.listed_on for change in changes))
        lines.append(f"- [{words.count('%(n)d more change', '%(n)d more changes', more)}]({page})")
    return lines


def _escape(text: str) -> str:
    """Return the text without a meaning in Markdown: a name must neither end a link nor make one."""
    return _MARKS.sub(r"\\\g<0>", text.replace("[", "(").replace("]", ")"))
