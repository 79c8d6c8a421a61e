"""What the desk shows of agreement documents: what they say beside a change, and those at odds with the list."""

from __future__ import annotations

import html
import re

import pytest

from db.database import Store
from db.settings import Settings
from monitor.changelog.log import Filter, read_log
from monitor.web.desk import accounts
from tests.monitor.documents.linked import PASCO, fill_shelf
from tests.monitor.web.desk.conftest import BEN, PASSWORD, Clock, World


@pytest.fixture(scope="module")
def shelf_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    home = fill_shelf(tmp_path_factory.mktemp("desk-moas"))
    with Store.open(home) as store:
        accounts.add_user(store, BEN, PASSWORD, "reviewer", "2025-07-20T12:30:00Z")
    return World(home, Clock(), Settings(home=home))


def change_page(world: World, wanted: Filter) -> str:
    with world.store() as store:
        (change,) = read_log(store, wanted)
    return html.unescape(world.client(BEN).get(f"/review/changes/{change['id']}").text)


def test_a_change_shows_what_the_agreements_document_says(shelf_world: World) -> None:
    """Pasco's name was retyped; its document ends upon 90 days' notice, on its second page."""
    page = change_page(shelf_world, Filter(agency="fl-pasco-county-sheriffs-office", support_type="WSO"))
    said = page[page.index("What the agreement’s documents say") : page.index("The agency over time")]
    assert said.count("<h3>") == 1
    assert f'href="{PASCO}"' in said
    assert "<dt>Support type</dt><dd>WSO</dd>" in said
    assert "<dt>Agency</dt><dd>Pasco County Sheriff's Office</dd>" in said
    quotes = re.findall(r"<q>(.*?)</q> <a href=\"/documents/[0-9a-f]{64}/#page-(\d)\">", said)
    assert [(page_number, "upon 90-day written notice" in text) for text, page_number in quotes] == [("2", True)]
    assert "another support type" not in said


def test_a_change_without_documents_shows_none(shelf_world: World) -> None:
    page = change_page(shelf_world, Filter(kind="termination"))
    assert "The agency over time" in page
    assert "documents say" not in page


def test_the_queue_counts_the_documents_at_odds_with_the_list(shelf_world: World) -> None:
    """The Highway Patrol's row is of the Task Force Model and signed on February 14.

    Its document is a Warrant Service Officer agreement signed on February 26, more than a week later.
    """
    page = shelf_world.client(BEN).get("/review").text
    assert "Documents at odds with the list: 1" in page
    found = re.findall(r'href="/documents/\?signal=(\w+)">[^<]+</a> <b>(\d)</b>', page)
    assert found == [("signing_differs", "1"), ("support_type_differs", "1")]
