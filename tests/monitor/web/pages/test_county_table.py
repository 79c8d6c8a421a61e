"""The table of counties, and its boundaries as GeoJSON."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from db.database import Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.map.lon_lat import read_rings


@pytest.fixture(scope="module")
def files(small_home: Path) -> dict[str, bytes]:
    with Store.open(small_home, read_only=True) as store:
        site = make_site(store)
        names = ("counties.csv", "counties.geojson", "counties.topojson", "counties.xlsx", "counties-excel.csv")
        pages = {name: site.page(f"data/{name}", language("en"), {}) for name in names}
        return {name: page.body for name, page in pages.items() if page is not None and page.body is not None}


def test_every_county_has_one_row(files: dict[str, bytes]) -> None:
    """The gazetteer has 3,235 without the planning regions, one of them the Midway Islands, which no list can name.

    Pasco has a TFM and a WSO on all three lists of March 2025, Waupaca a WSO on the first, Dane none."""
    rows = {row["county_fips"]: row for row in csv.DictReader(io.StringIO(files["counties.csv"].decode()))}
    assert len(rows) == 3234
    assert "01001" in rows
    assert "72001" in rows
    pasco, waupaca, dane = rows["12101"], rows["55135"], rows["55025"]
    assert [pasco[k] for k in ("status", "support_types", "listed_agencies", "listed_tfm", "listed_jem")] == [
        "listed", "TFM,WSO", "1", "1", "0",
    ]  # fmt: skip
    assert (pasco["first_listed_on"], pasco["first_list_shows_it"], pasco["last_listed_on"]) == (
        "2025-03-03", "true", "2025-03-07",
    )  # fmt: skip
    assert (waupaca["status"], waupaca["last_listed_on"], waupaca["no_longer_listed"]) == ("ended", "2025-03-03", "1")
    assert (dane["status"], dane["first_listed_on"], dane["listed_agreements"]) == ("never", "", "0")


def test_a_spreadsheet_gets_dates_and_codes_with_their_zeros(files: dict[str, bytes]) -> None:
    assert files["counties-excel.csv"] == b"\xef\xbb\xbf" + files["counties.csv"]
    sheet = openpyxl.load_workbook(io.BytesIO(files["counties.xlsx"])).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    first, pasco = (dict(zip(head, next(r for r in rows if fips in r), strict=True)) for fips in ("01001", "12101"))
    assert first["county_fips"] == "01001"
    assert isinstance(pasco["first_listed_on"], datetime)
    assert pasco["first_listed_on"].date() == date(2025, 3, 3)
    assert pasco["listed_tfm"] == 1


@pytest.mark.parametrize(
    ("fips", "longitude", "latitude"),
    [  # towns well inside their county, by public maps
        ("12101", -82.40, 28.32), ("48201", -95.37, 29.76), ("53033", -121.8, 47.5), ("55025", -89.40, 43.07),
        ("15003", -158.0, 21.48), ("04013", -112.1, 33.4), ("02090", -147.0, 64.8), ("51600", -77.306, 38.86),
    ],
)  # fmt: skip
def test_the_boundary_is_where_the_county_is(
    files: dict[str, bytes], fips: str, longitude: float, latitude: float
) -> None:
    around = [f["id"] for f in json.loads(files["counties.geojson"])["features"] if holds(f, longitude, latitude)]
    assert around == [fips]


def holds(feature: dict[str, Any], x: float, y: float) -> bool:
    """Return whether a point lies in the feature, by counting the borders west of it."""
    inside = False
    for ring in [ring for area in (feature["geometry"] or {"coordinates": []})["coordinates"] for ring in area]:
        assert ring[0] == ring[-1]
        for (x1, y1), (x2, y2) in itertools.pairwise(ring):
            if (y1 > y) != (y2 > y) and x > x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
    return inside


def test_a_path_is_read_with_every_command_it_may_have() -> None:
    assert read_rings("M1 2l3-1h-2v4zm1 1L0 0H5V6z") == [
        [(1, 2), (4, 1), (2, 1), (2, 5)], [(2, 3), (0, 0), (5, 0), (5, 6)],
    ]  # fmt: skip


def test_topojson_has_the_same_boundaries_and_each_shared_one_once(files: dict[str, bytes]) -> None:
    """Decoded as its specification says: whole numbers, each arc as steps, a negative number an arc backward."""
    told, plain = json.loads(files["counties.topojson"]), json.loads(files["counties.geojson"])
    (scale_x, scale_y), (left, down) = told["transform"]["scale"], told["transform"]["translate"]
    arcs = []
    for steps in told["arcs"]:
        xs, ys = (list(itertools.accumulate(step[i] for step in steps)) for i in (0, 1))
        arcs.append([(round(x * scale_x + left, 4), round(y * scale_y + down, 4)) for x, y in zip(xs, ys, strict=True)])

    def ring_of(numbers: list[int]) -> list[tuple[float, float]]:
        parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        assert all(a[-1] == b[0] for a, b in itertools.pairwise([*parts, parts[0]]))
        return [point for part in parts for point in part[:-1]]

    def turned(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return min(ring[i:] + ring[:i] for i, point in enumerate(ring) if point == min(ring))

    shared: Counter[int] = Counter()
    for shape, feature in zip(told["objects"]["counties"]["geometries"], plain["features"], strict=True):
        assert (shape["id"], shape["properties"]) == (feature["id"], feature["properties"])
        if feature["geometry"] is None:
            assert shape["type"] is None
            continue
        shared.update(n if n >= 0 else ~n for area in shape["arcs"] for ring in area for n in ring)
        made = [[turned(ring_of(ring)) for ring in area] for area in shape["arcs"]]
        assert made == [
            [turned([tuple(point) for point in ring[:-1]]) for ring in area]
            for area in feature["geometry"]["coordinates"]
        ]
    assert set(shared.values()) == {1, 2, 3}  # three where two counties of today are drawn as one
    assert sum(n == 3 for n in shared.values()) < 20
    assert sum(n == 2 for n in shared.values()) > 8000
    drawn = [feature["geometry"] for feature in plain["features"]]
    assert len(json.dumps(told["arcs"])) < 0.6 * len(json.dumps(drawn))
