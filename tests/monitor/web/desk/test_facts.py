"""Facts that people researched: checked, kept with source and name, withdrawn, shared; the log never moves by them."""

from __future__ import annotations

import csv
import io

import pytest
from starlette.testclient import TestClient

from db.desk_models import ReviewedFact
from monitor.review import facts
from monitor.review.facts import FactError
from tests.dump import difference, dump
from tests.monitor.web.desk.conftest import ADA, BEN, World, token_in
from tests.monitor.web.desk.test_rulings import NEW_YORK, stands

TAYLOR, UNION = "fl-taylor-county-sheriffs-office", "fl-union-county-sheriffs-office"
AGENCY = "ny-lake-placid-police-department"
NEWS = "https://news.example.org/2025/board-votes"


def state(client: TestClient, fact: str, subject: str, value: str, **more: str):  # type: ignore[no-untyped-def]
    form = {"csrf": token_in(client.get("/review/account").text), "fact": fact, "subject": subject, "value": value}
    return client.post("/review/facts", data=form | more)


def standing(world: World) -> list[tuple[str, str, str, str]]:
    with world.store() as store:
        return [(f.subject, f.fact, f.value, f.detail) for f in facts.read_facts(store) if f.counts]


def test_an_end_a_county_a_name_and_one_body_are_found_again_with_who_and_where_from(world: World) -> None:
    ben, before = world.client(BEN), stands(world)
    with world.store() as store:
        lists = dump(store)
    ended = state(ben, "ended", NEW_YORK, "2025-07-01", detail="agency", source=NEWS, note="3 to 2")
    assert ended.headers["location"] == f"/review/agencies/{AGENCY}?said=ended"
    state(ben, "county", AGENCY, "essex")
    state(ben, "display_name", AGENCY, "  Village of Lake Placid   Police ")
    state(ben, "one", TAYLOR, UNION)
    page = ben.get(ended.headers["location"]).text
    assert "2025-07-01, ended by the agency" in page
    assert f'<a href="{NEWS}" rel="noreferrer">source</a>. 3 to 2' in page
    assert "Essex County" in page
    assert "Village of Lake Placid Police" in page
    assert "One body with" in ben.get(f"/review/agencies/{UNION}").text  # told of both
    assert standing(world) == [
        (NEW_YORK, "ended", "2025-07-01", "agency"),
        (AGENCY, "county", "36031", ""),  # Essex County, New York
        (AGENCY, "display_name", "Village of Lake Placid Police", ""),
        (TAYLOR, "one", UNION, ""),
    ]
    assert stands(world) == before
    with world.store() as store:
        assert difference(lists, dump(store)) == []  # what the lists say is as it was


@pytest.mark.parametrize(
    ("fact", "subject", "value", "more", "says"),
    [
        ("ended", NEW_YORK, "2025-07-01", {"detail": "agency"}, "needs the address of a source"),
        ("ended", NEW_YORK, "2025-07-01", {"detail": "politics", "source": NEWS}, "'politics' is not a reason"),
        ("ended", NEW_YORK, "2025-13", {"detail": "law", "source": NEWS}, "'2025-13' is not a date"),
        ("ended", NEW_YORK, "2025-02-30", {"detail": "law", "source": NEWS}, "'2025-02-30' is not a date"),
        ("ended", NEW_YORK, "2025-07-21", {"detail": "law", "source": NEWS}, "2025-07-21 is in the future"),
        ("ended", AGENCY, "2025-07-01", {"detail": "law", "source": NEWS}, "no agreement"),
        ("county", AGENCY, "Orange and Ulster", {}, "is no one county of NY"),
        ("county", AGENCY, "12001", {}, "is no one county of NY"),  # Alachua, of Florida
        ("county", NEW_YORK, "Essex", {}, "no agency"),
        ("body", AGENCY, "posse", {}, "'posse' is not a kind of body"),
        ("coordinates", AGENCY, "48.85, 2.35", {}, "is not a place in the United States"),
        ("coordinates", AGENCY, "here", {}, "is not a place in the United States"),
        ("one", AGENCY, AGENCY, {}, "is not the id of another agency"),
        ("link", AGENCY, "javascript:alert(1)", {"detail": "news"}, "is not an address"),
        ("county", AGENCY, "Essex", {"source": "ftp://x.example"}, "is not an address"),
        ("opinion", AGENCY, "good", {}, "is not a kind of fact"),
        ("withdrawn", AGENCY, "county|36031|2025-01-01T00:00:00Z", {}, "no such fact to withdraw"),
    ],
)
def test_what_cannot_be_so_is_refused_and_nothing_is_stored(
    world: World, fact: str, subject: str, value: str, more: dict[str, str], says: str
) -> None:
    """The world's clock stands at 20 July 2025."""
    answer = state(world.client(BEN), fact, subject, value, **more)
    assert answer.status_code == 400
    assert says in answer.text.replace("&#39;", "'")
    assert standing(world) == []


