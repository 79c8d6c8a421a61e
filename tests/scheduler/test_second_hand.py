"""A week in which ICE refuses: the archive's lists are taken, and called second-hand wherever they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from db.database import Store
from db.queries.publication_list import read_publications
from monitor.alerts.describe_change import describe_change
from monitor.alerts.filters import check_preferences
from monitor.alerts.subscribe import add_subscription
from monitor.changelog.explain import explain_change
from monitor.changelog.log import read_log
from monitor.i18n.language import language
from monitor.service.archive_work import BackfillJob
from monitor.service.health.health_server import health_app
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from scheduler import archive_intake
from tests.scheduler.desk import Desk
from tests.standin import StandIn
from tests.standin.archive import ArchiveStandIn
from tests.standin.lists import participating
from tests.standin.past import FOLDER, XLSX

NAMES = [
    f"{county} County Sheriff's Office" for county in ("Alachua", "Baker", "Bay", "Bradford", "Brevard", "Broward")
]
LISTS = [participating(*NAMES[: 3 + day], modified=f"2026-01-0{5 + day}T14:30:00Z") for day in range(4)]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk on Monday with a list from ICE, and a week later, when ICE had answered 403 throughout."""
    with StandIn() as site:
        desk = Desk(site, tmp_path_factory.mktemp("week"), changes={"backfill": False})
        with ArchiveStandIn(desk.now) as archive:
            desk.changes["archive_url"] = archive.url
            desk.changes["archive_requests_per_minute"] = 60
            site.post("participating", LISTS[0])
            assert desk.poll().startswith("good")
            with Store.open(desk.home, now=desk.now) as store:
                wanted = check_preferences(store, rhythm="instant")
                add_subscription(store, "mail", "r@example.org", wanted, now=store.now_text(), how="t", confirmed=True)
            site.fail("page", "plain_403", None)
            archive.keep("20200101000000", "https://www.ice.gov/287g", b"<html>a past list is not asked for</html>")
            for day in range(6, 13):
                desk.later(days=1)
                if day < 9:
                    name = f"participatingAgencies010{day}2026.xlsx"
                    archive.keep(f"2026010{day}150000", FOLDER + name, LISTS[day - 5], XLSX)
                desk.poll()
                bring(desk)
            yield desk


def bring(desk: Desk) -> str:
    """What the job says that asks the archive; nobody waits."""
    job = BackfillJob(desk.settings, desk.now, archive_intake())
    job._pause = lambda seconds: desk.later(seconds=seconds)  # type: ignore[method-assign]
    return asyncio.run(job.run())


def test_the_lists_of_the_week_are_in_the_log_with_the_archives_address(week: Desk) -> None:
    with Store.open(week.home) as store:
        signed = [(c["kind"], c["agency"], c["listed_on"]) for c in read_log(store)]
        urls = [p["url"] for p in read_publications(store.connection)]
        change = read_log(store)[0]
    assert signed == [("signing", NAMES[2 + day], f"2026-01-0{5 + day}") for day in (1, 2, 3)]
    assert [url.partition("/web/")[2][:14] for url in urls[1:]] == [f"2026010{day}150000" for day in (6, 7, 8)]
    assert "as the Internet Archive kept it at 2026-01-06T15:00:00Z" in explain_change(change)


def test_pages_and_mails_say_that_the_archive_kept_the_list(week: Desk) -> None:
    with Store.open(week.home) as store:
        change = read_log(store)[0]
        site = make_site(store)
        page = site.page(f"changes/{change['id']}/", language("en"), {})
        assert page is not None
        shown = render(page, f"changes/{change['id']}/", language("en"), static=False).decode()
        mails = store.connection.execute("select count(*) from deliveries").fetchone()[0]
    assert "as the Internet Archive kept it on January 6, 2026" in " ".join(shown.split())
    facts = describe_change(change, "news", language("en"), "https://example.org").facts
    assert "The list as the Internet Archive kept it on January 6, 2026" in facts
    assert mails == 3, "each is told: a list had second-hand is news all the same"


def test_the_operator_is_told_of_the_block_and_how_fresh_the_lists_are_and_from_whom(week: Desk) -> None:
    assert "blocked" in week.notices()
    answer = TestClient(health_app(week.settings, week.now)).get("/healthz")
    told = answer.json()
    assert answer.status_code == 503
    assert told["verified_at"].startswith("2026-01-05")
    assert told["newest_list"] == {
        "file": "participatingAgencies01082026.xlsx", "published_on": "2026-01-08", "rows": 6,
        "first_seen_at": "2026-01-08T15:00:00Z", "source": "127.0.0.1", "second_hand": True,
    }  # fmt: skip
    assert told["why"][1] == "the newest list, of 2026-01-08, is second-hand, from 127.0.0.1"


def test_the_same_bytes_from_ice_change_nothing_and_are_first_hand(week: Desk) -> None:
    week.site.heal()
    week.site.post("participating", LISTS[3], name="participatingAgencies01082026.xlsx")
    assert week.poll() == "good: page and lists verified; 0 statements, 0 lists held"
    with Store.open(week.home) as store:
        newest = [p for p in read_publications(store.connection) if p["status"] == "accepted"][-1]
        hows = store.connection.execute(
            "select how from sightings where sha256 = ? order by id", [newest["sha256"]]
        ).fetchall()
        assert len(read_log(store)) == 3
        outbox_depth = store.connection.execute("select count(*) from deliveries").fetchone()[0]
    assert [how for (how,) in hows] == ["archive", "fetch"]
    assert newest["url"].startswith(week.site.root)
    assert outbox_depth == 3
    answer = TestClient(health_app(week.settings, week.now)).get("/healthz").json()
    assert (answer["healthy"], answer["newest_list"]["second_hand"]) == (True, False)
    assert "blocked" not in week.notices()
