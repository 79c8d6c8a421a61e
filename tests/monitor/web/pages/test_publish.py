"""The pages as files: complete, linked, written only where they differ, the same on a disk and in a bucket."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from textwrap import dedent
from urllib.parse import unquote, urljoin, urlsplit

import obstore
import pytest
from moto.server import ThreadedMotoServer

from db.database import Store
from db.settings import Settings
from monitor.review.decide import rule
from monitor.web.feeds.app import list_feeds
from monitor.web.pages import publish as publishing
from monitor.web.pages.addresses import make_site
from monitor.web.pages.publish import publish
from monitor.web.pages.publish_targets import LEDGER, BucketSink, DirectorySink
from tests.monitor.web.pages.conftest import ROWS, fill_small, make_small_site, take_in, workbook
from tests.paths import ROOT

LEADING = ("href", "src", "action", "data-source")
#: What scripts load, as seen from the site's root.
LOADED = {
    "static/search.js": [
        "static/find.js",
        "static/card.js",
        *(f"search/{part}.json" for part in ("places", "zip-codes", "agencies")),
    ],
    "static/newest.js": ["data/newest.json"],
}
pytestmark = pytest.mark.long


class Links(HTMLParser):
    """Every address a page leads to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in LEADING and value]
        for root, script in (
            (value or "").split("static/") for name, value in attrs if name == "src" and tag == "script"
        ):
            self.found += [root + path for path in LOADED.get(f"static/{script.partition('?')[0]}", ())]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publish")
    fill_small(folder / "data", folder / "lists")
    return folder / "data"


