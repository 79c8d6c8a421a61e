"""The counties' shapes and neighbors as `make_counties.py` made them, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Counties that were split or renamed after the shapes' vintage -> the shape they lie in.
OLDER_SHAPE = {"02063": "02261", "02066": "02261"}
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The drawing: its size, each county's path and box, the lines between states, and who borders on whom."""

    source: str
    vintage: str
    width: int
    height: int
    counties: Mapping[str, tuple[str, Box]]
    borders: str
    neighbors: Mapping[str, Sequence[str]]

    def box(self, fips_codes: Sequence[str]) -> Box | None:
        """Return the box around those counties; None when none of them is drawn."""
        boxes = [self.counties[f][1] for f in fips_codes if f in self.counties]
        if not boxes:
            return None
        return (
            min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
        )  # fmt: skip


@cache
def read_shapes() -> Shapes:
    """Return the shapes, read once."""
    made = json.loads((Path(__file__).parent / "counties.json").read_text(encoding="utf-8"))
    counties = {fips: (path, tuple(box)) for fips, (path, box) in made["counties"].items()}
    return Shapes(
        made["source"], made["vintage"], made["width"], made["height"], counties, made["borders"], made["neighbors"]
    )


def drawn_as(fips: str) -> str:
    """The FIPS code under which a county is drawn."""
    return OLDER_SHAPE.get(fips, fips)
