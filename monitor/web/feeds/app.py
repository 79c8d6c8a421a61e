"""The feeds' addresses: everything, and each state, county and agency, as Atom and as JSON Feed; and their index."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from db.database import Store
from db.queries.agency_ids import find_agency
from db.queries.page_data import read_agencies
from db.queries.statement_history import get_last_old_feed_id, get_log_time, get_log_version
from db.settings import Settings
from monitor.alerts.describe_subscription import county_name
from monitor.alerts.filters import state_names
from monitor.alerts.plain_text import plain
from monitor.i18n.language import LANGUAGES, language
from monitor.i18n.templates import make_environment
from monitor.web.feeds.document_entries import gather_document_entries
from monitor.web.feeds.entries import PAGE, Entry, find_page, gather_entries, merge_entries
from monitor.web.feeds.feed_formats import MEDIA_TYPES, Feed, FeedIds, write_feed
from monitor.web.http.cache import CachedApp
from monitor.web.http.conditional import http_date
from monitor.web.http.headers import content_policy
from monitor.web.http.open_access import OpenAccess
from monitor.web.http.shown_version import ShownVersion
from monitor.web.http.turns import Clients, FewAtOnce, refuse_busy

_HEADERS = {"Cache-Control": "public, max-age=300"}
_CACHED_BYTES = 8_000_000
#: Feeds not asked for before that one client may wait for, while one is made.
MOST_WAITING = 12
_INDEX_HEADERS = {"Content-Security-Policy": content_policy()}

#: The entries of each feed, by the sort of what it is of (all, state, county, agency) and its code or id.
Groups = dict[tuple[str, str], list[Entry]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The entries of every feed as of a version of the log, and the time of that."""

    version: str
    groups: Groups
    at: str


class Feeds:
    """The feeds over one data directory."""

    def __init__(self, settings: Settings, *, beside: bool) -> None:
        self._settings = settings
        self._beside = beside
        self._lock = threading.Lock()
        self._gathered = Gathered("", {}, "")
        self._watched: Store | None = None  # of the event loop

    def version(self) -> str:
        """Return a text that differs when a feed can."""
        if self._watched is None:
            self._watched = Store.open(self._settings.home, read_only=True)
        return get_log_version(self._watched.connection)

    def gathered_version(self) -> str:
        """Return the version of which the entries are in memory; "" while none are."""
        return self._gathered.version

    def gather(self) -> Gathered:
        """Return the entries of every feed, gathered once for a version of the log: that reads all of it.

        Feeds that may be of before are not waited for while somebody else gathers.
        """
        before = self._gathered
        if not self._lock.acquire(blocking=not (self._beside and before.version)):
            return before
        try:
            with Store.open(self._settings.home, read_only=True) as store:
                version = get_log_version(store.connection)
                if self._gathered.version != version:
                    at = get_log_time(store.connection) or ""
                    self._gathered = Gathered(version, group_entries(store, self._settings.public_url), at)
            return self._gathered
        finally:
            self._lock.release()

    async def answer(self, request: Request) -> Response:
        """Return the feed asked for."""
        return await run_in_threadpool(self._answer, request.path_params)

    def _answer(self, asked: Mapping[str, Any]) -> Response:
        sort, name, form = asked.get("sort", "all"), asked.get("name", ""), asked["form"]
        with Store.open(self._settings.home, read_only=True) as store:
            found = find_feed(store, sort, name)
            if found is None or form not in MEDIA_TYPES:
                return PlainTextResponse("no such feed\n", status_code=404, headers=_HEADERS)
            group, title = found
            gathered = self.gather()
            page = find_page(gathered.groups.get(group, ()), asked.get("page"))
            if page is None:
                return PlainTextResponse("no such page of the feed\n", status_code=404, headers=_HEADERS)
            body = write_feed(
                form, page, _make_feed(self._settings, _make_ids(store, self._settings), title, sort, name)
            )
        modified = {"Last-Modified": http_date(gathered.at)} if gathered.at else {}
        return Response(body, headers={**_HEADERS, **modified}, media_type=MEDIA_TYPES[form])

    async def index(self, request: Request) -> Response:
        """Return the page that lists the feeds."""
        code = request.query_params.get("lang", "en")
        body = await run_in_threadpool(write_index, self._settings, code if code in LANGUAGES else "en")
        return HTMLResponse(body, headers=_INDEX_HEADERS)


