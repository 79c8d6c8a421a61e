"""Which county of the Census Bureau's map a point lies in: a second way to know where a city is, for tests.

The map's shapes are projected (Albers, as us-atlas does it for the lower 48 states) and simplified; a point nearer to a
border than `BORDER` units (about 5 km) cannot be told from one on the other side.
"""

from __future__ import annotations

import json
import math
import re
from functools import cache

from tests.paths import ROOT

BORDER = 2.0
Point = tuple[float, float]
_FIRST, _SECOND = math.radians(29.5), math.radians(45.5)
_N = (math.sin(_FIRST) + math.sin(_SECOND)) / 2
_C = 1 + math.sin(_FIRST) * (2 * _N - math.sin(_FIRST))
_SCALE, _ACROSS, _DOWN, _UNITS = 1300, 487.5, 305, 2


@cache
def shapes() -> dict[str, list[list[Point]]]:
    """FIPS code -> rings of the county's shape."""
    made = json.loads((ROOT / "monitor/web/pages/map/counties.json").read_text(encoding="utf-8"))
    return {fips: _rings(path) for fips, (path, _) in made["counties"].items()}


def _rings(path: str) -> list[list[Point]]:
    rings: list[list[Point]] = []
    x = y = 0.0
    for ring in path.split("z"):
        points: list[Point] = []
        for command, body in re.findall(r"([Ml])([^Ml]*)", ring):
            numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", body)]
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
                points.append((x, y))
        if points:
            rings.append(points)
    return rings


def project(latitude: float, longitude: float) -> Point:
    x, y = _albers(math.radians(longitude + 96), math.radians(latitude))
    middle_x, middle_y = _albers(math.radians(-0.6), math.radians(38.7))
    return _UNITS * (_ACROSS + _SCALE * (x - middle_x)), _UNITS * (_DOWN - _SCALE * (y - middle_y))


def _albers(longitude: float, latitude: float) -> Point:
    radius = math.sqrt(_C - 2 * _N * math.sin(latitude)) / _N
    return radius * math.sin(_N * longitude), math.sqrt(_C) / _N - radius * math.cos(_N * longitude)


def lies_in(point: Point, fips: str) -> bool:
    """True in the county's shape or within BORDER of it."""
    return any(_inside(point, ring) for ring in shapes()[fips]) or _distance(point, shapes()[fips]) <= BORDER


def _inside(point: Point, ring: list[Point]) -> bool:
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _distance(point: Point, rings: list[list[Point]]) -> float:
    x, y = point
    best = math.inf
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            length = (bx - ax) ** 2 + (by - ay) ** 2
            along = 0.0 if not length else max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length))
            best = min(best, math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
    return best
