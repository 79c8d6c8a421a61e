"""The HTTP kit: ETags and conditional requests, the cache of answers, token buckets."""

from __future__ import annotations

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from monitor.web.http import cache
from monitor.web.http.cache import ByteCache, CachedApp
from monitor.web.http.conditional import http_date, is_not_modified, make_etag
from monitor.web.http.limits import TokenBuckets

ETAG = '"0123456789abcdef01234567"'
EARLIER, MODIFIED, LATER = (
    "Mon, 22 Sep 2025 16:17:24 GMT", "Mon, 22 Sep 2025 16:17:25 GMT", "Tue, 23 Sep 2025 00:00:00 GMT",
)  # fmt: skip


def test_an_etag_is_quoted_and_differs_with_the_bytes_and_with_where_they_are_split() -> None:
    assert make_etag(b"a")[0] == make_etag(b"a")[-1] == '"'
    assert make_etag(b"a") != make_etag(b"b")
    assert make_etag(b"ab", b"c") != make_etag(b"a", b"bc")
    assert make_etag(b"a", weak=True) == f"W/{make_etag(b'a')}"


@pytest.mark.parametrize(
    "known",
    [
        ETAG, f"W/{ETAG}", "*", " * ", f'"other", {ETAG}', f'"other",W/{ETAG} , "third"',
        '"0123456789abcdef01234567-gzip"', 'W/"0123456789abcdef01234567-gzip"', '"0123456789abcdef01234567"-gzip',
    ],
)  # fmt: skip
def test_what_the_client_has_is_known_in_every_form_of_its_mark(known: str) -> None:
    for mark in (ETAG, f"W/{ETAG}", f'{ETAG[:-1]}-gzip"'):
        assert is_not_modified({"if-none-match": known}, mark)


@pytest.mark.parametrize("known", ["", '"other"', ETAG[:-2], '"0123456789abcdef012345670"', '"**"', '"-gzip"'])
def test_another_mark_is_not_known(known: str) -> None:
    assert not is_not_modified({"if-none-match": known}, ETAG)


def test_the_date_counts_only_without_a_mark() -> None:
    assert http_date("2025-09-22T16:17:25Z") == MODIFIED
    assert is_not_modified({"if-modified-since": MODIFIED}, ETAG, MODIFIED)
    assert is_not_modified({"if-modified-since": LATER}, ETAG, MODIFIED)
    assert not is_not_modified({"if-modified-since": EARLIER}, ETAG, MODIFIED)
    assert not is_not_modified({"if-modified-since": "last Tuesday"}, ETAG, MODIFIED)
    assert not is_not_modified({"if-modified-since": LATER}, ETAG)
    assert not is_not_modified({"if-modified-since": LATER, "if-none-match": '"other"'}, ETAG, MODIFIED)


def test_an_answer_is_sent_once_and_then_confirmed() -> None:
    def show(request: Request) -> Response:
        return PlainTextResponse(b"body", headers={"Cache-Control": "no-cache", "Last-Modified": MODIFIED})

    client = TestClient(CachedApp(Router([Route("/", show)]), lambda: "1"))
    first = client.get("/")
    assert (first.status_code, first.content, first.headers["last-modified"]) == (200, b"body", MODIFIED)
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "no-cache"
    assert client.get("/", headers={"If-Modified-Since": MODIFIED}).status_code == 304


def test_kept_values_go_with_their_version_and_the_least_recently_used_first() -> None:
    cache = ByteCache[str, bytes](most_bytes=80)
    for name in "abcdefgh":
        cache.put(name, 1, name.encode() * 10, len)
    assert cache.get("a", 1) == b"a" * 10
    cache.put("i", 1, b"i" * 10, len)
    assert [name for name in "abcdefghi" if cache.get(name, 1) is None] == ["b"]
    cache.put("a", 1, b"A" * 9, len)
    cache.put("large", 1, b"x" * 41, len)  # more than half of all
    assert cache.get("large", 1) is None
    assert cache.get("a", 1) == b"A" * 9
    assert cache.get("a", 2) is None
    assert cache.get("a", 1) is None