@pytest.mark.parametrize("value", ["2025", "2025-07", "2025-07-20"])
def test_a_date_is_as_exact_as_it_is_known(world: World, value: str) -> None:
    state(world.client(BEN), "ended", NEW_YORK, value, detail="law", source=NEWS)
    assert standing(world) == [(NEW_YORK, "ended", value, "law")]


def test_the_newest_stands_and_a_withdrawn_one_gives_way_to_the_one_before(world: World) -> None:
    client = world.client(ADA)
    for value in ("Essex County", "Franklin County"):
        state(client, "county", AGENCY, value)
        world.clock.move(minutes=1)
    assert standing(world) == [(AGENCY, "county", "36033", "")]
    with world.store() as store:
        newest = facts.read_facts(store)[-1]
    form = {"csrf": token_in(client.get("/review/account").text), "id": str(newest.id), "note": "a typing slip"}
    assert client.post("/review/facts/withdraw", data=form).status_code == 303
    assert standing(world) == [(AGENCY, "county", "36031", "")]
    with world.store() as store:
        assert len(facts.read_facts(store)) == 3  # nothing was deleted
        view = store.connection.execute("select county_fips from reviewed_agencies where agency_id = ?", [AGENCY])
        assert view.fetchall() == [("36031",)]


def test_views_for_readers_of_sql_show_what_stands(world: World) -> None:
    client = world.client(ADA)
    state(client, "ended", NEW_YORK, "2025-07", detail="expired", source=NEWS)
    state(client, "coordinates", TAYLOR, "30.117, -83.582")
    state(client, "body", TAYLOR, "sheriff")
    with world.store() as store:
        ended = store.connection.execute(
            "select agreement_id, ended_on, reason, source, reviewer from reviewed_endings"
        )
        assert ended.fetchall() == [(NEW_YORK, "2025-07", "expired", NEWS, ADA)]
        agencies = store.connection.execute("select agency_id, coordinates, body, display_name from reviewed_agencies")
        assert agencies.fetchall() == [(TAYLOR, "30.1170,-83.5820", "sheriff", None)]


def test_one_body_reaches_across_several_and_stops_at_distinct() -> None:
    def fact(number: int, kind: str, one: str, other: str, counts: bool = True) -> ReviewedFact:
        return ReviewedFact(number, "", "Ann", one, kind, other, counts=counts)

    stated = [fact(1, "one", "a", "b"), fact(2, "one", "c", "b"), fact(3, "one", "d", "a", counts=False)]
    assert facts.one_body(stated, "a") == ["a", "b", "c"]
    assert facts.one_body(stated, "d") == ["d"]


def test_facts_go_out_as_csv_and_come_in_elsewhere_previewed_and_checked(world: World) -> None:
    ada = world.client(ADA)
    state(ada, "ended", NEW_YORK, "2025-07-01", detail="agency", source=NEWS, note="=1+1 is kept")
    out = ada.get("/review/facts.csv")
    rows = list(csv.DictReader(io.StringIO(out.text)))
    assert [(r["reviewer"], r["fact"], r["note"]) for r in rows] == [(ADA, "ended", "'=1+1 is kept")]  # no formula
    there = out.text.replace(ADA, "Zoe Elsewhere").replace("2025-07-01,agency", "2025-06-30,law")
    form = {"csrf": token_in(ada.get("/review").text)}
    page = ada.post("/review/facts/import", data=form, files={"file": ("facts.csv", there, "text/csv")}).text
    assert "Import 1 new fact" in page
    assert len(standing(world)) == 1
    assert "1 facts imported, 0 known already" in ada.post("/review/facts/import", data=form | {"csv": there}).text
    assert "Import 0 new facts" in ada.post("/review/facts/import", data=form | {"csv": there}).text
    with world.store() as store:
        newest = facts.read_facts(store)[-1]
    assert (newest.reviewer, newest.imported_by, newest.detail) == ("Zoe Elsewhere", ADA, "law")
    for text, says in (
        (there.replace("Zoe", "Yan").replace("2025-06-30", "2099-01-01"), "row 2: 2099-01-01 is in the future"),
        (there.replace("Zoe", "Yan").replace(NEW_YORK, "nobody"), "row 2: no agreement"),
        ("subject,fact\n", "the columns stated_at, reviewer"),
        (there.replace("Zoe", "Yan").replace("2025-07-20T", "2035-07-20T"), "is not a time until now"),
    ):
        answer = ada.post("/review/facts/import", data=form | {"csv": text})
        assert answer.status_code == 400
        assert says in answer.text.replace("&#39;", "'")


def test_an_agency_is_found_by_a_misspelt_part_of_its_name(world: World) -> None:
    page = world.client(BEN).get("/review/agencies?q=lake plasid&state=NY").text
    assert page.count("data-item") == 1
    assert f'href="/review/agencies/{AGENCY}"' in page
    assert world.client(BEN).get("/review/agencies/nobody").status_code == 404


def test_a_fact_needs_who_states_it(world: World) -> None:
    with world.store() as store, pytest.raises(FactError, match="needs the name of the person who states it"):
        facts.state_fact(store, ReviewedFact(0, store.now_text(), " ", AGENCY, "county", "Essex"))
