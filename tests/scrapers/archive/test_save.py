"""What is new at ICE is kept by the archive, too, when it is asked to; it is not asked by itself."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from pydantic import ValidationError

from db.database import Store
from db.models import Fetch
from db.queries import fetches
from db.settings import Settings
from monitor.changelog.rebuild import derive
from monitor.i18n.language import language
from monitor.service.archive_work import BackfillJob
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from scheduler import archive_intake
from scrapers import ingest
from tests.scrapers.archive.archive_world import FOLDER, ArchiveWorld
from tests.standin.lists import participating

KEYS = {"archive_save_key": "key", "archive_save_secret": "secret"}
LIST = FOLDER + "participatingAgencies10012026.xlsx"


@pytest.fixture
def found(past: ArchiveWorld) -> tuple[ArchiveWorld, str]:
    """A list came from ICE just now; its sha256."""
    past.changes = {"backfill": False, "archive_fallback_hours": 0}
    with past.open() as store:
        sha256 = store.archive.put(participating("A"))
        fetches.record_fetch(store, None, Fetch(LIST, store.now_text(), "new", 200, sha256, linked_as="participating"))
        ingest.read_new(store)
        derive(store, now=store.now_text())
    return past, sha256


def run_job(world: ArchiveWorld) -> None:
    job = BackfillJob(world.settings(), world.clock.now, archive_intake())
    job._pause = world.clock.sleep  # type: ignore[method-assign]
    asyncio.run(job.run())


def page_of_list(store: Store, sha256: str) -> str:
    page = make_site(store).page(f"lists/{sha256}/", language("en"), {})
    assert page is not None
    return render(page, f"lists/{sha256}/", language("en"), static=False).decode()


def test_nothing_is_saved_unless_it_is_switched_on(found: tuple[ArchiveWorld, str]) -> None:
    run_job(found[0])
    assert found[0].archive.requests == []


def test_a_new_list_is_saved_once_and_its_page_links_the_copy(found: tuple[ArchiveWorld, str]) -> None:
    world, sha256 = found
    world.changes |= {"archive_save": True, **KEYS}
    run_job(world)
    run_job(world)
    assert world.archive.saving == [LIST]
    assert [asked.at for asked in world.archive.requests] == [
        world.archive.requests[0].at + timedelta(seconds=4 * number) for number in range(3)
    ]
    with world.open() as store:
        shown = page_of_list(store, sha256)
        (copy,) = store.connection.execute("select copy_url from archive_copies").fetchall()
    assert copy[0].startswith(f"{world.archive.url}/web/20261001")
    assert copy[0].endswith(f"id_/{LIST}")
    assert f'href="{copy[0]}">Independent copy, made by the Internet Archive on October 1, 2026</a>' in shown


def test_keys_the_archive_does_not_take_are_tried_three_times(
    found: tuple[ArchiveWorld, str], caplog: pytest.LogCaptureFixture
) -> None:
    world, sha256 = found
    caplog.set_level(logging.INFO)
    world.changes |= {"archive_save": True, "archive_save_key": "other", "archive_save_secret": "word"}
    for _ in range(4):
        run_job(world)
    assert len(world.archive.requests) == 3
    assert "status 401" in caplog.text
    assert "word" not in caplog.text
    with world.open() as store:
        assert "Independent copy" not in page_of_list(store, sha256)


def test_saving_needs_keys() -> None:
    with pytest.raises(ValidationError, match="archive_save needs archive_save_key"):
        Settings(archive_save=True)
