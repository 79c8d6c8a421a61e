"""The commands about what ICE listed on a day: `agreements` and `totals`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from monitor.changelog import as_of as listed
from monitor.cli.nothing_found import why_nothing_fits
from monitor.cli.options import (
    AgencyOption,
    AsOfOption,
    CountyOption,
    DbOption,
    FormatOption,
    KnownAtOption,
    StateOption,
    check_choice,
    open_store,
    to_date,
    to_moment,
    to_state,
)
from monitor.cli.output import Format, say, show

AGREEMENT_COLUMNS = {
    "state": "State", "printed": "Agency then", "agency": "Agency today", "county": "County", "support_type": "Type",
    "signed_on": "Signed", "moa": "MOA", "agreement_id": "Id",
}  # fmt: skip
TOTAL_COLUMNS = ("as_of", "agreements", "agencies", "states", "territories", "sentence")


def agreements(
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    state: StateOption = None,
    county: CountyOption = None,
    agency: AgencyOption = None,
    list_name: Annotated[
        str, typer.Option("--list", metavar="LIST", help="participating or pending.")
    ] = "participating",
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """List what ICE listed on a day (by default: on the newest list); a repeated row is given once."""
    check_choice(list_name, ("participating", "pending"), "--list")
    with open_store(db) as store:
        rows = listed.listed_agreements(
            store, as_of=to_date(as_of, "--as-of"), known_at=to_moment(known_at, "--known-at"), list_name=list_name,
            state=to_state(state), county=county, agency=agency,
        )  # fmt: skip
        then: list[Mapping[str, object]] = [{**row, "printed": row["listed"]["agency"]} for row in rows]
        empty = f"none listed{why_nothing_fits(store, county, agency)}"
        show(rows if format is Format.JSON else then, format, AGREEMENT_COLUMNS, empty=empty)


def totals(
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    format: FormatOption = Format.TABLE,
    db: DbOption = None,
) -> None:
    """Count agreements, agencies, states and territories on a day, per support type, and say so in a sentence."""
    with open_store(db) as store:
        result = listed.totals(store, as_of=to_date(as_of, "--as-of"), known_at=to_moment(known_at, "--known-at"))
    if format is Format.TABLE:
        say(result["sentence"])
        say(f"Source: {result['publication']['file']}, sha256 {result['publication']['sha256']}")
        return
    show([result], format, {name: name for name in TOTAL_COLUMNS})