def test_an_answer_is_rendered_once_a_version() -> None:
    asked, version = [], ["1"]

    def show(request: Request) -> Response:
        asked.append(request.url.path)
        return PlainTextResponse("page " * 400)

    app = CachedApp(Router([Route("/{path:path}", show)]), lambda: version[0], uncached=("/live",), fresh_seconds=0)
    client = TestClient(app)
    plain = client.get("/a", headers={"Accept-Encoding": "identity"})
    packed = client.get("/a", headers={"Accept-Encoding": "gzip"})
    assert plain.text == packed.text == "page " * 400
    assert plain.headers["etag"] != packed.headers["etag"], "different bytes must not share a strong ETag"
    for mark in (plain.headers["etag"], packed.headers["etag"]):
        assert client.get("/a", headers={"If-None-Match": mark}).status_code == 304
    assert asked == ["/a"]
    client.get("/live")
    client.get("/live")
    assert asked == ["/a", "/live", "/live"]
    version[0] = "2"
    client.get("/a")
    assert asked == ["/a", "/live", "/live", "/a"]


def test_a_bucket_empties_and_refills_evenly() -> None:
    now = [0.0]
    buckets = TokenBuckets(2, 0.5, clock=lambda: now[0], most_keys=2)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 2]
    assert buckets.take("b") == 0
    now[0] = 2.0
    assert [buckets.take("a") for _ in range(2)] == [0, 2]
    buckets.take("c")  # the third key: the one used longest ago is forgotten
    assert buckets.take("b") == 0


def test_bodies_on_their_way_to_slow_clients_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large bodies that are not kept: the ninth waits for none of them, and takes no memory; small ones go through."""
    monkeypatch.setattr(cache, "MOST_ON_THEIR_WAY", 16_000_000)

    async def render(scope: Scope, receive: Receive, send: Send) -> None:
        size = 2_000_000 if scope["path"].startswith("/large") else 2_000
        await Response(b"x" * size, media_type="application/octet-stream")(scope, receive, send)

    async def play() -> list[int]:
        app, go, statuses = CachedApp(render, str, most_bytes=1_000_000), asyncio.Event(), []

        async def ask(path: str, *, slow: bool) -> None:
            pieces = []

            async def send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    statuses.append(message["status"])
                elif slow:
                    await go.wait()
                pieces.append(len(message.get("body", b"")))

            await app({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}, wait, send)
            assert max(pieces) <= 65_536
            assert statuses[-1] == 503 or sum(pieces) in (2_000, 2_000_000)

        async def wait() -> Message:
            return {"type": "http.disconnect"}

        slow = [asyncio.ensure_future(ask(f"/large{n}", slow=True)) for n in range(8)]
        await asyncio.sleep(0)
        await ask("/large8", slow=False)
        await ask("/small", slow=False)
        go.set()
        await asyncio.gather(*slow)
        await ask("/large8", slow=False)
        return statuses

    assert asyncio.run(play()) == [200] * 8 + [503, 200, 200]


def test_a_client_that_leaves_in_the_middle_of_its_form_is_no_fault() -> None:
    """Each one put a traceback of 60 lines into the log: whoever sends half a form again and again fills the disk."""

    async def read(request: Request) -> Response:
        await request.form()
        return PlainTextResponse("read")

    app = CachedApp(Starlette(routes=[Route("/form", read, methods=["POST"])]), lambda: "1")
    messages: list[Message] = [
        {"type": "http.request", "body": b"address=a", "more_body": True}, {"type": "http.disconnect"},
    ]  # fmt: skip
    form = (b"content-type", b"application/x-www-form-urlencoded")
    scope = {"type": "http", "method": "POST", "path": "/form", "query_string": b"", "headers": [form]}

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        """The client has left."""

    asyncio.run(app(scope, receive, send))
    assert messages == []
