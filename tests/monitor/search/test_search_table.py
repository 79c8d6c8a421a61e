"""A hundred and more things people type, with the first answer that public geography gives."""

from __future__ import annotations

import pytest

from monitor.search.agency_names import AgencyNames, FoundAgency
from monitor.search.find import Finder

#: (what is typed, kind, name, state, FIPS code of the county); None: not asked. Codes are the Census Bureau's.
QUERIES = """
Pasco County, Florida|county|Pasco County|FL|12101
pasco county fl|county|Pasco County|FL|12101
Pascoe|county|Pasco County|FL|12101
condado de pasco|county|Pasco County|FL|12101
Condado de Pasco, Florida|county|Pasco County|FL|12101
Passco County|county|Pasco County|FL|12101
saint johns|county|St. Johns County|FL|12109
St Johns County FL|county|St. Johns County|FL|12109
st. john's county|county|St. Johns County|FL|12109
Tampa|place|Tampa|FL|12057
Tampa FL|place|Tampa|FL|12057
tampa, florida|place|Tampa|FL|12057
hilsboro county florida|county|Hillsborough County|FL|12057
Hillsborough County Florida|county|Hillsborough County|FL|12057
San Jose|place|San Jose|CA|06085
San José, California|place|San Jose|CA|06085
Los Angeles County|county|Los Angeles County|CA|06037
Los Angles County|county|Los Angeles County|CA|06037
condado de Los Ángeles|county|Los Angeles County|CA|06037
Houston|place|Houston|TX|48201
Houston County Georgia|county|Houston County|GA|13153
Harris County|county|Harris County|TX|48201
Haris County Texas|county|Harris County|TX|48201
Dade County Florida|county|Miami-Dade County|FL|12086
Miami Dade|county|Miami-Dade County|FL|12086
miami-dade county|county|Miami-Dade County|FL|12086
Miami|place|Miami|FL|12086
Dade County GA|county|Dade County|GA|13083
Maricopa|county|Maricopa County|AZ|04013
Marcopa County|county|Maricopa County|AZ|04013
Phoenix|place|Phoenix|AZ|04013
Tucson AZ|place|Tucson|AZ|04019
Pima County|county|Pima County|AZ|04019
Pinal County|county|Pinal County|AZ|04021
Seattle|place|Seattle|WA|53033
King County WA|county|King County|WA|53033
Portland Oregon|place|Portland|OR|41051
Portland, ME|place|Portland|ME|23005
Multnomah County|county|Multnomah County|OR|41051
Multnoma County|county|Multnomah County|OR|41051
Dallas TX|place|Dallas|TX|48113
Dallas County Texas|county|Dallas County|TX|48113
Travis County|county|Travis County|TX|48453
San Antonio|place|San Antonio|TX|48029
Bexar County|county|Bexar County|TX|48029
Bear County Texas|county|Bexar County|TX|48029
El Paso Texas|any|El Paso|TX|48141
El Paso County Colorado|county|El Paso County|CO|08041
Colorado Springs|place|Colorado Springs|CO|08041
Washington County MD|county|Washington County|MD|24043
Washington County, Oregon|county|Washington County|OR|41067
Frederick County Maryland|county|Frederick County|MD|24021
Frederick County VA|county|Frederick County|VA|51069
Prince William County|county|Prince William County|VA|51153
Fairfax County|county|Fairfax County|VA|51059
Fairfax City VA|county|Fairfax city|VA|51600
Virginia Beach|county|Virginia Beach city|VA|51810
Richmond Virginia|any|Richmond|VA|
Baltimore County|county|Baltimore County|MD|24005
Kansas City Kansas|place|Kansas City|KS|20209
Kansas City|place|Kansas City|MO|
Oklahoma City|place|Oklahoma City|OK|40109
Iowa City|place|Iowa City|IA|19103
Salt Lake City|place|Salt Lake City|UT|49035
Salt Lake County|county|Salt Lake County|UT|49035
Chicago|place|Chicago|IL|17031
Cook County|county|Cook County|IL|17031
Springfield Illinois|place|Springfield|IL|17167
Springfield MA|place|Springfield|MA|25013
Dane County|county|Dane County|WI|55025
Madison Wisconsin|place|Madison|WI|55025
Milwaukee|any|Milwaukee|WI|55079
Waukesha County|county|Waukesha County|WI|55133
Waukeesha County|county|Waukesha County|WI|55133
DeKalb County Georgia|county|DeKalb County|GA|13089
De Kalb County GA|county|DeKalb County|GA|13089
Cobb County|county|Cobb County|GA|13067
Gwinett County|county|Gwinnett County|GA|13135
LaSalle County IL|county|LaSalle County|IL|17099
La Salle Parish|county|LaSalle Parish|LA|22059
Orleans Parish|county|Orleans Parish|LA|22071
New Orleans|place|New Orleans|LA|22071
St. Tammany Parish|county|St. Tammany Parish|LA|22103
Saint Tammany|county|St. Tammany Parish|LA|22103
Baton Rouge|place|Baton Rouge|LA|22033
Mecklenburg County North Carolina|county|Mecklenburg County|NC|37119
Mecklenberg County NC|county|Mecklenburg County|NC|37119
Charlotte NC|place|Charlotte|NC|37119
Alamance|county|Alamance County|NC|37001
Nashville|place|Nashville|TN|47037
Knox County Tennessee|county|Knox County|TN|47093
Knoxville|place|Knoxville|TN|47093
Shannon County South Dakota|county|Oglala Lakota County|SD|46102
Doña Ana County|county|Doña Ana County|NM|35013
dona ana|county|Doña Ana County|NM|35013
Albuquerque|place|Albuquerque|NM|35001
Albuqerque|place|Albuquerque|NM|35001
Anchorage|any|Anchorage|AK|02020
Fort Worth|place|Fort Worth|TX|48439
Ft Worth Texas|place|Fort Worth|TX|48439
Fort Lauderdale|place|Fort Lauderdale|FL|12011
Broward|county|Broward County|FL|12011
Mt Vernon Ohio|place|Mount Vernon|OH|39083
Allegheny County|county|Allegheny County|PA|42003
Pittsburgh|place|Pittsburgh|PA|42003
Pittsburg Pennsylvania|place|Pittsburgh|PA|42003
Philadelphia|any|Philadelphia|PA|42101
Filadelphia|any|Philadelphia|PA|42101
Bucks County|county|Bucks County|PA|42017
Nassau County New York|county|Nassau County|NY|36059
Nassau County FL|county|Nassau County|FL|12089
33525|county|Pasco County|FL|12101
33602|county|Hillsborough County|FL|12057
90012|county|Los Angeles County|CA|06037
10007|county|New York County|NY|36061
53703|county|Dane County|WI|55025
77002|county|Harris County|TX|48201
02108-1518|county|Suffolk County|MA|25025
Florida|state|Florida|FL|12
Flordia|state|Florida|FL|12
FL|state|Florida|FL|12
texas|state|Texas|TX|48
Tejas|state|Texas|TX|48
Nueva York|state|New York|NY|36
Carolina del Norte|state|North Carolina|NC|37
Pensilvania|state|Pennsylvania|PA|42
Pennsilvania|state|Pennsylvania|PA|42
Wisconson|state|Wisconsin|WI|55
estado de Georgia|state|Georgia|GA|13
Washington|state|Washington|WA|53
Washington DC|state|District of Columbia|DC|11
Puerto Rico|state|Puerto Rico|PR|72
College Station Texas|place|College Station|TX|48041
Marshall Texas|place|Marshall|TX|48203
University Park TX|place|University Park|TX|48113
Milwaukee Wisconsin|place|Milwaukee|WI|55079
Orange County California|county|Orange County|CA|06059
Jefferson Parish|county|Jefferson Parish|LA|22051
pasco sherriff|agency|Pasco County Sheriff's Office|FL|12101
Pasco County Sheriffs Ofice|agency|Pasco County Sheriff's Office|FL|12101
sheriff of pasco county|agency|Pasco County Sheriff's Office|FL|12101
alguacil de pasco|agency|Pasco County Sheriff's Office|FL|12101
tampa pd|agency|Tampa Police Department|FL|12057
policía de Tampa|agency|Tampa Police Department|FL|12057
Tampa Polcie|agency|Tampa Police Department|FL|12057
Florida Highway Patrol|agency|Florida Highway Patrol|FL|
Waupaca sheriff|agency|Waupaca County Sheriff's Office|WI|55135
"""


