"""Messages as text and HTML, from the templates beside this file, in the footer's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment

from monitor import policy
from monitor.alerts.describe_change import ChangeText
from monitor.alerts.filters import state_names
from monitor.alerts.subject import make_subject
from monitor.i18n.language import Language, language
from monitor.i18n.templates import make_environment

_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's subject and its two bodies."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Footer:
    """What the foot of a message says: why the reader got it, and how to change or stop that."""

    language: str
    subscriptions: tuple[str, ...]
    manage_url: str
    unsubscribe_url: str


@cache
def _templates(code: str) -> Environment:
    return make_environment(Path(__file__).parent / "templates", language(code), lang=code)


def render_alert(changes: Sequence[ChangeText], footer: Footer, *, site: str, signature: str) -> Rendered:
    """Return the message that tells these changes."""
    words = language(footer.language)
    changes = sorted(changes, key=_place_in_message)
    subject = make_subject(changes, words)
    values = {
        "subject": subject, "intro": _intro(changes, words), "groups": _groups(changes, words),
        "full": len(changes) <= policy.FULL_CHANGES,
        "why": words.say("You get this because you asked %(site)s for:", site=site),
        "subscriptions": footer.subscriptions, "manage_url": footer.manage_url,
        "unsubscribe_url": footer.unsubscribe_url, "signature": signature,
    }  # fmt: skip
    return _render("message", footer.language, subject, values)


def render_confirmation(
    code: str, subscriptions: Sequence[str], url: str, days: int, *, site: str, signature: str
) -> Rendered:
    """Return the message that asks whether somebody really wants alerts."""
    subject = language(code).say("Confirm your alerts from %(site)s", site=site)
    values = {
        "subject": subject, "subscriptions": subscriptions, "confirm_url": url, "days": days, "site": site,
        "signature": signature,
    }  # fmt: skip
    return _render("confirm", code, subject, values)


def _render(name: str, code: str, subject: str, values: Mapping[str, Any]) -> Rendered:
    templates = _templates(code)
    text = templates.get_template(f"{name}.txt.j2").render(values)
    html = templates.get_template(f"{name}.html.j2").render(values)
    return Rendered(subject, text, _INLINER.inline(html))


def _place_in_message(change: ChangeText) -> tuple[bool, bool, str, str, str]:
    return (
        change.what != "correction",
        change.state == "",
        state_names().get(change.state, ""),
        change.agency,
        change.change_id,
    )


def _groups(changes: Sequence[ChangeText], words: Language) -> list[dict[str, Any]]:
    """Return the changes in groups: corrections first, then state by state."""
    groups: dict[str, list[ChangeText]] = {}
    for change in changes:
        state = state_names().get(change.state, change.state)
        name = words.say("Corrections") if change.what == "correction" else state
        groups.setdefault(name or words.say("About the lists"), []).append(change)
    return [{"name": name, "changes": members} for name, members in groups.items()]


def _intro(changes: Sequence[ChangeText], words: Language) -> str:
    if all(s.what == "correction" for s in changes):
        return words.say("We told you something that turned out not to stand. This corrects it.")
    return words.say("What changed on ICE's published lists of 287(g) agreements.")