@pytest.fixture(scope="module")
def whole(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("whole")
    with Store.open(home, read_only=True) as store:
        publish(make_site(store), DirectorySink(target))
    return target


@pytest.fixture(scope="module")
def out(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("out")
    with Store.open(home, read_only=True) as store:
        publish(make_small_site(store), DirectorySink(target))
    return target


def state(folder: Path) -> dict[str, tuple[str, int]]:
    """File -> (checksum, time of writing)."""
    return {
        str(p.relative_to(folder)): (hashlib.sha256(p.read_bytes()).hexdigest(), p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_every_link_leads_to_a_file(home: Path, whole: Path) -> None:
    """Crawled from the front page as a plain file server would answer; all but robots.txt and 404 pages is reached."""
    with Store.open(home, read_only=True) as store:  # the feeds are added by the command
        feeds = {path for path, _, _ in list_feeds(store, Settings(home=home))}
    pages = whole.rglob("index.html")
    embeds = [str(p.relative_to(whole)) for p in pages if "embed" in p.parts]  # other sites lead there
    assert len(embeds) > 100
    reached, waiting = set(), ["index.html", *embeds]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        assert (whole / name).is_file(), name
        if name.endswith(".webmanifest"):
            icons = json.loads((whole / name).read_bytes())["icons"]
            waiting += [urljoin(f"/{name}", icon["src"]).lstrip("/") for icon in icons]
        if not name.endswith(".html"):
            continue
        links = Links()
        links.feed((whole / name).read_text(encoding="utf-8"))
        for link in links.found:
            parts = urlsplit(urljoin(f"http://here/{name}", link))
            if parts.netloc != "here":
                assert link.startswith("https://www.ice.gov/"), (name, link)
                continue
            path = unquote(parts.path).lstrip("/")
            file = f"{path}index.html" if path == "" or path.endswith("/") else path
            if file.startswith("feeds/"):
                assert file in feeds, (name, link)
            else:
                waiting.append(file)
    there = {str(p.relative_to(whole)) for p in whole.rglob("*") if p.is_file()}
    assert there - reached - {"404.html", "es/404.html", "robots.txt", LEDGER, "static/newest.js"} == set()
    assert sum(name.startswith("places/") and name.count("/") == 3 for name in reached) == 3234


def test_again_without_a_change_nothing_is_written(home: Path, out: Path) -> None:
    before = state(out)
    with Store.open(home, read_only=True) as store:
        done = publish(make_small_site(store), DirectorySink(out))
    assert (done.rendered, done.written, done.removed) == (0, 0, 0)
    assert state(out) == before


def test_a_missing_file_is_written_again(home: Path, out: Path) -> None:
    before = state(out)
    (out / "places" / "fl" / "index.html").unlink()
    with Store.open(home, read_only=True) as store:
        done = publish(make_small_site(store), DirectorySink(out))
    assert (done.rendered, done.written) == (1, 1)
    assert {k: v[0] for k, v in state(out).items()} == {k: v[0] for k, v in before.items()}


def test_the_same_bytes_wherever_and_however_they_are_made(
    home: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From scratch in one process what the other made with several."""
    monkeypatch.setattr(publishing, "MANY", 10**9)
    with Store.open(home, read_only=True) as store:
        publish(make_small_site(store), DirectorySink(tmp_path / "again"))
    assert {k: v[0] for k, v in state(tmp_path / "again").items()} == {k: v[0] for k, v in state(out).items()}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the processes begin with nothing")
def test_copies_of_a_process_with_one_thread_make_the_same_bytes(home: Path, out: Path, tmp_path: Path) -> None:
    """As the command does; here, beside the threads of other tests, each process began with nothing."""
    program = """
        import sys
        from pathlib import Path
        from db.database import Store
        from monitor.web.pages import publish as publishing
        from monitor.web.pages.publish_targets import DirectorySink
        from tests.monitor.web.pages.conftest import make_small_site
        assert publishing._is_alone()
        publishing.MANY = 1
        with Store.open(Path(sys.argv[1]), read_only=True) as store:
            publishing.publish(make_small_site(store), DirectorySink(Path(sys.argv[2])))
    """
    command = [sys.executable, "-c", dedent(program), str(home), str(tmp_path / "again")]
    subprocess.run(command, check=True, timeout=300, cwd=ROOT)
    assert {k: v[0] for k, v in state(tmp_path / "again").items()} == {k: v[0] for k, v in state(out).items()}


def test_after_one_change_only_its_pages_are_written_and_all_is_as_if_made_from_nothing(
    home: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ruling that dismisses Waupaca's ending: its county, neighbors, agency, change and the summaries move."""
    monkeypatch.setattr(publishing, "MANY", 10**9)  # that processes make no difference is shown above
    moved = tmp_path / "moved"
    shutil.copytree(home, moved)
    shutil.copytree(out, tmp_path / "site")
    with Store.open(moved) as store:
        (ending,) = (e for e in make_site(store).book().changes if e["kind"] == "termination")
        rule(store, "dismiss", ending["id"], "", reviewer="test", reason="", made_at="2025-10-02T00:00:00Z")
        take_in(moved, [])
        done = publish(make_small_site(store), DirectorySink(tmp_path / "site"))
        publish(make_small_site(store), DirectorySink(tmp_path / "again"))
    assert 10 < done.written < 120
    one, other = state(tmp_path / "site"), state(tmp_path / "again")
    assert {k: v[0] for k, v in one.items()} == {k: v[0] for k, v in other.items()}


def test_after_a_new_list_all_is_as_if_made_from_nothing(
    home: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stale pages would show here: a mark that does not move when its page does."""
    monkeypatch.setattr(publishing, "MANY", 10**9)
    moved = tmp_path / "moved"
    shutil.copytree(home, moved)
    shutil.copytree(out, tmp_path / "site")
    (tmp_path / "participatingAgencies03102025am.xlsx").write_bytes(workbook(ROWS[1:], "2025-03-10T13:00:00Z"))
    take_in(moved, [tmp_path / "participatingAgencies03102025am.xlsx"])
    with Store.open(moved, read_only=True) as store:
        publish(make_small_site(store), DirectorySink(tmp_path / "site"))
        publish(make_small_site(store), DirectorySink(tmp_path / "again"))
    one, other = state(tmp_path / "site"), state(tmp_path / "again")
    assert [k for k in one.keys() | other.keys() if one.get(k, ("",))[0] != other.get(k, ("",))[0]] == []


def test_a_bucket_holds_what_the_directory_holds(home: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a local S3 server: same files, same bytes, right types; again, nothing is sent."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        for name, value in (("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing"),
                            ("AWS_REGION", "us-east-1"), ("AWS_ENDPOINT", f"http://{host}:{port}"),
                            ("AWS_ALLOW_HTTP", "true")):  # fmt: skip
            monkeypatch.setenv(name, value)
        make_bucket(f"http://{host}:{port}/pages")
        with Store.open(home, read_only=True) as store:
            site = make_small_site(store)
            # the counties are left out: a test of the sink, not of the server's patience
            site.routes = [r for r in site.routes if "slug" not in r.pattern.pattern]
            publish(site, sink := BucketSink("s3://pages/site"))
            listed = {o["path"] for part in obstore.list(sink.store) for o in part}
            assert "es/changes/index.html" in listed
            for path in ("index.html", "es/map/index.html", "data/changes.csv", "static/site.css"):
                assert bytes(obstore.get(sink.store, path).bytes()) == (out / path).read_bytes()
            kind = obstore.get(sink.store, "es/map/index.html").attributes["Content-Type"]
            assert kind == "text/html; charset=utf-8"
            done = publish(site, BucketSink("s3://pages/site"))
            assert (done.rendered, done.written) == (0, 0)
    finally:
        server.stop()


def make_bucket(address: str) -> None:
    import requests

    assert requests.put(address, timeout=10).ok


def test_the_one_pagers_as_pdf_are_a_second_step(home: Path, tmp_path: Path) -> None:
    """Without them none is linked; with them each is there, one page long, and a run without keeps them."""
    with Store.open(home, read_only=True) as store:
        site = make_small_site(store)
        site.routes = [r for r in site.routes if r.pattern.pattern.startswith(("sheets/us", "sheets/agency"))]
        publish(site, DirectorySink(tmp_path))
        page = (tmp_path / "sheets" / "us" / "index.html").read_text(encoding="utf-8")
        assert "sheet.pdf" not in page
        publish(site, DirectorySink(tmp_path), pdf=True)
        sheets = list(tmp_path.rglob("sheet.pdf"))
        assert len(sheets) == 2 * (1 + len(site.book().agencies))
        for sheet in sheets:
            body = sheet.read_bytes()
            assert body.startswith(b"%PDF-")
            assert re.search(rb"/Type\s*/Pages\b[^>]*?/Count 1\b|/Count 1\b[^>]*?/Type\s*/Pages\b", body), sheet
        assert 'href="sheet.pdf"' not in page
        publish(site, DirectorySink(tmp_path))
        assert len(list(tmp_path.rglob("sheet.pdf"))) == len(sheets)


def test_readers_never_meet_half_a_file(tmp_path: Path) -> None:
    """While one file is written over and over, every read is whole."""
    sink = DirectorySink(tmp_path)
    bodies = [bytes([letter]) * 200_000 for letter in b"ab"]
    sink.write("page.html", bodies[0], "text/html")
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for body in bodies:
                sink.write("page.html", body, "text/html")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(200):
            assert (tmp_path / "page.html").read_bytes() in bodies
    finally:
        stop.set()
        thread.join()