@pytest.fixture(scope="module")
def finder() -> Finder:
    """Return a search over five agencies, of which one is no longer listed."""
    agencies = [
        (FoundAgency("fl-pasco", "Pasco County Sheriff's Office", "FL", "12101", True), ["Pasco County"]),
        (FoundAgency("fl-zephyrhills", "Zephyrhills Police Department", "FL", "12101", True), ["Pasco County"]),
        (FoundAgency("fl-tampa", "Tampa Police Department", "FL", "12057", True), ["Hillsborough County"]),
        (FoundAgency("fl-fhp", "Florida Highway Patrol", "FL", None, True), []),
        (FoundAgency("wi-waupaca", "Waupaca County Sheriff's Office", "WI", "55135", False), ["Waupaca County"]),
    ]
    return Finder(AgencyNames(agencies), {"12101": 2, "12057": 1}, {"FL": 4})


def read_table() -> list[list[str]]:
    """Return the table's lines, in their columns."""
    return [line.split("|") for line in QUERIES.strip().splitlines()]


def test_the_table_is_long_enough() -> None:
    assert len(read_table()) >= 130


@pytest.mark.parametrize(("asked", "kind", "name", "state", "fips"), read_table())
def test_the_first_answer_is_right(finder: Finder, asked: str, kind: str, name: str, state: str, fips: str) -> None:
    first = finder.find(asked)[0]
    assert (first["state"], first["name"]) == (state, name) or (kind == "any" and name in first["name"])
    assert first["state"] == state
    assert kind in ("any", first["kind"])
    assert fips in ("", first["fips"])


def test_a_city_also_finds_its_county(finder: Finder) -> None:
    assert [(r["kind"], r["fips"]) for r in finder.find("Tampa")[:2]] == [("place", "12057"), ("county", "12057")]
    assert [(r["kind"], r["fips"]) for r in finder.find("San Jose")[:2]] == [("place", "06085"), ("county", "06085")]


def test_an_answer_counts_the_listed_agencies_and_leads_to_the_page(finder: Finder) -> None:
    assert finder.find("33525") == [
        {"kind": "county", "name": "Pasco County", "state": "FL", "fips": "12101", "agencies": 2,
         "url": "/places/fl/pasco-county/"},
    ]  # fmt: skip
    assert finder.find("Florida")[0]["agencies"] == 4
    assert finder.find("waupaca sheriff")[0]["agencies"] == 0


@pytest.mark.parametrize("asked", ["", " ", "%", "\0", "00000", "' or 1=1 --", "qqqqqqqqqq", "🚓", "x" * 500])
def test_what_means_nothing_finds_no_county(finder: Finder, asked: str) -> None:
    assert [r for r in finder.find(asked) if r["kind"] == "county"] == []


def test_the_sherriff_alone_finds_sheriffs(finder: Finder) -> None:
    found = finder.find("Sherriff")
    assert {r["url"] for r in found} == {"/agencies/fl-pasco/", "/agencies/wi-waupaca/"}
    assert found[0]["agencies"] == 1
