"""The feeds' addresses: everything, and each state, county and agency, as Atom and as JSON Feed."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from db.database import Store
from db.queries.agency_ids import find_agency
from db.queries.statement_history import get_log_version
from db.settings import Settings
from monitor.alerts.describe_subscription import county_name
from monitor.alerts.filters import state_names
from monitor.alerts.plain_text import plain
from monitor.web.feeds.entries import LENGTH, Entry, Selection, gather_entries
from monitor.web.feeds.feed_formats import MEDIA_TYPES, Heading, write_feed
from monitor.web.http.cache import ByteCache
from monitor.web.http.conditional import answer_conditional
from monitor.web.http.headers import OPEN_ACCESS

_HEADERS = {**OPEN_ACCESS, "Cache-Control": "public, max-age=300"}
_CACHED_BYTES = 64_000_000


class Feeds:
    """The feeds over one data directory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cache = ByteCache[str, bytes](_CACHED_BYTES)

    async def answer(self, request: Request) -> Response:
        """Return the feed asked for, or 304 when the client has it."""
        return await run_in_threadpool(self._answer, request)

    def _answer(self, request: Request) -> Response:
        sort, name = request.path_params.get("sort", "all"), request.path_params.get("name", "")
        form, path = request.path_params["form"], request.url.path
        with Store.open(self._settings.home, read_only=True) as store:
            found = find_feed(store, sort, name)
            if found is None or form not in MEDIA_TYPES:
                return PlainTextResponse("no such feed\n", status_code=404)
            selection, title = found
            version = get_log_version(store.connection)
            body = self._cache.get(path, version)
            if body is None:
                entries = gather_entries(store, selection, self._settings.public_url)[:LENGTH]
                written = write_feed(form, entries, _heading(self._settings, title, path))
                body = self._cache.put(path, version, written, size=len)
        return answer_conditional(request, body, MEDIA_TYPES[form], _HEADERS)


def make_routes(settings: Settings) -> list[BaseRoute]:
    """Return the routes: `/feeds/all.atom`, `/feeds/state/FL.json`, `/feeds/county/12086.atom`, `/feeds/agency/…`."""
    feeds = Feeds(settings)
    return [
        Route("/feeds/all.{form:str}", feeds.answer, methods=["GET"]),
        Route("/feeds/{sort:str}/{name:str}.{form:str}", feeds.answer, methods=["GET"]),
    ]


def find_feed(store: Store, sort: str, name: str) -> tuple[Selection, str] | None:
    """Return what a feed's address selects, and of what it is; None when there is no such feed."""
    if sort == "all":
        return Selection(), "everything"
    if sort == "state" and name in state_names():
        return Selection(state=name), state_names()[name]
    if sort == "county" and (county := county_name(name)) != name:
        return Selection(county_fips=name), county
    if sort == "agency" and (agency := find_agency(store.connection, name)) is not None:
        return Selection(agency_id=agency[0]), f"{plain(agency[1])} ({agency[2]})"
    return None


def list_feeds(store: Store, settings: Settings) -> Iterator[tuple[str, bytes, str]]:
    """Yield (path, bytes, media type) of every feed that has an entry, as files for a plain file server."""
    everything = gather_entries(store, Selection(), settings.public_url)
    groups: dict[tuple[str, str], list[Entry]] = {("all", ""): everything}
    for entry in everything:
        change = entry.change
        for sort, name in (
            ("state", change["state"]), ("county", change["county_fips"]), ("agency", change["agency_id"]),
        ):  # fmt: skip
            if name:
                groups.setdefault((sort, name), []).append(entry)
    for (sort, name), entries in sorted(groups.items(), key=lambda group: group[0]):
        found = find_feed(store, sort, name)
        if found is None:
            continue  # an agency that only overturned changes name
        for form, media in MEDIA_TYPES.items():
            path = f"feeds/{sort}/{name}.{form}" if name else f"feeds/{sort}.{form}"
            yield path, write_feed(form, entries[:LENGTH], _heading(settings, found[1], f"/{path}")), media


def _heading(settings: Settings, title: str, path: str) -> Heading:
    site = plain(settings.site_name)
    return Heading(f"{site}: {title}", settings.public_url + path, settings.public_url, site)
