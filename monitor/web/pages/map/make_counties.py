"""Make `counties.json` from the npm package us-atlas: `python -m monitor.web.pages.map.make_counties` (needs npm).

us-atlas holds the Census Bureau's cartographic boundaries as topologies. The projected one (Albers USA, 975 x 610)
gives the shapes, the unprojected one gives the neighbors, also of the territories, which the projection leaves out.
Shared borders are simplified once, so that neighbors still fit.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

PACKAGE = "us-atlas@3.0.1"
VINTAGE = "2017"  # the edition of the Census Bureau's files, as the package's README states it
SCALE = 2  # units of the drawing a pixel of the 975 x 610 view
LEAST_AREA = 6.0  # a corner that spans less, in square units, is left out
OUT = Path(__file__).parent / "counties.json"

Point = tuple[float, float]
Ring = list[Point]


def main() -> None:
    """The file beside this one holds every county's path, box and neighbors."""
    with tempfile.TemporaryDirectory() as folder:
        npm = ["npm", "pack", "--silent", PACKAGE]
        subprocess.run(npm, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - one fixed package
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            projected = _member(archive, "counties-albers-10m.json")
            whole = _member(archive, "counties-10m.json")
    made = {
        "source": f"{PACKAGE}: US Census Bureau, cartographic boundary files, {VINTAGE} edition",
        "vintage": VINTAGE, "width": 975 * SCALE, "height": 610 * SCALE,
        "counties": draw_counties(projected), "borders": draw_borders(projected), "neighbors": find_neighbors(whole),
    }  # fmt: skip
    text = json.dumps(made, separators=(",", ":"), sort_keys=True)
    OUT.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


def draw_counties(topology: dict[str, Any]) -> dict[str, list[Any]]:
    """FIPS code -> [path, [left, top, right, bottom]] in whole units."""
    arcs = [simplify(arc) for arc in _arcs(topology)]
    drawn = {}
    for county in topology["objects"]["counties"]["geometries"]:
        rings = [_join(ring, arcs) for ring in _rings(county)]
        whole = [r for r in (_rounded(ring) for ring in rings) if len(r) > 2]
        if not whole:  # a city smaller than a unit stays to be seen
            x, y = (round(v) for v in max(rings, key=len)[0])
            whole = [[(x - 1, y - 1), (x + 1, y - 1), (x + 1, y + 1), (x - 1, y + 1)]]
        xs, ys = [p[0] for r in whole for p in r], [p[1] for r in whole for p in r]
        drawn[county["id"]] = ["".join(map(_path, whole)), [min(xs), min(ys), max(xs), max(ys)]]
    return drawn


def draw_borders(topology: dict[str, Any]) -> str:
    """The lines between states as one path."""
    arcs = [simplify(arc) for arc in _arcs(topology)]
    states: dict[int, set[str]] = defaultdict(set)
    for county in topology["objects"]["counties"]["geometries"]:
        for ring in _rings(county):
            for index in ring:
                states[index if index >= 0 else ~index].add(county["id"][:2])
    return "".join(_path(_rounded(arcs[i]), close=False) for i, sides in sorted(states.items()) if len(sides) > 1)


def find_neighbors(topology: dict[str, Any]) -> dict[str, list[str]]:
    """FIPS code -> the counties that share a stretch of border, sorted."""
    sides: dict[int, set[str]] = defaultdict(set)
    for county in topology["objects"]["counties"]["geometries"]:
        for ring in _rings(county):
            for index in ring:
                sides[index if index >= 0 else ~index].add(county["id"])
    found: dict[str, set[str]] = defaultdict(set)
    for pair in sides.values():
        for one in pair:
            found[one] |= pair - {one}
    return {fips: sorted(others) for fips, others in found.items()}


def simplify(arc: Ring) -> Ring:
    """The arc without its smallest corners (Visvalingam), ends kept."""
    points = list(arc)
    while len(points) > 2:
        areas = [_area(points[i - 1], points[i], points[i + 1]) for i in range(1, len(points) - 1)]
        least = min(range(len(areas)), key=areas.__getitem__)
        if areas[least] >= LEAST_AREA or (points[0] == points[-1] and len(points) <= 4):
            break
        del points[least + 1]
    return points


def _area(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def _member(archive: tarfile.TarFile, name: str) -> dict[str, Any]:
    member = archive.extractfile(f"package/{name}")
    assert member is not None
    return dict(json.load(member))


def _arcs(topology: dict[str, Any]) -> list[Ring]:
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append(((x * sx + tx) * SCALE, (y * sy + ty) * SCALE))
        arcs.append(points)
    return arcs


def _rings(county: dict[str, Any]) -> list[list[int]]:
    polygons = [county["arcs"]] if county["type"] == "Polygon" else county["arcs"]
    return [ring for polygon in polygons for ring in polygon]


def _join(ring: list[int], arcs: list[Ring]) -> Ring:
    points: Ring = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _rounded(points: Ring) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for x, y in points:
        if not kept or kept[-1] != (round(x), round(y)):
            kept.append((round(x), round(y)))
    return kept[:-1] if len(kept) > 1 and kept[0] == kept[-1] else kept


def _path(points: list[tuple[int, int]], close: bool = True) -> str:
    (x, y), *rest = points
    steps = []
    for nx, ny in rest:
        dx, dy = nx - x, ny - y
        steps.append(f"{dx}{'' if dy < 0 else ' '}{dy}")
        x, y = nx, ny
    text = "l" + " ".join(steps) if steps else ""
    return f"M{points[0][0]} {points[0][1]}{text.replace(' -', '-')}{'z' if close else ''}"


if __name__ == "__main__":
    main()
