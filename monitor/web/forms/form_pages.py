"""The pages that the forms answer with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from db.alert_models import Subscriber
from monitor import policy
from monitor.alerts.describe_subscription import RHYTHM_NAMES
from monitor.alerts.digest_times import COMMON_ZONES
from monitor.alerts.filters import SUPPORT_TYPES, state_names
from monitor.i18n.labels import NEWS_KINDS, SUPPORT
from monitor.i18n.language import LANGUAGES, language
from monitor.i18n.templates import make_environment
from monitor.web.forms.posted import Posted
from monitor.web.http.headers import SECURITY_HEADERS

_HEADERS = {
    **SECURITY_HEADERS,  # among them: no referrer, as the address of a page is a key
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}


class FormPages:
    """The pages of one site; `home` is the path under which they are."""

    def __init__(self, site: str, home: str) -> None:
        self._site = site
        self._home = home

    def show_form(self, code: str, form: Posted, problem: str = "", status: int = 200) -> Response:
        """Return the form to subscribe, filled in; its translation is about the same place."""
        words = language(code)
        about = {"state": form.state, "county": form.county, "agency": form.agency}
        return self._render(
            "subscribe", code, words.say("Alerts"), status=status, form=form, problem=problem, about=about,
            states=list(state_names().items()), hour=policy.DIGEST_HOUR, zones=COMMON_ZONES,
            supports=[(name, f"{words.say(SUPPORT[name])} ({name})") for name in SUPPORT_TYPES],
            rhythms=[(name, words.say(text)) for name, text in RHYTHM_NAMES.items()],
            kinds=[(kind, words.say(text)) for kind, text in NEWS_KINDS.items()], languages=LANGUAGES.items(),
        )  # fmt: skip

    def show_taken(self, code: str) -> Response:
        """Return the answer to every sign-up: it does not tell who is subscribed."""
        words = language(code)
        text = words.say("If alerts can be sent to the address, a message is on its way. Open it and confirm.")
        hint = words.say(
            "Nothing after an hour? Look in the spam folder. An address whose owner reported our mail as spam, or asked"
            " us never to write, gets none: then write to us."
        )
        return self.show_text(code, words.say("Check your inbox"), text, hint=hint)

    def show_stale(self, code: str) -> Response:
        """Return the answer to a link that does not work."""
        words = language(code)
        text = words.say("This link is too old, was used before, or is not one of ours. Subscribe again for a new one.")
        link = f"{self._home}/alerts/subscribe"
        return self.show_text(code, words.say("This link does not work"), text, link, words.say("Alerts"), status=404)

    def show_text(
        self, code: str, title: str, text: str, link: str = "", link_text: str = "", status: int = 200, hint: str = ""
    ) -> Response:
        """Return a page that says one thing."""
        return self._render("say", code, title, status=status, text=text, link=link, link_text=link_text, hint=hint)

    def ask(self, code: str, title: str, text: str, button: str) -> Response:
        """Return a page with one button."""
        return self._render("ask", code, title, text=text, button=button)

    def show_manage(
        self, subscriber: Subscriber, subscriptions: Sequence[tuple[int, str]], stop_url: str, *, done: str,
        problem: str,
    ) -> Response:  # fmt: skip
        """Return the page on which a subscriber changes what they get; `subscriptions` are ids with their words."""
        return self._render(
            "manage", subscriber.language, language(subscriber.language).say("Your alerts"), done=done,
            problem=problem, subscriptions=subscriptions, address=subscriber.address, zone=subscriber.zone,
            chosen_language=subscriber.language, zones=COMMON_ZONES, languages=LANGUAGES.items(),
            unsubscribe_url=stop_url,
        )  # fmt: skip

    def _render(self, name: str, code: str, title: str, *, status: int = 200, **values: object) -> Response:
        other = next(known for known in LANGUAGES if known != code)
        about = {name: text for name, text in dict(values.pop("about", {})).items() if text}  # type: ignore[call-overload]
        page = _templates(code).get_template(f"{name}.html.j2").render(
            title=title, site=self._site, home=self._home, language_name=LANGUAGES[code], other_language=other,
            other_language_name=LANGUAGES[other], other_query=urlencode({"lang": other, **about}),
            **values,
        )  # fmt: skip
        return HTMLResponse(page, status_code=status, headers={**_HEADERS, "content-language": code})


@cache
def _templates(code: str) -> Environment:
    return make_environment(Path(__file__).parent / "templates", language(code), lang=code)