def make_routes(settings: Settings, *, beside: bool = False) -> list[BaseRoute]:
    """Return the routes: `/feeds/all.atom`, `/feeds/state/FL.json`, `/feeds/county/12086/archive/1.atom`, ….

    With `beside`, kept feeds stay while those of newer data are gathered.
    """
    feeds = Feeds(settings, beside=beside)
    below = Router(
        [
            Route("/", feeds.index),
            Route("/all.{form:str}", feeds.answer),
            Route("/all/archive/{page:int}.{form:str}", feeds.answer),
            Route("/{sort:str}/{name:str}/archive/{page:int}.{form:str}", feeds.answer),
            Route("/{sort:str}/{name:str}.{form:str}", feeds.answer),
        ],
        default=PlainTextResponse("no such feed\n", status_code=404, headers=_HEADERS),
    )
    few = FewAtOnce(below, Clients(1, MOST_WAITING, settings.trusted_proxies.split()), refuse_busy)
    version = ShownVersion(feeds.version, feeds.gathered_version, feeds.gather) if beside else feeds.version
    kept = CachedApp(few, version, most_bytes=_CACHED_BYTES, fresh_seconds=0)
    return [Route("/feeds", _lead_to_index), Mount("/feeds", OpenAccess(kept))]


def find_feed(store: Store, sort: str, name: str) -> tuple[tuple[str, str], str] | None:
    """Return which entries a feed has (an agency's by its newest id), and its title; None when there is none."""
    if sort == "all":
        return ("all", ""), "everything"
    if sort == "state" and name in state_names():
        return (sort, name), state_names()[name]
    if sort == "county" and (county := county_name(name)) != name:
        return (sort, name), county
    if sort == "agency" and (agency := find_agency(store.connection, name)) is not None:
        return (sort, agency[0]), f"{plain(agency[1])} ({agency[2]})"
    return None


def group_entries(store: Store, public_url: str) -> Groups:
    """Return the entries of every feed that has some, and of every state, in the order in which they were said."""
    everything = gather_entries(store, public_url)
    groups: Groups = {("all", ""): everything}
    groups.update({("state", code): [] for code in state_names()})  # their pages name these feeds from the first day on
    for agency in read_agencies(store.connection):
        groups["agency", agency.id] = []
        if agency.county_fips:
            groups["county", agency.county_fips] = []
    for entry in everything:
        change = entry.change
        for sort, name in (
            ("state", change["state"]), ("county", change["county_fips"]), ("agency", change["agency_id"]),
        ):  # fmt: skip
            if name:
                groups.setdefault((sort, name), []).append(entry)
    for agency_id, documents in gather_document_entries(store, public_url).items():
        groups["agency", agency_id] = merge_entries(groups.get(("agency", agency_id), ()), documents)
    return groups


def list_feeds(store: Store, settings: Settings) -> Iterator[tuple[str, bytes, str]]:
    """Yield (path, bytes, media type) of every page of the feeds as files, of counties and agencies with entries."""
    groups, ids = group_entries(store, settings.public_url), _make_ids(store, settings)
    written: dict[tuple[str, int], str] = {}
    for (sort, name), entries in sorted(groups.items(), key=lambda group: group[0]):
        found = find_feed(store, sort, name)
        if found is None:
            continue  # an agency that only overturned changes name
        feed = replace(_make_feed(settings, ids, found[1], sort, name), written=written)
        numbers = (None, *range(1, len(entries) // PAGE + 1))
        for page in filter(None, (find_page(entries, number) for number in numbers)):
            for form, media in MEDIA_TYPES.items():
                path = feed.url(page.number, form).removeprefix(f"{settings.public_url}/")
                yield path, write_feed(form, page, feed), media
    for file, code in (("index", "en"), ("es", "es")):
        yield f"feeds/{file}.html", write_index(settings, code, static=True), "text/html; charset=utf-8"


def _lead_to_index(request: Request) -> Response:
    return RedirectResponse(f"/feeds/?{request.url.query}".rstrip("?"), 308)


def write_index(settings: Settings, code: str, *, static: bool = False) -> bytes:
    """Return the page that lists the feeds, in a language; `static`: as a file beside its translation."""
    other = next(known for known in LANGUAGES if known != code)
    page = _templates(code).get_template("index.html.j2")
    return page.render(
        site=settings.site_name, home=settings.public_url_if_set, states=state_names(), language_name=LANGUAGES[code],
        other=other, other_name=LANGUAGES[other], prefix=language(code).prefix,
        other_at=(f"{other}.html" if other != "en" else "./") if static else f"?lang={other}",
    ).encode()  # fmt: skip


@cache
def _templates(code: str) -> Environment:
    return make_environment(Path(__file__).parent / "templates", language(code), lang=code)


def _make_ids(store: Store, settings: Settings) -> FeedIds:
    return FeedIds(settings.feed_ids_url or settings.public_url, get_last_old_feed_id(store.connection))


def _make_feed(settings: Settings, ids: FeedIds, title: str, sort: str, name: str) -> Feed:
    site = plain(settings.site_name)
    path = f"/feeds/{sort}/{name}" if name else f"/feeds/{sort}"
    return Feed(f"{site}: {title}", path, settings.public_url, site, ids)
