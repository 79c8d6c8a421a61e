"""The forms readers use: subscribe, confirm, manage, stop. A GET shows, only a POST does.

`make_routes` gives Starlette routes for whatever application mounts them at its root; `make_app` is one by itself.
Mail scanners and previewers open every link of a message: that must neither confirm nor end anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from db.database import Store, to_text, utc_now
from db.errors import NotFoundError
from db.settings import Settings
from monitor import policy
from monitor.alerts.addresses import token_page
from monitor.alerts.alert_errors import AddressError, WishError
from monitor.alerts.describe import RHYTHM_NAMES, describe_subscription
from monitor.alerts.filters import LANGUAGES, check_reader, check_wish, state_names
from monitor.alerts.render import environment
from monitor.alerts.schedule import COMMON_ZONES
from monitor.alerts.story import HEADLINES, SUPPORT_NAMES
from monitor.alerts.subscribers import (
    confirm_subscription,
    end_subscriber,
    end_subscription,
    get_subscriber,
    set_reader,
    subscriptions_of,
)
from monitor.alerts.tokens import Signer, open_signer
from monitor.alerts.wording import words_of
from monitor.web.feeds.routes import FeedDesk
from monitor.web.forms.posted import FORM_TEXTS, chosen_language, empty_form, form_problem, read_form
from monitor.web.forms.signup import SignUp, sign_up
from monitor.web.http.client_ip import client_ip

LANGUAGE_NAMES = {"en": "English", "es": "Español"}
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address of the page is a key
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
}


class Desk:
    """The forms over one data directory."""

    def __init__(self, settings: Settings, now: Callable[[], str], signer: Signer | None = None) -> None:
        self.settings = settings
        self.now = now
        self._signer = signer
        self._proxies = settings.trusted_proxies.split()

    @property
    def _home(self) -> str:
        """The path our pages stand under: forms post to where they came from, whatever the host is called."""
        return urlsplit(self.settings.public_url).path.rstrip("/")

    @property
    def signer(self) -> Signer:
        """The signer, opened when the first form needs it, so that making the routes touches no file."""
        if self._signer is None:
            self._signer = open_signer(self.settings, self.settings.home)
        return self._signer

    # -- subscribe --------------------------------------------------------------------------------------------

    async def subscribe(self, request: Request) -> Response:
        """GET shows the form; POST takes it, and always answers the same."""
        language = chosen_language(request)
        if request.method != "POST":
            return self._form(language, empty_form(language))
        form = await read_form(request)
        return await run_in_threadpool(self._take, form, language, client_ip(request.scope, self._proxies))

    def _take(self, form: FormData, language: str, client: str) -> Response:
        words = words_of(language)
        filled: dict[str, Any] = {name: str(form.get(name, ""))[:300] for name in FORM_TEXTS}
        filled["kinds"] = [str(kind) for kind in form.getlist("kinds")]
        filled["early"] = bool(form.get("early"))
        if form.get("website"):  # only a machine fills what nobody sees
            return self._taken(language)
        try:
            reader, zone = check_reader(filled["language"] or language, filled["zone"] or COMMON_ZONES[0])
            with Store.open(self.settings.home) as store:
                wish = check_wish(
                    store, rhythm=filled["rhythm"] or "daily", state=filled["state"], county=filled["county"],
                    agency=filled["agency"], support_type=filled["support_type"], kinds=filled["kinds"],
                    early=filled["early"],
                )  # fmt: skip
                asked = SignUp(filled["address"], wish, reader, zone, client)
                answer = sign_up(store, self.settings, self.signer, asked, self.now())
        except (AddressError, WishError) as error:
            return self._form(language, filled, form_problem(error, words), status=422)
        if answer == "too_many":
            title = words.say("Too many requests")
            return self.say_page(language, title, words.say("Please try again in an hour."), status=429)
        return self._taken(language)

    def _taken(self, language: str) -> Response:
        words = words_of(language)
        text = words.say("If the address can get alerts, a message is on its way. Open it and confirm.")
        return self.say_page(language, words.say("Look into your mailbox"), text)

    def _form(self, language: str, form: dict[str, Any], problem: str = "", status: int = 200) -> Response:
        words = words_of(language)
        return self._page(
            "subscribe", language, words.say("Alerts"), status=status, form=form, problem=problem,
            states=list(state_names().items()), hour=policy.DIGEST_HOUR, zones=COMMON_ZONES,
            supports=[(code, f"{words.named(name)} ({code})") for code, name in SUPPORT_NAMES.items()],
            rhythms=[(code, words.named(name)) for code, name in RHYTHM_NAMES.items()],
            kinds=[(code, words.named(name)) for code, name in HEADLINES.items()], languages=LANGUAGE_NAMES.items(),
        )  # fmt: skip

    # -- links in messages ------------------------------------------------------------------------------------

    async def confirm(self, request: Request) -> Response:
        """GET asks; POST confirms the subscription that the link names."""
        return await run_in_threadpool(self._confirm, request)

    def _confirm(self, request: Request) -> Response:
        language = chosen_language(request)
        words = words_of(language)
        found = self.signer.read("confirm", request.path_params["token"], self.now())
        if found is None or len(found) != 2:
            return self._stale(language)
        if request.method != "POST":
            text = words.say("Press the button to get the alerts you asked for.")
            return self._ask(language, words.say("Confirm your alerts"), text, words.say("Confirm the alerts"))
        with Store.open(self.settings.home) as store:
            if not confirm_subscription(store, int(found[0]), str(found[1]), self.now()):
                return self._stale(language)
        return self.say_page(language, words.say("Confirmed"), words.say("You will get the alerts you asked for."))

    async def unsubscribe(self, request: Request) -> Response:
        """GET asks; POST (a person's or a mail program's one click, RFC 8058) ends all alerts to the address."""
        return await run_in_threadpool(self._unsubscribe, request)

    def _unsubscribe(self, request: Request) -> Response:
        language = chosen_language(request)
        words = words_of(language)
        found = self.signer.read("unsubscribe", request.path_params["token"], self.now())
        if found is None or len(found) != 1:
            return self._stale(language)
        if request.method != "POST":
            text = words.say("Press the button, and no more alerts are sent to your address.")
            return self._ask(language, words.say("Stop all alerts"), text, words.say("Stop all alerts"))
        with Store.open(self.settings.home) as store:
            end_subscriber(store, int(found[0]), self.now())
        return self.say_page(language, words.say("Stopped"), words.say("No more alerts are sent to your address."))

    async def manage(self, request: Request) -> Response:
        """GET shows the reader's subscriptions; POST ends one, or sets language and time zone."""
        form = await read_form(request) if request.method == "POST" else FormData()
        return await run_in_threadpool(self._manage, request, form)

    def _manage(self, request: Request, form: FormData) -> Response:
        language = chosen_language(request)
        found = self.signer.read("manage", request.path_params["token"], self.now())
        if found is None or len(found) != 2:
            return self._stale(language)
        with Store.open(self.settings.home) as store:
            try:
                subscriber = get_subscriber(store, int(found[0]))
            except NotFoundError:
                return self._stale(language)
            if subscriber["nonce"] != found[1] or subscriber["status"] != "active":
                return self._stale(language)
            said, problem = self._change(store, subscriber, form)
            subscriber = get_subscriber(store, subscriber["id"])
            rows = [row for row in subscriptions_of(store, subscriber["id"]) if row["status"] == "active"]
            words = words_of(subscriber["language"])
            named = [{"id": row["id"], "text": describe_subscription(store, row, words)} for row in rows]
        stop = self.signer.sign("unsubscribe", self.now(), subscriber["id"])
        return self._page(
            "manage", subscriber["language"], words.say("Your alerts"), rows=named, said=said, problem=problem,
            address=subscriber["address"], chosen_language=subscriber["language"], zone=subscriber["zone"],
            zones=COMMON_ZONES, languages=LANGUAGE_NAMES.items(),
            unsubscribe_url=token_page(self._home, "unsubscribe", stop),
        )  # fmt: skip

    def _change(self, store: Store, subscriber: dict[str, Any], form: FormData) -> tuple[str, str]:
        words = words_of(subscriber["language"])
        if ending := str(form.get("end", "")):
            done = ending.isdigit() and end_subscription(store, subscriber["id"], int(ending[:15]), self.now())
            return (words.say("Ended."), "") if done else ("", "")
        if form.get("zone") or form.get("language"):
            try:
                language, zone = check_reader(str(form.get("language")), str(form.get("zone")))
            except WishError as error:
                return "", form_problem(error, words)
            set_reader(store, subscriber["id"], language, zone)
            return words_of(language).say("Saved."), ""
        return "", ""

    # -- pages ------------------------------------------------------------------------------------------------

    def _stale(self, language: str) -> Response:
        words = words_of(language)
        text = words.say("This link is too old, has been used, or was not made by us. Subscribe again for a new one.")
        link = f"{self._home}/alerts/subscribe"
        return self.say_page(
            language, words.say("This link does not work"), text, link, words.say("Alerts"), status=404
        )

    def _ask(self, language: str, title: str, text: str, button: str) -> Response:
        return self._page("ask", language, title, text=text, button=button)

    def say_page(
        self, language: str, title: str, text: str, link: str = "", link_text: str = "", status: int = 200
    ) -> Response:
        """A page that says one thing."""
        return self._page("say", language, title, status=status, text=text, link=link, link_text=link_text)

    def _page(self, name: str, language: str, title: str, *, status: int = 200, **values: Any) -> Response:
        other = next(code for code in LANGUAGES if code != language)
        page = environment(language).get_template(f"{name}.html.j2").render(
            title=title, site=self.settings.site_name, home=self._home, other_language=other,
            other_language_name=LANGUAGE_NAMES[other], **values,
        )  # fmt: skip
        return HTMLResponse(page, status_code=status, headers={**_HEADERS, "Content-Language": language})


def make_routes(
    settings: Settings, *, now: Callable[[], str] = lambda: to_text(utc_now()), signer: Signer | None = None
) -> list[BaseRoute]:
    """The routes of forms and feeds, to be mounted at the root of the public pages."""
    desk, feeds = Desk(settings, now, signer), FeedDesk(settings)
    both = ["GET", "POST"]
    return [
        Route("/alerts/subscribe", desk.subscribe, methods=both),
        Route("/alerts/confirm/{token}", desk.confirm, methods=both),
        Route("/alerts/manage/{token}", desk.manage, methods=both),
        Route("/alerts/unsubscribe/{token}", desk.unsubscribe, methods=both),
        *feeds.routes(),
    ]


def make_app(
    settings: Settings, *, now: Callable[[], str] = lambda: to_text(utc_now()), signer: Signer | None = None
) -> Starlette:
    """Forms and feeds as an application by itself."""
    return Starlette(routes=make_routes(settings, now=now, signer=signer))
