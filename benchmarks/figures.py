"""A figure and how it is printed: the ratio to its aim first, then what was measured."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "ice-sheets"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured. `aim` is the most it may be (the least, when more is better); None when there is none."""

    name: str
    value: float
    unit: str
    aim: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better than aimed at: 1 or more is met."""
        if self.aim is None:
            return None
        return self.value / self.aim if self.more_is_better else self.aim / self.value


def show(title: str, figures: Iterable[Figure]) -> None:
    """The figures are printed: ratio to the aim, value, aim, name."""
    print(f"\n{title}")
    print(f"{'of the aim':>11} {'measured':>14} {'aim':>14}  what")
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} {'met' if figure.ratio >= 1 else 'MISSED'}"
        sign = ">=" if figure.more_is_better else "<="
        aim = "" if figure.aim is None else f"{sign} {figure.aim:g} {figure.unit}"
        note = f" ({figure.note})" if figure.note else ""
        print(f"{ratio:>11} {figure.value:>9.2f} {figure.unit:<4} {aim:>14}  {figure.name}{note}")
    sys.stdout.flush()


def corpus_manifest() -> Path:
    """The shared lists' manifest; the program ends with a line when they are not there."""
    manifest = CORPUS / "manifest.csv"
    if not manifest.is_file():
        sys.exit(f"the real lists are not in {CORPUS}; see CONTRIBUTING.md")
    return manifest
