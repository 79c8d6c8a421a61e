"""Facts on the desk in words: names and places, with the code they are stored as small behind them."""

from __future__ import annotations

import re

from tests.monitor.web.desk.conftest import ADA, BEN, World, token_in
from tests.monitor.web.desk.test_facts import AGENCY, NEWS, TAYLOR, UNION, state
from tests.monitor.web.desk.test_rulings import FLORIDA, NEW_YORK
from tests.monitor.web.desk.test_second_answer import words


def facts_of(page: str) -> list[str]:
    """Each fact on a page in words, up to who stated it, codes left out."""
    part = page[page.index("<h2>Reviewed facts</h2>") : page.index("<h2>Record a fact</h2>")]
    found = re.findall(r"<li.*?>(.*?)<br>", part, re.DOTALL)
    return [words(re.sub(r'<span class="id">.*?</span>', "", text)) for text in found]


def test_a_fact_names_agencies_agreements_and_counties(world: World) -> None:
    ben = world.client(BEN)
    state(ben, "ended", NEW_YORK, "2025-07-01", detail="agency", source=NEWS)
    state(ben, "county", AGENCY, "essex")
    state(ben, "distinct", AGENCY, "fl-lake-placid-police-department")
    state(ben, "coordinates", AGENCY, "44.28, -73.98")
    state(ben, "display_name", AGENCY, "Village of Lake Placid Police")
    page = ben.get(f"/review/agencies/{AGENCY}").text
    assert facts_of(page) == [
        "Really ended: TFM signed 2025-02-26, no longer listed: 2025-07-01, ended by the agency · source",
        "County: Essex County",
        "Another body than: Lake Placid Police Department, FL",
        "Seat: 44.2800,-73.9800",
        "Name to show: Village of Lake Placid Police",
    ]
    for code in (NEW_YORK, "36031", "fl-lake-placid-police-department"):
        assert f'<span class="id">{code}</span>' in page
    assert 'href="/review/agencies/fl-lake-placid-police-department"' in page
    other = ben.get("/review/agencies/fl-lake-placid-police-department").text
    assert facts_of(other) == ["Another body than: Lake Placid Police Department, NY"]


def test_a_withdrawal_says_what_was_withdrawn(world: World) -> None:
    ada = world.client(ADA)
    state(ada, "county", AGENCY, "essex")
    page = ada.get(f"/review/agencies/{AGENCY}").text
    (number,) = re.findall(r'name="id" value="(\d+)"', page)
    ada.post("/review/facts/withdraw", data={"csrf": token_in(page), "id": number})
    said = facts_of(ada.get(f"/review/agencies/{AGENCY}").text)
    assert said[0] == "County: Essex County"
    assert re.fullmatch(r"Withdrawn: County: Essex County, recorded 2025-07-20 13:00:\d\d UTC", said[1])


def test_the_agreements_of_one_body_are_told_apart(world: World) -> None:
    """Of an agency alone the name goes without saying; of two it stands behind each, and the status is in words."""
    ben = world.client(BEN)

    def offered(agency: str) -> list[str]:
        page = ben.get(f"/review/agencies/{agency}").text
        select = page[page.index('<select id="e-subject"') :].partition("</select>")[0]
        return re.findall(r"<option[^>]*>([^<]+)</option>", select)

    assert offered(UNION) == ["TFM signed 2025-07-07, listed"]
    state(ben, "one", TAYLOR, UNION)
    assert offered(UNION) == [
        "TFM signed 2025-07-02, listed (Taylor County Sheriff&#39;s Office)",
        "TFM signed 2025-07-07, listed (Union County Sheriff&#39;s Office)",
    ]
    with world.store() as store, store.writing() as connection:
        connection.execute("update agreements set list = 'pending', signed_on = null, status = 'missing'")
    assert offered("fl-lake-placid-police-department") == ["TFM, no longer pending"]
    assert FLORIDA


def test_an_import_names_what_its_facts_are_about(world: World) -> None:
    ada = world.client(ADA)
    state(ada, "county", AGENCY, "essex")
    out = ada.get("/review/facts.csv").text.replace(ADA, "Zoe Elsewhere")
    form = {"csrf": token_in(ada.get("/review").text)}
    page = ada.post("/review/facts/import", data=form, files={"file": ("facts.csv", out, "text/csv")}).text
    assert "Zoe Elsewhere: Lake Placid Police Department, NY: County: Essex County" in words(
        re.sub(r'<span class="id">.*?</span>', "", page)
    )


def test_another_agency_can_be_chosen_by_its_name(world: World) -> None:
    page = world.client(BEN).get(f"/review/agencies/{UNION}").text
    assert f'<option value="{TAYLOR}">Taylor County Sheriff&#39;s Office</option>' in page
    assert AGENCY not in page  # of another state
    ben = world.client(BEN)
    answer = state(ben, "one", UNION, " taylor county  sheriff’s office")
    assert answer.status_code == 303
    assert f'<span class="id">{TAYLOR}</span>' in ben.get(answer.headers["location"]).text
    refused = state(ben, "one", UNION, "Taylor")
    assert "nor the whole name of just one of the state" in refused.text
    assert "still there when you go back" in refused.text
