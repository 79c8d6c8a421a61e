"""The demo's past: what the stand-in of the Internet Archive kept of ICE's page, in the forms it had in those years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from tests.demo.lists import Lists
from tests.standin.past import FACT_SHEET, LANDING, PAGE, PARTNERS, PastList, Signed

_CODES = {"FLORIDA": "FL", "GEORGIA": "GA", "TENNESSEE": "TN"}


def past_of_the_demo() -> Iterator[PastList]:
    """The first visit's jail agreements, years before: signed, signed again, and two that ended."""
    found = [
        Signed(_CODES[row.state], f"{row.county} County", "Jail Enforcement", date(2009, 10, 15), row.document)
        for row in Lists.at_first().participating
        if row.support_type == "Jail Enforcement Model"
    ]
    task = [replace(row, county=f"{name} County", support_type="Task Force") for name, row in
            zip(("Larkspur", "Yarrow"), found, strict=False)]  # fmt: skip
    yield PastList("20070915120000", PARTNERS, "bullets", tuple(found[:6]))
    yield PastList("20101112120000", FACT_SHEET, "table", tuple(found + task), f"({len(found) + 2}) as of 10/29/2010")
    yield PastList("20121231120000", FACT_SHEET, "table", tuple(found), f"({len(found)}) as of 12/31/2012")
    renewed = [replace(row, signed=date(2013, 6, 27), moa=row.moa.replace(".pdf", "_2013.pdf")) for row in found]
    yield PastList("20130810120000", FACT_SHEET, "table", tuple(renewed), f"({len(found)}) as of 08/07/2013")
    now = [replace(row, support_type="Jail Enforcement Model") for row in renewed]
    yield PastList("20201015120000", LANDING, "table", tuple(now))
    yield PastList("20250115120000", PAGE, "table", tuple(now))
