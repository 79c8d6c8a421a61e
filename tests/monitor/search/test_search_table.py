"""Three hundred and more things people type, with the first answer that public geography gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.search.agency_names import AgencyNames, FoundAgency
from monitor.search.find import Finder

#: (what is typed, kind, name, state, FIPS code of the county); None: not asked. Codes are the Census Bureau's.
QUERIES = Path(__file__).with_name("queries.tsv")


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
    return [line.split("\t") for line in QUERIES.read_text(encoding="utf-8").splitlines()]


def test_the_table_is_long_enough() -> None:
    assert len({row[0] for row in read_table()}) >= 300


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
