"""A row's side of a comparison is that row's own, however many rows come and go."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from db.models import Listing
from monitor.matching.judging import Judge


def test_a_side_is_of_its_own_row_though_copies_of_rows_come_and_go() -> None:
    """Rows of a list that its header calls the other one are copies; a new copy may get the address of an old one."""
    known: Any = SimpleNamespace(sides={})
    publication: Any = None
    judge = Judge(known, publication)
    for number in range(500):
        side = judge.side_of_new(
            Listing("pending", "FLORIDA", f"Town {number} Constable", "", "", "", "", "", "", state_code="FL")
        )
        assert side.name.printed == f"Town {number} Constable"
