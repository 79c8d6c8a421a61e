"""Small lists in ICE's shape, for posting on the stand-in: the same bytes for the same agencies."""

from __future__ import annotations

from datetime import date

from tests.workbooks import PARTICIPATING, PENDING, make_workbook


def participating(*agencies: str, modified: str = "2026-01-05T14:30:00Z") -> bytes:
    """A participating list: each agency in Florida, with one Task Force Model signed on 2 January 2026."""
    rows = [
        ("FLORIDA", name, "County", "Baker County", "Task Force Model", date(2026, 1, 2), "link pending", "")
        for name in agencies
    ]
    return make_workbook([PARTICIPATING, *rows], modified=modified)


def pending(*agencies: str, modified: str = "2026-01-05T14:30:00Z") -> bytes:
    """A pending list: each agency in Texas, for a Task Force Model."""
    rows = [("TEXAS", name, "County", "Bell County", "Task Force Model") for name in agencies]
    return make_workbook([PENDING, *rows], modified=modified)
