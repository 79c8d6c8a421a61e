"""What matching needs to know of the lists so far: who is who, and what is listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from db.models import Agency, Agreement, Listing, ListName, NameKey, NameUse
from monitor.matching.same_agreement import Side

SideKey = tuple[int, str, str | None, int]  # listing, agreement with its date and how many documents it has


class Known(Protocol):
    """Agencies, names and agreements after the newest publication; `monitor.changelog.state` keeps them."""

    listings: Mapping[int, Listing]
    agencies: dict[str, Agency]
    names: dict[NameKey, NameUse]
    loose: dict[NameKey, set[NameKey]]  # (state, loose key) -> names
    by_state: dict[str | None, set[str]]  # ids of agencies; may hold some that were merged or moved since
    agreements: dict[str, Agreement]
    by_agency: dict[str, set[str]]
    opened: dict[int, list[str]]  # position -> ids of the participating agreements first listed there
    opened_between: dict[
        tuple[str, str], list[Agreement]
    ]  # (day, day) -> those opened about then, by id, once asked for
    listed: dict[ListName, dict[int, str]]  # listing id -> agreement id
    missing: dict[ListName, dict[int, set[str]]]  # position since which they are -> ids of missing agreements
    sides: dict[SideKey, tuple[Listing, Side]]  # rows as they were compared before; kept alive, as ids name them
    dates: dict[int, str]  # position -> date of the list
    rulings: Mapping[tuple[str, str], str]  # (agreement id, agreement id) -> same | distinct
    ruled: set[str]  # ids of the agreements that rulings are about

    def links(self, list_name: ListName, row: Listing, claim: str) -> bool:
        """Return whether on some list, also a later one, the row links an MOA of which the claim is true."""

    def side_by_side(self, list_name: ListName, support: str | None, a: NameKey, b: NameKey) -> bool:
        """Return whether the two names ever stood on one list under the support type."""
