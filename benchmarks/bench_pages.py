"""How fast the pages are: rendered afresh, beside Datasette's table page; kept, under load by wrk; published.

`python -m benchmarks.bench_pages [HOME]`: with no HOME the real lists of ../shared are taken in first. `wrk` (Debian)
is asked for by name; without it the load is left out.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from datasette.app import Datasette

from db.database import DATABASE_NAME, Store
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.publish import list_files, publish
from monitor.web.pages.publish_targets import DirectorySink
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site

LISTS = Path(__file__).resolve().parents[1].parent / "shared" / "ice-sheets"
PAGES = (
    "", "changes/", "changes/2025-08/", "map/", "places/", "places/tx/", "places/fl/pasco-county/",
    "places/wi/dane-county/",
    "agencies/fl-pasco-county-sheriffs-office/", "as-of/", "trends/", "lists/", "data/", "about/", "sheets/fl/",
    "sheets/fl/pasco-county/",
)  # fmt: skip
PORT = 8291


def milliseconds(work: Callable[[], object], times: int = 15) -> tuple[float, float]:
    """The medians of the time the work took and of the processor's time, the first left out."""
    took, used = [], []
    for _ in range(times + 1):
        start, began = time.perf_counter(), time.process_time()
        work()
        used.append((time.process_time() - began) * 1000)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took[1:]), statistics.median(used[1:])


def main() -> None:
    """The figures are printed."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else take_in(Path(folder) / "data")
        with Store.open(home, read_only=True) as store:
            site = make_site(store)
            bench_fresh(site)
            bench_datasette(home)
            bench_publish(site, Path(folder) / "out")
        bench_load(home)


def take_in(home: Path) -> Path:
    """The real lists are in a store."""
    command = [sys.executable, "scheduler.py", "import", "--db", str(home), "--manifest", str(LISTS / "manifest.csv")]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return home


def bench_fresh(site: Site) -> None:
    """Each page rendered afresh; as-of answers are looked up each time."""
    english, every = language("en"), []
    for path in PAGES:

        def once(path: str = path) -> None:
            site.as_of_answers.clear()
            page = site.page(path, english, {})
            assert page is not None
            render(page, path, english, static=False)

        took, used = milliseconds(once)
        every.append((took, used))
        print(f"fresh   {took:8.1f} ms  ({used:.1f} of the processor)  /{path}")
    took, used = (statistics.median(times) for times in zip(*every, strict=True))
    print(f"fresh   {took:8.1f} ms  ({used:.1f} of the processor)  median of {len(every)} kinds of page")
    sample = [f for f in list_files(site, pdf=False) if f[0].endswith("index.html")][::97]
    start = time.perf_counter()
    for _, _, spoken, address in sample:
        page = site.page(address, spoken, {}, static=True)
        assert page is not None
        render(page, address, spoken, static=True)
    print(f"fresh   {(time.perf_counter() - start) * 1000 / len(sample):8.1f} ms  mean of every 97th page of all")


def bench_datasette(home: Path) -> None:
    """Datasette's page of 60 rows of the same database, asked for in process."""
    datasette = Datasette([str(home / DATABASE_NAME)], settings={"default_page_size": 60})

    async def ask() -> float:
        took = []
        for _ in range(11):
            start = time.perf_counter()
            answer = await datasette.client.get("/ice-agreements/changes?_sort_desc=listed_on")
            assert answer.status_code == 200
            took.append((time.perf_counter() - start) * 1000)
        return statistics.median(took[1:])

    print(f"beside  {asyncio.run(ask()):8.1f} ms  Datasette's page of 60 changes")


def bench_publish(site: Site, out: Path) -> None:
    """Everything published, and again with nothing changed."""
    for name in ("whole", "again"):
        start = time.perf_counter()
        done = publish(site, DirectorySink(out))
        print(f"publish {time.perf_counter() - start:8.1f} s   {name}: {done.files} files, {done.written} written")


def bench_load(home: Path) -> None:
    """50 in flight for ten seconds a page, from a second process on the same machine."""
    if shutil.which("wrk") is None:
        print("load    wrk is not installed")
        return
    command = [sys.executable, "scheduler.py", "serve", "--db", str(home), "--port", str(PORT)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for path in ("changes/", "places/fl/pasco-county/", "map/"):
            address = f"http://127.0.0.1:{PORT}/{path}"
            wait_for(address)
            wrk = ["wrk", "-t1", "-c50", "-d10s", "--latency", "-H", "Accept-Encoding: gzip", address]
            said = subprocess.run(wrk, capture_output=True, text=True, check=True).stdout
            rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
            last = re.search(r"99%\s+(\S+)", said)
            print(f"load    {rate[1] if rate else '?':>8} /s  99th percentile {last[1] if last else '?'}  /{path}")
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    """The server answers."""
    for _ in range(100):
        try:
            urllib.request.urlopen(address).read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"no answer at {address}")


if __name__ == "__main__":
    main()
