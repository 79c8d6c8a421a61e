"""The forms readers use: subscribe, confirm, manage, stop. A GET shows, only a POST acts.

`make_routes` returns Starlette routes for whatever application mounts them at its root. Mail scanners and previewers
open every link of a message: that must neither confirm nor end anything.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from db.alert_models import Subscriber
from db.database import Store, to_text, utc_now
from db.errors import NotFoundError, StoreError
from db.queries.subscribers import get_subscriber, update_language_and_zone
from db.queries.subscriptions import list_subscriptions
from db.settings import Settings
from monitor.alerts.alert_errors import AddressError, PreferenceError
from monitor.alerts.describe_subscription import describe_subscription
from monitor.alerts.digest_times import COMMON_ZONES
from monitor.alerts.filters import ENDING_KINDS, check_preferences, check_reader
from monitor.alerts.page_links import token_page
from monitor.alerts.signup import SignUp, sign_up
from monitor.alerts.subscribe import confirm_subscription
from monitor.alerts.tokens import Signer, open_signer
from monitor.alerts.unsubscribe import end_subscriber, end_subscription
from monitor.i18n.language import language
from monitor.web.forms.form_pages import FormPages
from monitor.web.forms.posted import Posted, chosen_language, explain_problem, first_form, read_form, read_posted
from monitor.web.http.client_ip import client_network
from monitor.web.http.turns import OwnThreads

#: Forms worked on at a time.
THREADS = 6
_LOG = logging.getLogger(__name__)
Answer = Callable[[Request], Awaitable[Response]]


class Forms:
    """The forms over one data directory."""

    def __init__(self, settings: Settings, now: Callable[[], str], signer: Signer | None = None) -> None:
        self._settings = settings
        self._now = now
        self._signer = signer
        self._proxies = settings.trusted_proxies.split()
        self._threads = OwnThreads(THREADS)
        # Forms post to the path they came from, whatever the host is called.
        self._home = urlsplit(settings.public_url).path.rstrip("/")
        self._pages = FormPages(settings.site_name, self._home)

    @property
    def signer(self) -> Signer:
        """The signer, opened when the first form needs it, so that making the routes touches no file."""
        if self._signer is None:
            self._signer = open_signer(self._settings, self._settings.home)
        return self._signer

    def or_busy(self, form: Answer) -> Answer:
        """Return the form's answer; one that says so when another program holds the database: nothing is lost then."""

        async def answer(request: Request) -> Response:
            try:
                return await form(request)
            except StoreError as error:
                _LOG.warning("%s %s: %s", request.method, request.url.path.rpartition("/")[0], error)
                code = chosen_language(request)
                words = language(code)
                text = words.say("This service is busy, and nothing was stored. Please try again in a minute.")
                busy = self._pages.show_text(code, words.say("Please try again"), text, status=503)
                busy.headers["Retry-After"] = "60"
                return busy

        return answer

    async def subscribe(self, request: Request) -> Response:
        """GET shows the form; POST takes it, and always answers the same."""
        code = chosen_language(request)
        if request.method != "POST":
            return self._pages.show_form(code, first_form(code, request.query_params))
        posted = read_posted(await read_form(request))
        return await self._threads.run(
            partial(self._subscribe, posted, code, client_network(request.scope, self._proxies))
        )

    def _subscribe(self, posted: Posted, code: str, client: str) -> Response:
        words = language(code)
        if posted.is_machine:  # or a browser that fills in what nobody sees: then the form is sent once more
            problem = words.say("A field that must stay empty was filled in. Please send the form again.")
            return self._pages.show_form(code, posted, problem, status=422)
        try:
            reader, zone = check_reader(posted.language or code, posted.zone or COMMON_ZONES[0])
            with Store.open(self._settings.home) as store:
                wanted = check_preferences(
                    store, rhythm=posted.rhythm or "daily", state=posted.state, county=posted.county,
                    agency=posted.agency, support_type=posted.support_type, early=posted.early,
                    kinds=ENDING_KINDS if posted.only == "endings" else posted.kinds,
                    ending_rhythm=posted.endings, counts_only=posted.counts_only,
                )  # fmt: skip
                asked = SignUp(posted.address, wanted, reader, zone, client)
                answer = sign_up(store, self._settings, self.signer, asked, self._now())
        except (AddressError, PreferenceError) as error:
            return self._pages.show_form(code, posted, explain_problem(error, words), status=422)
        if answer != "taken":
            text = words.say("Please try again in an hour.")
            if answer == "asked_often":
                text = words.say(
                    "This address was sent as many messages to confirm as it may get within a day. Look for them in"
                    " your inbox and the spam folder, or try again tomorrow."
                )
            return self._pages.show_text(code, words.say("Too many requests"), text, status=429)
        return self._pages.show_taken(code)

    async def confirm(self, request: Request) -> Response:
        """GET asks; POST confirms the subscription that the link names."""
        return await self._threads.run(partial(self._confirm, request))

    def _confirm(self, request: Request) -> Response:
        code = chosen_language(request)
        words = language(code)
        found = self.signer.read("confirm", request.path_params["token"], self._now())
        if found is None or len(found) != 2:
            return self._pages.show_stale(code)
        if request.method != "POST":
            text = words.say("Press the button to get the alerts you asked for.")
            return self._pages.ask(code, words.say("Confirm your alerts"), text, words.say("Confirm the alerts"))
        with Store.open(self._settings.home) as store:
            if not confirm_subscription(store, int(found[0]), str(found[1]), self._now()):
                return self._pages.show_stale(code)
        return self._pages.show_text(code, words.say("Confirmed"), words.say("You will get the alerts you asked for."))

    async def unsubscribe(self, request: Request) -> Response:
        """GET asks; POST (a person's or a mail program's one click, RFC 8058) ends all alerts to the address."""
        return await self._threads.run(partial(self._unsubscribe, request))

    def _unsubscribe(self, request: Request) -> Response:
        code = chosen_language(request)
        words = language(code)
        found = self.signer.read("unsubscribe", request.path_params["token"], self._now())
        if found is None or len(found) != 1:
            return self._pages.show_stale(code)
        if request.method != "POST":
            text = words.say("Press the button to stop all alerts to your address.")
            return self._pages.ask(code, words.say("Stop all alerts"), text, words.say("Stop all alerts"))
        with Store.open(self._settings.home) as store:
            end_subscriber(store, int(found[0]), self._now())
        return self._pages.show_text(
            code, words.say("Stopped"), words.say("No more alerts will be sent to your address.")
        )

    async def manage(self, request: Request) -> Response:
        """GET shows the reader's subscriptions; POST ends one, or sets language and time zone."""
        form = await read_form(request) if request.method == "POST" else FormData()
        return await self._threads.run(partial(self._manage, request, form))

    def _manage(self, request: Request, form: FormData) -> Response:
        found = self.signer.read("manage", request.path_params["token"], self._now())
        with Store.open(self._settings.home) as store:
            subscriber = _find_manager(store, found)
            if subscriber is None:
                return self._pages.show_stale(chosen_language(request))
            done, problem = self._change(store, subscriber, form)
            subscriber = get_subscriber(store.connection, subscriber.id)
            words = language(subscriber.language)
            active = [s for s in list_subscriptions(store.connection, subscriber.id) if s.status == "active"]
            described = [(s.id, describe_subscription(store.connection, s.preferences, words)) for s in active]
        stop = token_page(self._home, "unsubscribe", self.signer.sign("unsubscribe", self._now(), subscriber.id))
        return self._pages.show_manage(subscriber, described, stop, done=done, problem=problem)

    def _change(self, store: Store, subscriber: Subscriber, form: FormData) -> tuple[str, str]:
        """Do what the form asks; return what was done and what is wrong, in the reader's language."""
        words = language(subscriber.language)
        if ending := str(form.get("end", "")):
            done = ending.isdigit() and end_subscription(store, subscriber.id, int(ending[:15]), self._now())
            return (words.say("Ended."), "") if done else ("", "")
        if form.get("zone") or form.get("language"):
            try:
                code, zone = check_reader(str(form.get("language")), str(form.get("zone")))
            except PreferenceError as error:
                return "", explain_problem(error, words)
            with store.writing() as connection:
                update_language_and_zone(connection, subscriber.id, code, zone)
            return language(code).say("Saved."), ""
        return "", ""


def _find_manager(store: Store, found: list[object] | None) -> Subscriber | None:
    """Return the active subscriber that a link to manage names, while the link works."""
    if found is None or len(found) != 2:
        return None
    try:
        subscriber = get_subscriber(store.connection, int(str(found[0])))
    except NotFoundError:
        return None
    return subscriber if subscriber.nonce == found[1] and subscriber.status == "active" else None


def make_routes(
    settings: Settings, *, now: Callable[[], str] = lambda: to_text(utc_now()), signer: Signer | None = None
) -> list[BaseRoute]:
    """Return the routes of the forms, to be mounted at the root of the public pages."""
    forms = Forms(settings, now, signer)
    both = ["GET", "POST"]
    return [
        Route("/alerts/subscribe", forms.or_busy(forms.subscribe), methods=both),
        Route("/alerts/confirm/{token}", forms.or_busy(forms.confirm), methods=both),
        Route("/alerts/manage/{token}", forms.or_busy(forms.manage), methods=both),
        Route("/alerts/unsubscribe/{token}", forms.or_busy(forms.unsubscribe), methods=both),
    ]
