"""From the drawing back to longitude and latitude: the inverse of the projection in which us-atlas draws the counties.

That is d3's `geoAlbersUsa` at scale 1300 around (487.5, 305): conic equal-area projections of a sphere for the lower 48
states, for Alaska at 0.35 of the scale, and for Hawaii, each in its own box. The drawing has two units a pixel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, radians, sin

SCALE, LEFT, TOP, UNITS = 1300.0, 487.5, 305.0, 2.0
Point = tuple[float, float]
Ring = list[Point]
_PART = re.compile(r"([MmLlHhVvZz])|(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Conic:
    """An equal-area conic with its standard parallels, its meridian, its center on the drawing, and its scale."""

    parallels: Point
    meridian: float
    center: Point  # longitude from the meridian and latitude of what is drawn at `at`
    at: Point  # pixels
    scale: float

    @cached_property
    def _cone(self) -> tuple[float, float, float]:
        low, high = (sin(radians(p)) for p in self.parallels)
        n = (low + high) / 2
        c = 1 + low * (2 * n - low)
        return n, c, c**0.5 / n

    @cached_property
    def _middle(self) -> Point:
        """The center as the projection gives it, before scale and place."""
        (n, c, r0), (longitude, latitude) = self._cone, self.center
        r = (c - 2 * n * sin(radians(latitude))) ** 0.5 / n
        return r * sin(n * radians(longitude)), r0 - r * cos(n * radians(longitude))

    def invert(self, x: float, y: float) -> Point:
        """Return (longitude, latitude) in degrees of a point of the drawing in pixels."""
        (n, c, r0), middle = self._cone, self._middle
        raw_x = (x - self.at[0]) / self.scale + middle[0]
        down = r0 - (middle[1] - (y - self.at[1]) / self.scale)
        longitude = self.meridian + degrees(atan2(raw_x, down) / n)
        latitude = degrees(asin(max(-1.0, min(1.0, (c - (hypot(raw_x, down) * n) ** 2) / (2 * n)))))
        return round((longitude + 180) % 360 - 180, 4), round(latitude, 4)


LOWER = Conic((29.5, 45.5), -96, (-0.6, 38.7), (LEFT, TOP), SCALE)
ALASKA = Conic((55, 65), -154, (-2, 58.5), (LEFT - 0.307 * SCALE, TOP + 0.201 * SCALE), SCALE * 0.35)
HAWAII = Conic((8, 18), -157, (-3, 19.9), (LEFT - 0.205 * SCALE, TOP + 0.212 * SCALE), SCALE)


def to_lon_lat(x: float, y: float) -> Point:
    """Return (longitude, latitude) of a point in units of the drawing."""
    x, y = x / UNITS, y / UNITS
    across, down = (x - LEFT) / SCALE, (y - TOP) / SCALE
    part = LOWER
    if 0.120 <= down < 0.234 and -0.425 <= across < -0.214:
        part = ALASKA
    elif 0.166 <= down < 0.234 and -0.214 <= across < -0.115:
        part = HAWAII
    return part.invert(x, y)


def to_polygons(path: str) -> list[list[Ring]]:
    """Return a county's path as the coordinates of a MultiPolygon: rings closed, areas counterclockwise, holes not."""
    rings = [[to_lon_lat(*point) for point in [*ring, ring[0]]] for ring in read_rings(path) if len(ring) >= 3]
    if not rings:
        return []
    outside = _turn(max(rings, key=lambda ring: abs(_turn(ring)))) > 0
    areas = [[_turned(ring, 1)] for ring in rings if (_turn(ring) > 0) == outside]
    for hole in (ring for ring in rings if (_turn(ring) > 0) != outside):
        around = next((area for area in areas if _in_box(hole[0], area[0])), areas[0])
        around.append(_turned(hole, -1))
    return areas


def _turn(ring: Ring) -> float:
    """Twice the ring's area in square degrees, negative when it runs clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def _turned(ring: Ring, way: int) -> Ring:
    return ring if _turn(ring) * way > 0 else ring[::-1]


def _in_box(point: Point, ring: Ring) -> bool:
    return all(min(p[i] for p in ring) <= point[i] <= max(p[i] for p in ring) for i in (0, 1))


def read_rings(path: str) -> list[Ring]:
    """Return the rings of an SVG path of straight lines, in units of the drawing."""
    rings: list[Ring] = []
    x = y = 0.0
    command, numbers = "", list[float]()
    for letter, number in _PART.findall(path):
        if letter:
            command, numbers = letter, []
            if letter in "Zz" and rings:
                x, y = rings[-1][0]
            continue
        numbers.append(float(number))
        if len(numbers) < (1 if command in "HhVv" else 2):
            continue
        ahead = (x, y) if command.islower() else (0.0, 0.0)
        if command in "Hh":
            x = ahead[0] + numbers[0]
        elif command in "Vv":
            y = ahead[1] + numbers[0]
        else:
            x, y = ahead[0] + numbers[0], ahead[1] + numbers[1]
        if command in "Mm":
            rings.append([])
            command = "l" if command == "m" else "L"
        rings[-1].append((x, y))
        numbers = []
    return rings
