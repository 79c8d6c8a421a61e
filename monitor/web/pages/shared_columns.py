"""Columns that several of the tables to download have: name -> (type, what it says)."""

from __future__ import annotations

from monitor.i18n.language import N_

PLACED = {
    "county": ("string", N_("County as the Census Bureau writes it; blank for statewide and unplaced agencies.")),
    "county_fips": ("string", N_("Five-digit FIPS code of the county.")),
    "county_by": (
        "string",
        N_(
            "What the county was found by: county_cell (ICE's list names it), agency_name (the name of the agency "
            "contains it), city (the city in the agency's name lies in it), city_not_cell (likewise, and ICE's list "
            "names another county) or zip (the ZIP codes of the city)."
        ),
    ),
}
SOURCES: dict[str, tuple[str, str]] = {}
for _place_name, _words in (
    ("last_listed_in", N_("The last list that shows the row as it was: file, sha256, sheet row.")),
    ("first_missing_from", N_("The first list without the row.")),
    ("first_listed_in", N_("The first list that shows the row as it is.")),
):
    SOURCES |= {f"{_place_name}_file": ("string", _words), f"{_place_name}_sha256": ("string", _words)}
    if _place_name != "first_missing_from":
        SOURCES[f"{_place_name}_row"] = ("integer", _words)
