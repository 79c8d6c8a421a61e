"""Messages as text and HTML, from the templates beside this file, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from monitor import policy
from monitor.alerts.filters import state_names
from monitor.alerts.story import Story
from monitor.alerts.subject import make_subject
from monitor.alerts.wording import Words, words_of

TEMPLATES = Path(__file__).parent / "templates"
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's subject and its two bodies."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Reader:
    """What the foot of a message says to its reader: why they got it, and how to stop."""

    language: str
    wishes: tuple[str, ...]
    manage_url: str
    unsubscribe_url: str


@cache
def environment(language: str) -> Environment:
    """The templates with the language's translations; HTML is escaped, text is not."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html.j2"], default=False),
        extensions=["jinja2.ext.i18n"], trim_blocks=True, undefined=StrictUndefined, auto_reload=False,
    )  # fmt: skip
    words = words_of(language)
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["language"] = language
    return made


def render_alert(stories: Sequence[Story], reader: Reader, *, site: str, footer: str) -> Rendered:
    """The message that tells the reader these changes."""
    words = words_of(reader.language)
    stories = sorted(stories, key=_place_in_message)
    subject = make_subject(stories, words)
    values = {
        "subject": subject, "intro": _intro(stories, words), "groups": _groups(stories, words),
        "full": len(stories) <= policy.FULL_CHANGES,
        "why": words.say("You get this because you asked %(site)s for:", site=site),
        "wishes": reader.wishes, "manage_url": reader.manage_url, "unsubscribe_url": reader.unsubscribe_url,
        "footer": footer,
    }  # fmt: skip
    return _render("message", reader.language, subject, values)


def render_confirmation(
    language: str, wishes: Sequence[str], url: str, days: int, *, site: str, footer: str
) -> Rendered:
    """The message that asks whether somebody really wants alerts."""
    subject = words_of(language).say("Confirm your alerts from %(site)s", site=site)
    values = {"subject": subject, "wishes": wishes, "confirm_url": url, "days": days, "site": site, "footer": footer}
    return _render("confirm", language, subject, values)


def _render(name: str, language: str, subject: str, values: Mapping[str, Any]) -> Rendered:
    templates = environment(language)
    text = templates.get_template(f"{name}.txt.j2").render(values)
    html = templates.get_template(f"{name}.html.j2").render(values)
    return Rendered(subject, text, _INLINER.inline(html))


def _place_in_message(story: Story) -> tuple[bool, bool, str, str, str]:
    return (
        story.what != "correction",
        story.state == "",
        state_names().get(story.state, ""),
        story.agency,
        story.change_id,
    )


def _groups(stories: Sequence[Story], words: Words) -> list[dict[str, Any]]:
    """Corrections first, then state by state."""
    groups: dict[str, list[Story]] = {}
    for story in stories:
        name = words.say("Corrections") if story.what == "correction" else state_names().get(story.state, story.state)
        groups.setdefault(name or words.say("About the lists"), []).append(story)
    return [{"name": name, "stories": members} for name, members in groups.items()]


def _intro(stories: Sequence[Story], words: Words) -> str:
    if all(s.what == "correction" for s in stories):
        return words.say("We told you something that does not stand. This puts it right.")
    return words.say("What changed on the lists that ICE publishes of its 287(g) agreements.")
