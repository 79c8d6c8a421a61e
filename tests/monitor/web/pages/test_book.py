"""What the pages tell: standings, folded noise, neighbors, colors, search."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from db.database import Store
from monitor.i18n import labels
from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Agreement, Book, PrintedSpan
from monitor.web.pages.build_book import find_basis, read_book
from monitor.web.pages.charts import count_over_time
from monitor.web.pages.map.drawing import COLORS, DARK, painted
from monitor.web.pages.map.shapes import read_shapes
from monitor.web.pages.place_status import status_of
from monitor.web.pages.render_page import STATIC
from monitor.web.pages.views.places_page import county_status


@pytest.fixture(scope="module")
def book(small_home: Path) -> Book:
    return read_book(Store.open(small_home, read_only=True))


def test_a_county_says_how_it_stands_and_since_when(book: Book) -> None:
    places = place_index.counties()
    pasco, waupaca, dane = (county_status(book, places[f]) for f in ("12101", "55135", "55025"))
    assert (pasco.code, pasco.since, len(pasco.listed)) == ("listed", "2025-03-03", 2)
    assert (waupaca.code, waupaca.since) == ("ended", "2025-03-05")
    assert waupaca.ended[0].ended_by is not None
    missing_from = waupaca.ended[0].ended_by["first_missing_from"]
    assert missing_from is not None
    assert missing_from["file"] == "participatingAgencies03052025am.xlsx"
    assert (dane.code, dane.since) == ("never", None)
    assert status_of(()).code == "never"


def test_a_retyped_name_is_noise_and_an_ending_is_not(book: Book) -> None:
    """Pasco's two agreements were amended in spelling, Waupaca's ended; the first list is the base, no change."""
    noise = [e for e in book.changes if e["noise"]]
    assert {e["support_type"] for e in noise} == {"TFM", "WSO"}
    assert len(noise) == 2
    assert {e["noise"] for e in noise} == {"spelling"}
    assert [e["agency_id"] for e in book.changes if e["kind"] == "termination"] == ["wi-waupaca-county-sheriffs-office"]


def test_the_map_paints_by_support_type_status_and_administration(book: Book) -> None:
    assert painted(book, "support", "2025-03-04") == {
        "12101": "tj", "55135": "w", "48453": "j", "48029": "j", "12095": "t",
        **dict.fromkeys(("13015", "13067", "13115", "13139", "13187", "13219", "13233", "13281"), "j"),
    }  # fmt: skip
    later = painted(book, "status", "2025-03-07")
    assert (later["55135"], later["12101"]) == ("ended", "listed")
    under = painted(book, "administration", "2025-03-07")
    assert (under["12101"], under["12095"], under["13067"]) == ("trump1", "trump2", "biden")
    assert painted(book, "number", "2025-03-07")["12101"] == "n2"
    assert painted(book, "support", "2025-03-01") == {}


@pytest.mark.parametrize(("day", "under"), [
    ("2009-01-19", "bush"), ("2009-01-20", "obama"), ("2017-01-19", "obama"), ("2017-01-20", "trump1"),
    ("2021-01-19", "trump1"), ("2021-01-20", "biden"), ("2025-01-19", "biden"), ("2025-01-20", "trump2"),
])  # fmt: skip
def test_an_inauguration_day_is_the_new_ones(day: str, under: str) -> None:
    assert labels.administration(day) == under


def test_agreements_are_counted_on_every_list(book: Book) -> None:
    """15 rows on the first list, 14 on the next two."""
    points = count_over_time(book, list(book.agreements.values()))
    assert [(day, sum(counts.values())) for day, counts in points] == [
        ("2025-03-03", 15), ("2025-03-05", 14), ("2025-03-07", 14)]  # fmt: skip


def test_search_finds_words_of_names_places_and_cells(book: Book) -> None:
    def found(asked: str) -> set[str | None]:
        return {book.change_by_id[i]["agency_id"] for i in book.search_index.find(asked)}

    assert found("waupaca wisconsin") == {"wi-waupaca-county-sheriffs-office"}
    assert found("ofice") == {"fl-pasco-county-sheriffs-office"}, "a spelling ICE printed once"
    assert found("waup sher") == {"wi-waupaca-county-sheriffs-office"}, "beginnings of words"
    assert found("waupaca florida") == set()


def test_neighbors_are_those_of_the_atlas() -> None:
    """Dane has seven; Monroe County, Florida borders on Collier and Miami-Dade; every pair is mutual."""
    places = place_index.counties()
    assert {places[f].name.split()[0] for f in places["55025"].neighbors} == {
        "Columbia", "Dodge", "Green", "Iowa", "Jefferson", "Rock", "Sauk"}  # fmt: skip
    assert {places[f].name for f in places["12087"].neighbors} == {"Collier County", "Miami-Dade County"}
    assert all(c.fips in places[n].neighbors for c in places.values() for n in c.neighbors if n in places)


def test_every_county_is_drawn_but_those_of_the_territories() -> None:
    """3,142 shapes in 50 states and the District; two Alaskan areas of 2019 share the shape they were made from."""
    drawn = set(read_shapes().counties)
    states = {s.code for s in place_index.states().values() if not s.territory}
    missing = {c.fips for c in place_index.counties().values() if c.state in states} - drawn
    assert len(drawn) == 3142
    assert missing == {"02063", "02066"}


def test_the_files_and_the_pages_paint_alike() -> None:
    """The colors of images are those of the style sheet; in the dark they are no others."""
    light, _, rest = (STATIC / "site.css").read_text(encoding="utf-8").partition("@media")
    for name, color in COLORS.items():
        assert re.search(rf"--{name}: {color};", light), name
    told = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", rest.partition("}\n}")[0]))
    assert {name: told[name] for name in COLORS if name in told} == DARK


@pytest.mark.parametrize("layer", list(labels.CLASSES))
def test_colors_are_told_apart_by_the_color_blind(layer: str) -> None:
    """Under simulated protanopia and deuteranopia (Viénot 1999) any two of a layer differ by 50 of 255 and more."""
    simulate = {
        "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
        "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    }
    names = [code for code, _ in labels.CLASSES[layer]]
    for matrix in simulate.values():
        seen = {}
        for name in names:
            linear = [(int(COLORS[name][i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)]
            shown = [max(0.0, sum(m * v for m, v in zip(row, linear, strict=True))) for row in matrix]
            seen[name] = [255 * v ** (1 / 2.2) for v in shown]
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                apart = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
                assert apart >= 50, (one, other, apart)


def test_an_agency_says_by_what_its_county_was_found(book: Book) -> None:
    """Pasco's rows print the county in the COUNTY cell; no row does for a police department placed by its city."""
    assert book.agencies["fl-pasco-county-sheriffs-office"].placed_by == "county_cell"
    row = PrintedSpan("FLORIDA", "Zephyrhills Police Department", "Municipality", None, "TFM", None, None, None, None,
                      2, 1, 1, "2025-03-03", "2025-03-03", True)  # fmt: skip
    for name, basis in (("Zephyrhills Police Department", "city"), ("Pasco County Jail", "agency_name")):
        agreement = Agreement("x", "participating", "y", "TFM", None, "listed", rows=[replace(row, agency=name)])
        agency = Agency("y", "FL", name, "Pasco County", "12101", "", (), "municipal", agreements=[agreement])
        assert find_basis(agency) == basis
