"""The ways the stand-in can misbehave: each takes the handler of a request and the answer it would have given."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.standin import forms

if TYPE_CHECKING:
    from tests.standin.server import Answer, Handler

Fault = Callable[["Handler", "Answer"], None]


def blocked_403(handler: Handler, answer: Answer) -> None:
    handler.send(403, {"Content-Type": "text/html", "Server": "AkamaiGHost"}, forms.AKAMAI.encode())


def blocked_200(handler: Handler, answer: Answer) -> None:
    handler.send(200, {"Content-Type": "text/html", "Server": "AkamaiGHost"}, forms.AKAMAI.encode())


def captcha_200(handler: Handler, answer: Answer) -> None:
    handler.send(200, {"Content-Type": "text/html"}, forms.CAPTCHA.encode())


def plain_403(handler: Handler, answer: Answer) -> None:
    handler.send(403, {"Content-Type": "text/plain"}, b"Forbidden")


def missing(handler: Handler, answer: Answer) -> None:
    handler.send(404, {"Content-Type": "text/html"}, forms.NOT_FOUND.encode())


def throttled(handler: Handler, answer: Answer) -> None:
    handler.send(429, {"Content-Type": "text/plain", "Retry-After": str(handler.site.retry_after)}, b"slow down")


def server_error(handler: Handler, answer: Answer) -> None:
    handler.send(500, {"Content-Type": "text/html"}, b"<html><body>Internal Server Error</body></html>")


def unavailable(handler: Handler, answer: Answer) -> None:
    handler.send(503, {"Content-Type": "text/html"}, b"<html><body>Service Unavailable</body></html>")


def truncated(handler: Handler, answer: Answer) -> None:
    """Content-Length announces the whole body; half of it comes."""
    handler.begin(200, {**answer.headers, "Content-Length": str(len(answer.body))})
    handler.wfile.write(answer.body[: len(answer.body) // 2])
    handler.close_connection = True


def truncated_chunked(handler: Handler, answer: Answer) -> None:
    """A chunked body breaks off in the middle, without its last chunk."""
    handler.begin(200, {**answer.headers, "Transfer-Encoding": "chunked"})
    half = answer.body[: len(answer.body) // 2]
    handler.wfile.write(f"{len(half):x}\r\n".encode() + half + b"\r\n")
    handler.close_connection = True


def cut_unframed(handler: Handler, answer: Answer) -> None:
    """Half the body with no length at all: nothing in HTTP tells that it is half."""
    handler.begin(200, {**answer.headers, "Connection": "close"})
    handler.wfile.write(answer.body[: len(answer.body) // 2])
    handler.close_connection = True


def stall(handler: Handler, answer: Answer) -> None:
    """Half the body comes, then nothing, until the stand-in closes."""
    handler.begin(200, {**answer.headers, "Content-Length": str(len(answer.body))})
    handler.wfile.write(answer.body[: len(answer.body) // 2])
    handler.wfile.flush()
    handler.site.closing.wait(30)
    handler.close_connection = True


def slow(handler: Handler, answer: Answer) -> None:
    """The body comes whole, a tenth at a time."""
    handler.begin(200, {**answer.headers, "Content-Length": str(len(answer.body))})
    step = len(answer.body) // 10 + 1
    for start in range(0, len(answer.body), step):
        handler.wfile.write(answer.body[start : start + step])
        handler.wfile.flush()
        handler.site.closing.wait(0.02)


def silent(handler: Handler, answer: Answer) -> None:
    """Not even a status comes."""
    handler.site.closing.wait(30)
    handler.close_connection = True


def redirect_loop(handler: Handler, answer: Answer) -> None:
    handler.send(302, {"Location": handler.path}, b"")


def redirect_offsite(handler: Handler, answer: Answer) -> None:
    handler.send(302, {"Location": "http://elsewhere.invalid/287g"}, b"")


def moved(handler: Handler, answer: Answer) -> None:
    """One honest hop: the same thing at the same address with `?moved`, which is answered."""
    if handler.path.endswith("?moved"):
        handler.send(200, answer.headers, answer.body)
    else:
        handler.send(301, {"Location": handler.path + "?moved"}, b"")


def endless(handler: Handler, answer: Answer) -> None:
    handler.begin(200, {**answer.headers, "Transfer-Encoding": "chunked"})
    block = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    handler.close_connection = True
    with contextlib.suppress(OSError):
        while not handler.site.closing.is_set():
            handler.wfile.write(block)


def huge(handler: Handler, answer: Answer) -> None:
    """A Content-Length far beyond any list; the client should not wait for the body."""
    handler.begin(200, {**answer.headers, "Content-Length": str(10**12)})
    handler.wfile.write(answer.body)
    handler.wfile.flush()
    handler.site.closing.wait(0.2)
    handler.close_connection = True


def gzip_bomb(handler: Handler, answer: Answer) -> None:
    packed = gzip.compress(bytes(30_000_000))
    handler.send(200, {**answer.headers, "Content-Encoding": "gzip"}, packed)


def gzip_cut(handler: Handler, answer: Answer) -> None:
    """A compressed body whose HTTP framing is right and whose gzip stream is cut."""
    packed = gzip.compress(answer.body)
    handler.send(200, {**answer.headers, "Content-Encoding": "gzip"}, packed[: len(packed) // 2])


def lying_gzip(handler: Handler, answer: Answer) -> None:
    """The body is as it is; its header says that it is packed."""
    handler.send(200, {**answer.headers, "Content-Encoding": "gzip"}, answer.body)


def lying_deflate(handler: Handler, answer: Answer) -> None:
    handler.send(200, {**answer.headers, "Content-Encoding": "deflate"}, answer.body)


def lying_unknown(handler: Handler, answer: Answer) -> None:
    """An encoding nobody knows."""
    handler.send(200, {**answer.headers, "Content-Encoding": "sdch, aws-chunked"}, answer.body)


def gzip_untold(handler: Handler, answer: Answer) -> None:
    """The body is packed and no header says so."""
    handler.send(200, answer.headers, gzip.compress(answer.body))


def gzip_twice(handler: Handler, answer: Answer) -> None:
    """A proxy packed what the server had packed, and the header tells of one packing."""
    packed = gzip.compress(gzip.compress(answer.body))
    handler.send(200, {**answer.headers, "Content-Encoding": "gzip"}, packed)


def gzip_untold_bomb(handler: Handler, answer: Answer) -> None:
    handler.send(200, answer.headers, gzip.compress(bytes(30_000_000)))


def latin1_name(handler: Handler, answer: Answer) -> None:
    """A name in raw Latin-1, which the standard has not allowed since 1999 and servers send."""
    name = 'attachment; filename="participatingAgencies01052026am \u00e9\u00fc.xlsx"'
    handler.send(200, {**answer.headers, "Content-Disposition": name}, answer.body)


def redirect_other_port(handler: Handler, answer: Answer) -> None:
    handler.send(302, {"Location": f"http://127.0.0.1:1{handler.path}"}, b"")


def redirect_other_scheme(handler: Handler, answer: Answer) -> None:
    handler.send(302, {"Location": f"https://127.0.0.1:{handler.site.port}{handler.path}"}, b"")


def redirect_to_user(handler: Handler, answer: Answer) -> None:
    handler.send(302, {"Location": f"http://ice@127.0.0.1:{handler.site.port}{handler.path}"}, b"")


def reset(handler: Handler, answer: Answer) -> None:
    """The connection is reset without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def corrupt(handler: Handler, answer: Answer) -> None:
    """One byte in the middle is flipped; length and headers are right."""
    body = bytearray(answer.body)
    body[len(body) // 2] ^= 0xFF
    handler.send(200, answer.headers, bytes(body))


def empty(handler: Handler, answer: Answer) -> None:
    handler.send(200, answer.headers, b"")


def html_instead(handler: Handler, answer: Answer) -> None:
    handler.send(200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><body>We will be back soon.</body></html>")


def not_html(handler: Handler, answer: Answer) -> None:
    handler.send(200, {"Content-Type": "application/json"}, b'{"status": "ok"}')


def always_304(handler: Handler, answer: Answer) -> None:
    """A server that says "not modified" to every question that lets it."""
    if "If-None-Match" in handler.headers or "If-Modified-Since" in handler.headers:
        handler.send(304, {}, b"")
    else:
        handler.send(200, answer.headers, answer.body)


FAULTS: dict[str, Fault] = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and getattr(value, "__module__", "") == __name__ and name != "Fault"
}
