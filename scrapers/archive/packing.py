"""Unpack what the Internet Archive sends packed, whatever its headers say."""

from __future__ import annotations

import gzip
import io
import zlib

_GZIP = b"\x1f\x8b\x08"
#: A capture may be packed as ICE sent it, and once more on its way; more than that is no honest answer.
_MOST_PACKINGS = 3


def is_packed(body: bytes) -> bool:
    """Return whether a body is gzip: after unpacking, that it is broken or packed too often."""
    return body.startswith(_GZIP)


def unpacked(body: bytes, most_bytes: int) -> bytes:
    """Return the body without the gzip it may still be in, cut behind `most_bytes`; as it is when that is broken."""
    for _ in range(_MOST_PACKINGS):
        if not is_packed(body):
            break
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
                body = file.read(most_bytes + 1)
        except (OSError, EOFError, zlib.error):
            break
    return body
