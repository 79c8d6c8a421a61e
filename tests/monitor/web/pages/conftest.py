"""Stores for the pages' tests: a small made-up one with hostile names, and the real lists; served, and in a browser."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser

from db.database import Store
from db.settings import Settings
from monitor.changelog.rebuild import derive
from monitor.cli.serve_pages import make_routes, open_port
from monitor.publications.dating import capture_time
from monitor.web.http.turns import Turns
from monitor.web.pages.addresses import make_site
from monitor.web.pages.app import create_app
from monitor.web.pages.site import Addresses, Site
from scrapers import ingest
from tests.browsers import started_chromium
from tests.conftest import NOW
from tests.workbooks import PARTICIPATING, Cell, make_workbook

SCRIPT_NAME = "<script>alert(1)</script> Police Department"
FORMULA_NAME = '=HYPERLINK("http://bad.example","Pay") Police Department'
TURNED_NAME = "Apopka \u202eecilop\u202c Police Department"
#: (state, agency, type, county, support type, signed); the second list lacks Waupaca and retypes Pasco.
ROWS: list[tuple[str, str, str, str, str, date]] = [
    ("FLORIDA", "Pasco County Sheriff's Office", "County", "Pasco County", "Task Force Model", date(2025, 2, 26)),
    ("FLORIDA", "Pasco County Sheriff's Office", "County", "Pasco County", "Warrant Service Officer", date(2019, 5, 6)),
    ("FLORIDA", "Florida Highway Patrol", "State Agency", "", "Task Force Model", date(2025, 2, 14)),
    ("WISCONSIN", "Waupaca County Sheriff's Office", "County", "Waupaca County", "Warrant Service Officer",
     date(2025, 2, 20)),
    ("TEXAS", SCRIPT_NAME, "Municipality", "Travis County", "Jail Enforcement Model", date(2025, 2, 1)),
    ("TEXAS", FORMULA_NAME, "Municipality", "Bexar County", "Jail Enforcement Model", date(2025, 2, 2)),
    ("FLORIDA", TURNED_NAME, "Municipality", "Orange County", "Task Force Model", date(2025, 2, 3)),
    *[("GEORGIA", f"{name} County Sheriff's Office", "County", f"{name} County", "Jail Enforcement Model",
       date(2024, 1, 10)) for name in ("Bartow", "Cobb", "Floyd", "Hall", "Lumpkin", "Oconee", "Polk", "Towns")],
]  # fmt: skip


def workbook(rows: list[tuple[str, str, str, str, str, date]], modified: str) -> bytes:
    """A participating list with these rows, each with an MOA link."""
    table: list[tuple[Cell, ...]] = [PARTICIPATING]
    links = {}
    for number, row in enumerate(rows, 2):
        table.append((*row, "link", ""))
        slug = "".join(c for c in row[1] if c.isalnum() and c.isascii())
        kind = "".join(word[0] for word in row[4].split())
        links[f"G{number}"] = f"https://www.ice.gov/doclib/287gMOA/{slug}{kind}{row[5]:%Y}.pdf"
    return make_workbook(table, links, modified=modified)


def fill_small(home: Path, folder: Path) -> None:
    """The store holds three lists of March 2025: Waupaca is on the first only, Pasco is retyped on the second."""
    retyped = [
        (r[0], r[1].replace("Pasco County Sheriff's Office", "Pasco County Sheriffs Ofice"), *r[2:]) for r in ROWS
    ]
    later = [r for r in retyped if not r[1].startswith("Waupaca")]
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows, modified in (
        ("participatingAgencies03032025am.xlsx", ROWS, "2025-03-03T13:00:00Z"),
        ("participatingAgencies03052025am.xlsx", later, "2025-03-05T13:00:00Z"),
        ("participatingAgencies03072025am.xlsx", later[::-1], "2025-03-07T13:00:00Z"),
    ):
        (folder / name).write_bytes(workbook(rows, modified))
    take_in(home, [folder])


def take_in(home: Path, paths: list[Path]) -> None:
    """The saved lists are in the store, compared."""
    with Store.open(home) as store:
        for saved in ingest.find_saved(paths, None, capture_time):
            ingest.import_list(store, saved, NOW)
        derive(store, now=NOW)


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("small")
    fill_small(home / "data", home / "lists")
    return home / "data"


#: Pages of places far from the made-up agreements of Florida and Wisconsin: thousands that are all alike. Of those two
#: the counties with agreements stay, their neighbors, and some more.
ELSEWHERE = re.compile(r"(places|sheets)/(?!us/|(fl|wi)/[hopw])[a-z]{2}/.|embed/county/(?!1209|1210|5513)")


def make_small_site(store: Store) -> Site:
    """The site without most counties, for tests of what is written when."""
    site = make_site(store)

    def without(addresses: Addresses) -> Addresses:
        return lambda book: ((a, mark) for a, mark in addresses(book) if not ELSEWHERE.match(a))

    site.routes = [replace(r, addresses=r.addresses and without(r.addresses)) for r in site.routes]
    return site


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The pages of the store are served by a thread; yields the root's address."""
    server = uvicorn.Server(uvicorn.Config(create_app(home), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    (listening,) = server.servers
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def small_site(small_home: Path) -> Iterator[str]:
    with serving(small_home) as root:
        yield root


@pytest.fixture(scope="module")
def corpus_site(corpus_home: Path) -> Iterator[str]:
    with serving(corpus_home) as root:
        yield root


@pytest.fixture(scope="module")
def whole_site(corpus_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the whole service: pages, forms, feeds, API; over a copy, as forms write."""
    home = tmp_path_factory.mktemp("tasks") / "data"
    shutil.copytree(corpus_home, home)
    listening = open_port("127.0.0.1", 0)
    root = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings, turns = Settings(home=home, public_url=root), Turns()
    app = create_app(home, extra_routes=make_routes(settings, turns), turns=turns, public_url=root)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"{root}/"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for a module at a time."""
    with started_chromium() as started:
        yield started
