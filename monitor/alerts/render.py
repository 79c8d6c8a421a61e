"""Messages as text and HTML, from the templates beside this file, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment

from db.settings import Settings
from monitor import policy
from monitor.alerts.arrange import group_changes, merge_changes, shorten
from monitor.alerts.describe_change import ChangeText
from monitor.alerts.page_links import changes_page
from monitor.alerts.subject import count_changes, make_subject
from monitor.alerts.trend import Trend
from monitor.i18n.language import Language, language
from monitor.i18n.templates import make_environment

_NO_TREND = Trend()
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's subject, its two bodies, and the picture (PNG) that the HTML shows as `cid:trend`; b"" for none."""

    subject: str
    text: str
    html: str
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class Footer:
    """What the foot of a message says: why the reader got it, and how to change or stop that."""

    language: str
    subscriptions: tuple[str, ...]
    manage_url: str
    unsubscribe_url: str


def render_alert(
    changes: Sequence[ChangeText], footer: Footer, settings: Settings, *, trend: Trend = _NO_TREND,
    part: tuple[int, int] | None = None,
) -> Rendered:  # fmt: skip
    """Return the message that tells these changes, cut with a link to the rest where it would become too large.

    A digest shows the picture of the `trend`; `part` says which of how many messages of a digest this is.
    """
    words = language(footer.language)
    changes = merge_changes(changes)
    subject = make_subject(changes, words)
    if part is not None:
        subject = words.say("%(subject)s (%(part)d of %(parts)d)", subject=subject, part=part[0], parts=part[1])
    groups = group_changes(changes, words)
    picture = trend.picture if len(changes) > 1 else b""
    shown = len(changes)
    while True:
        values = {
            "subject": subject, "intro": _intro(changes, words), "summary": count_changes(changes, words),
            "trend": trend, "picture": bool(picture), "groups": shorten(groups, shown),
            "full": len(changes) <= policy.FULL_CHANGES, "several": len(changes) > 1, "more": len(changes) - shown,
            "more_url": _rest_page(changes, settings.public_url),
            "why": words.say("You get this because you asked %(site)s for:", site=settings.site_name),
            "subscriptions": footer.subscriptions, "manage_url": footer.manage_url,
            "unsubscribe_url": footer.unsubscribe_url, "signature": settings.mail_footer,
        }  # fmt: skip
        rendered = _render("message", footer.language, subject, values)
        size = len(rendered.text.encode()) + len(rendered.html.encode())
        if size <= policy.MAIL_BYTES or shown <= 1:
            return replace(rendered, picture=picture)
        shown = min(shown - 1, shown * policy.MAIL_BYTES // size)


def render_confirmation(code: str, subscriptions: Sequence[str], url: str, days: int, settings: Settings) -> Rendered:
    """Return the message that asks whether somebody really wants alerts."""
    subject = language(code).say("Confirm your alerts from %(site)s", site=settings.site_name)
    values = {
        "subject": subject, "subscriptions": subscriptions, "confirm_url": url, "days": days,
        "site": settings.site_name, "signature": settings.mail_footer,
    }  # fmt: skip
    return _render("confirm", code, subject, values)


@cache
def _templates(code: str) -> Environment:
    return make_environment(Path(__file__).parent / "templates", language(code), lang=code)


def _render(name: str, code: str, subject: str, values: dict[str, object]) -> Rendered:
    templates = _templates(code)
    text = templates.get_template(f"{name}.txt.j2").render(values)
    html = templates.get_template(f"{name}.html.j2").render(values)
    return Rendered(subject, text, _INLINER.inline(html))


def _intro(changes: Sequence[ChangeText], words: Language) -> str:
    if all(change.what == "correction" for change in changes):
        return words.say("We told you something that turned out not to stand. This corrects it.")
    days = [change.listed_on for change in changes]
    first, last = words.date(min(days)), words.date(max(days))
    if first == last:
        return words.say("What changed on ICE's 287(g) list of %(day)s.", day=first)
    return words.say("What changed on ICE's 287(g) lists of %(first)s to %(last)s.", first=first, last=last)


def _rest_page(changes: Sequence[ChangeText], public_url: str) -> str:
    states = {change.state for change in changes}
    since = min((change.listed_on for change in changes), default="")
    return changes_page(public_url, states.pop() if len(states) == 1 else "", since)
