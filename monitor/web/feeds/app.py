"""The feeds' addresses: everything, and each state, county and agency, as Atom and as JSON Feed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from db.database import Store
from db.settings import Settings
from monitor.alerts.describe_subscription import county_name
from monitor.alerts.filters import state_names
from monitor.alerts.wording import plain
from monitor.web.feeds import documents
from monitor.web.feeds.entries import Selection

_TYPES = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}


_KEPT = 300  # feeds written once and kept until the log says something new


class FeedDesk:
    """The feeds over one data directory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._written: dict[tuple[str, str], bytes] = {}  # (address, state of the log) -> the feed

    def routes(self) -> list[BaseRoute]:
        """`/feeds/all.atom`, `/feeds/state/FL.json`, `/feeds/county/12086.atom`, `/feeds/agency/<id>.json`."""
        return [
            Route("/feeds/all.{form:str}", self.answer, methods=["GET"]),
            Route("/feeds/{sort:str}/{name:str}.{form:str}", self.answer, methods=["GET"]),
        ]

    async def answer(self, request: Request) -> Response:
        """The feed asked for, or 304 when the reader has it."""
        return await run_in_threadpool(self._answer, request)

    def _answer(self, request: Request) -> Response:
        sort, name = request.path_params.get("sort", "all"), request.path_params.get("name", "")
        form = request.path_params["form"]
        with Store.open(self._settings.home, read_only=True) as store:
            found = find_feed(store, sort, name)
            if found is None or form not in _TYPES:
                return PlainTextResponse("no such feed\n", status_code=404)
            selection, title = found
            key = (request.url.path, _state_of_log(store))
            body = self._written.get(key)
            if body is None:
                body = write_feed(store, self._settings, selection, title, form, request.url.path)
                if len(self._written) >= _KEPT:
                    self._written.clear()
                self._written[key] = body
        mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": mark, "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
        if mark in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=_TYPES[form], headers=headers)


def _state_of_log(store: Store) -> str:
    """Another text whenever a feed may say something else."""
    row = store.connection.execute(
        "select (select max(id) from statements), (select derived_at from derivation), (select count(*) from told)"
    ).fetchone()
    return repr(tuple(row))


def find_feed(store: Store, sort: str, name: str) -> tuple[Selection, str] | None:
    """What a feed's address selects, and of what it is; None when there is no such feed."""
    if sort == "all":
        return Selection(), "everything"
    if sort == "state" and name in state_names():
        return Selection(state=name), state_names()[name]
    if sort == "county" and (named := county_name(name)) != name:
        return Selection(county_fips=name), named
    if sort == "agency":
        row = store.connection.execute(
            "select id, name, state from agencies where id = ?1 or exists"
            " (select 1 from json_each(former_ids) where value = ?1) order by id = ?1 desc limit 1",
            [name],
        ).fetchone()
        if row is not None:
            return Selection(agency_id=str(row[0])), f"{plain(row[1])} ({row[2]})"
    return None


def list_feeds(store: Store, settings: Settings) -> Iterator[tuple[str, bytes, str]]:
    """(path, bytes, media type) of every feed with an entry, as files for a plain file server."""
    everything = documents.gather_items(store, Selection(), settings.public_url, length=None)
    groups: dict[tuple[str, str], list[documents.Item]] = {("all", ""): everything}
    for item in everything:
        for sort, column in (("state", "state"), ("county", "county_fips"), ("agency", "agency_id")):
            if item.entry[column]:
                groups.setdefault((sort, item.entry[column]), []).append(item)
    for (sort, name), items in sorted(groups.items(), key=lambda group: group[0]):
        found = find_feed(store, sort, name)
        if found is None:
            continue  # an agency that only overturned changes name
        for form, media in _TYPES.items():
            path = f"feeds/{sort}/{name}.{form}" if name else f"feeds/{sort}.{form}"
            yield path, _written(items[: documents.LENGTH], settings, found[1], form, f"/{path}"), media


def write_feed(store: Store, settings: Settings, selection: Selection, title: str, form: str, path: str) -> bytes:
    """The feed's bytes."""
    return _written(documents.gather_items(store, selection, settings.public_url), settings, title, form, path)


def _written(items: Sequence[documents.Item], settings: Settings, title: str, form: str, path: str) -> bytes:
    write = documents.to_atom if form == "atom" else documents.to_json_feed
    return write(
        items, title=f"{plain(settings.site_name)}: {title}", self_url=settings.public_url + path,
        home_url=settings.public_url, author=plain(settings.site_name),
    )  # fmt: skip
