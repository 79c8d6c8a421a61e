"""Lists made by hand for the rules of identity: a few real agencies, and the log that lists of them give."""

from __future__ import annotations

from db.models import Change
from tests.monitor.folded import Folded, Row, fold_lists

PDF = "https://www.ice.gov/doclib/287gMOA/"

OTHERS = [
    Row("FLORIDA", "Bay County Sheriff's Office", county="Bay County"),
    Row("TEXAS", "Kerr County Sheriff's Office", county="Kerr County"),
]

PASCO = Row("FLORIDA", "Pasco County Sheriff's Office", county="Pasco County")

MARCO = Row("FLORIDA", "Marco Island Police Department", county="Collier County", type="Municipality")


def fold(*lists: list[Row], every_days: int = 1) -> Folded:
    """The ledger after lists that all hold `OTHERS` too; the last comes once more."""
    whole = [[*OTHERS, *rows] for rows in lists]
    return fold_lists([*whole, whole[-1]], every_days=every_days)


def only(folded: Folded) -> Change:
    """The one change that stands."""
    (change,) = folded.standing()
    return change
