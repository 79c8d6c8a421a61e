"""A made-up past in every form the list had is read, dated and told: counts by hand, ranges, and nothing held."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Store
from db.queries.publication_list import read_publications
from db.records import ChangeRecord
from monitor.changelog.as_of import totals
from monitor.changelog.explain import explain_change
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.cli.change_table import in_words
from monitor.cli.output import Format
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.place_status import paint
from monitor.web.pages.render_page import render
from tests.scrapers.archive.archive_world import ArchiveWorld, TurnedClock
from tests.standin.archive import ArchiveStandIn
from tests.standin.past import keep_past


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The store after a backfill from nothing, and the log that follows."""
    clock = TurnedClock()
    home: Path = tmp_path_factory.mktemp("past")
    with ArchiveStandIn(clock.now) as archive:
        keep_past(archive)
        world = ArchiveWorld(home, archive, clock)
        assert world.backfill().is_complete
        with world.open() as store:
            derive(store, now=store.now_text())
            yield store


def test_every_form_is_read_and_no_list_waits_for_a_person(told: Store) -> None:
    lists = [(p["published_on"], p["rows"], p["status"]) for p in read_publications(told.connection)]
    assert lists == [
        ("2007-09-15", 28, "accepted"), ("2008-03-15", 41, "accepted"), ("2010-10-29", 71, "accepted"),
        ("2011-08-18", 69, "accepted"), ("2012-12-31", 39, "accepted"), ("2013-08-07", 36, "accepted"),
        ("2015-07-15", 32, "accepted"), ("2017-08-20", 58, "accepted"), ("2017-10-30", 60, "accepted"),
        ("2020-10-15", 152, "accepted"), ("2021-02-15", 147, "accepted"), ("2025-02-24", 157, "accepted"),
        ("2025-03-05", 167, "accepted"), ("2026-04-20", 177, "accepted"),
    ]  # fmt: skip


def test_signings_renewals_and_endings_are_told_as_often_as_they_happened(told: Store) -> None:
    """Names without support types (2007, 2008) go on under their types in 2010; in 2013, 33 of 36 sign again."""
    counts = Counter((c["listed_on"], c["kind"]) for c in read_log(told) if c["kind"] != "amendment")
    assert counts == {
        ("2008-03-15", "signing"): 13, ("2010-10-29", "signing"): 30, ("2011-08-18", "termination"): 2,
        ("2012-12-31", "termination"): 30, ("2013-08-07", "renewal"): 33, ("2013-08-07", "termination"): 3,
        ("2015-07-15", "termination"): 4, ("2017-08-20", "signing"): 26, ("2017-10-30", "signing"): 2,
        ("2020-10-15", "signing"): 92, ("2021-02-15", "termination"): 5, ("2025-02-24", "signing"): 10,
        ("2025-03-05", "signing"): 10, ("2026-04-20", "signing"): 10,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "agreements", "kinds"),
    [
        ("2010-10-29", 71, {"JEM": (39, 21), "TFM": (32, 21)}),
        ("2013-08-07", 36, {"JEM": (36, 21)}),
        ("2020-10-15", 152, {"JEM": (77, 21), "WSO": (75, 11)}),
    ],
)
def test_what_ice_listed_on_a_day_is_known(
    told: Store, day: str, agreements: int, kinds: dict[str, tuple[int, int]]
) -> None:
    found = totals(told, as_of=day)
    assert found["agreements"] == agreements
    assert {code: (c["agreements"], c["states"]) for code, c in found["support_types"].items() if c["agreements"]} == (
        kinds
    )


def test_a_list_without_support_types_is_not_said_to_have_none_of_each(told: Store) -> None:
    assert totals(told, as_of="2008-03-15")["sentence"] == (
        "As of March 15, 2008, ICE listed 41 agreements with 41 agencies covering 21 states;"
        " the list names no support type."
    )


def change_of(store: Store, day: str, kind: str) -> ChangeRecord:
    return next(c for c in read_log(store) if (c["listed_on"], c["kind"]) == (day, kind))


def test_a_change_between_lists_months_apart_is_said_as_a_range(told: Store) -> None:
    ended = change_of(told, "2011-08-18", "termination")
    assert ended["listed_between"] == ["2010-11-12", "2011-08-18"]
    assert in_words([ended], Format.TABLE)[0]["listed_on"] == "2010-11-12 to 2011-08-18"
    assert "the list before was last seen on 2010-11-12" in explain_change(ended)
    signed = change_of(told, "2025-03-05", "signing")  # nine days after the list before: a day says enough
    assert signed["listed_between"] == ["2025-02-24", "2025-03-05"]
    assert in_words([signed], Format.TABLE)[0]["listed_on"] == "2025-03-05"
    assert "the list before" not in explain_change(signed)


def test_an_agreement_was_signed_by_the_day_it_was_first_listed(told: Store) -> None:
    """What was listed in 2007 is on no map as signed under Obama, though later lists name its signing of 2009."""
    site = make_site(told)
    page = site.page("map/data.json", language("en"), {})
    assert page is not None
    assert page.body is not None
    found = json.loads(page.body)
    spans = [span for county in found["counties"].values() for span in county]
    assert found["days"][:2] == ["2007-09-15", "2008-03-15"]
    assert Counter((span[0], span[3], span[4]) for span in spans if span[0] < 3) == {
        (0, "bush", ""): 28, (1, "bush", ""): 13, (2, "obama", "2009-10-16"): 30,
    }  # fmt: skip
    agreements = [a for agency in site.book().agencies.values() for a in agency.agreements]
    listed = [paint([a], "2008-03-15", "administration") for a in agreements if a.first_on <= "2008-03-15"]
    assert listed == ["bush"] * 41


def test_the_pages_and_the_one_pager_say_the_range(told: Store) -> None:
    ended, signed = change_of(told, "2011-08-18", "termination"), change_of(told, "2017-08-20", "signing")
    site = make_site(told)
    for code, said in (
        ("en", "between November 12, 2010 and August 18, 2011"),
        ("es", "entre el 12 de noviembre de 2010 y el 18 de agosto de 2011"),
    ):
        for place in ("changes/2011-08/", f"changes/{ended['id']}/", f"agencies/{ended['agency_id']}/"):
            page = site.page(place, language(code), {})
            assert page is not None
            assert said in render(page, place, language(code), static=False).decode(), (code, place)
    place = f"sheets/agency/{signed['agency_id']}/"
    page = site.page(place, language("en"), {})
    assert page is not None
    assert "2015-07-15 to 2017-08-20" in render(page, place, language("en"), static=False).decode()
