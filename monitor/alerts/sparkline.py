"""A small picture of how a number went, as PNG: a filled line on nothing, to be seen on light and on dark."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

#: Pixels; a message shows it at half the size, so that it is sharp on every screen.
WIDTH, HEIGHT = 560, 96
_LINE = 5
#: Nothing, the area below the line, the line: RGB and how opaque each is.
_PALETTE = ((0, 0, 0, 0), (47, 143, 173, 70), (47, 143, 173, 255))


def draw_sparkline(values: Sequence[int]) -> bytes:
    """Return the picture of the values, at even distances from left to right, above a base line of 0."""
    top = max(values)
    heights = []
    for x in range(WIDTH):
        place = x * (len(values) - 1) / (WIDTH - 1)
        left = min(int(place), len(values) - 2)
        value = values[left] + (values[left + 1] - values[left]) * (place - left)
        heights.append(HEIGHT - _LINE - round(value / top * (HEIGHT - 2 * _LINE)))
    rows = []
    for y in range(HEIGHT):
        rows.append(bytes(2 if abs(y - height) <= _LINE // 2 else int(y > height) for height in heights))
    return _write_png(rows)


def _write_png(rows: Sequence[bytes]) -> bytes:
    colors = b"".join(bytes(color[:3]) for color in _PALETTE)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)), (b"PLTE", colors),
            (b"tRNS", bytes(color[3] for color in _PALETTE)),
            (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)), (b"IEND", b""),
        )
    )  # fmt: skip
