"""TopoJSON: the boundaries of areas as arcs, each stored once however many areas share it.

Exact: the coordinates have four decimals, which are kept as whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from monitor.web.pages.map.lon_lat import Point, Ring

UNITS = 10_000  # to a degree
Node = tuple[int, int]
Arc = tuple[Node, ...]


def write_topology(name: str, features: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return GeoJSON features (MultiPolygons, or no geometry) as a TopoJSON topology with one object of that name."""
    rings = [ring for feature in features for area in _areas(feature) for ring in area]
    arcs = _Arcs(rings)
    geometries = []
    for feature in features:
        shape = [[arcs.cut(ring) for ring in area] for area in _areas(feature)]
        kind = {"type": "MultiPolygon", "arcs": shape} if shape else {"type": None}
        geometries.append({**kind, "id": feature["id"], "properties": feature["properties"]})
    return {
        "type": "Topology", "transform": {"scale": [1 / UNITS, 1 / UNITS], "translate": [0, 0]},
        "objects": {name: {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": [_as_steps(arc) for arc in arcs.numbers],
    }  # fmt: skip


class _Arcs:
    """The arcs between junctions: the points where rings that run along each other part."""

    def __init__(self, rings: Sequence[Ring]) -> None:
        self.numbers: dict[Arc, int] = {}
        around: dict[Node, frozenset[Node]] = {}
        self._junctions: set[Node] = set()
        for nodes in map(_nodes, rings):
            for before, node, after in zip((nodes[-1], *nodes), nodes, (*nodes[1:], nodes[0]), strict=False):
                beside = frozenset((before, after))
                if around.setdefault(node, beside) != beside:
                    self._junctions.add(node)

    def cut(self, ring: Ring) -> list[int]:
        """Return the numbers of a ring's arcs in its order; those that run backward are inverted bit by bit."""
        nodes = _nodes(ring)
        at = [i for i, node in enumerate(nodes) if node in self._junctions]
        start = at[0] if at else nodes.index(min(nodes))
        closed = (*nodes[start:], *nodes[:start], nodes[start])
        cuts = [*(i - start for i in at), len(nodes)] if at else [0, len(nodes)]
        return [self._number(closed[first : last + 1]) for first, last in pairwise(cuts)]

    def _number(self, arc: Arc) -> int:
        if (backward := self.numbers.get(arc[::-1])) is not None:
            return ~backward
        return self.numbers.setdefault(arc, len(self.numbers))


def _areas(feature: Mapping[str, Any]) -> list[list[Ring]]:
    return feature["geometry"]["coordinates"] if feature["geometry"] else []


def _nodes(ring: Ring) -> Arc:
    """The points of a closed ring as whole numbers, the last left out, which is the first."""
    return tuple(_node(point) for point in ring[:-1])


def _node(point: Point) -> Node:
    return round(point[0] * UNITS), round(point[1] * UNITS)


def _as_steps(arc: Arc) -> list[Node]:
    """The first point, and the way from each to the next."""
    return [arc[0], *((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(arc))]
