"""How soon a reader on a phone sees a page: the largest paint in Chromium, slowed down as Lighthouse does.

`python -m benchmarks.bench_paint [HOME]`: with no HOME the real lists of ../shared are taken in first. The network is
slowed to 1.6 Mbit/s with 150 ms for each answer, the processor to a quarter; nothing is kept between visits. The
figures are the medians of five. A debugging connection of Chromium (Playwright's) is used, and no other machine.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.bench_pages import take_in, wait_for
from benchmarks.figures import Figure, show

PORT, TIMES, AIM = 8293, 5, 1000.0
PAGES = (("home", ""), ("a county", "places/fl/pasco-county/"), ("the map", "map/"), ("a state", "places/fl/"))
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
LARGEST = """() => new Promise((done) => {
  let last = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) last = entry.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => done(last), 1500);
})"""


def main() -> None:
    """The figures are printed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no chromium on this machine: `make browser` installs it")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else take_in(Path(folder) / "data")
        command = [sys.executable, "scheduler.py", "serve", "--db", str(home), "--port", str(PORT)]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{PORT}/")
            with sync_playwright() as playwright:
                options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
                browser = playwright.chromium.launch(executable_path=chromium, args=options)
                figures = [
                    Figure(f"largest paint of {name}", measure(browser, path), "ms", AIM) for name, path in PAGES
                ]
                browser.close()
        finally:
            server.terminate()
            server.wait()
    show("Pages on a slow phone", figures)


def measure(browser: Browser, path: str) -> float:
    """The median time of the largest paint, in milliseconds from the click on."""
    took = []
    for _ in range(TIMES + 1):
        context = browser.new_context(viewport={"width": 412, "height": 823}, device_scale_factor=1.75, is_mobile=True)
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", SLOW)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(f"http://127.0.0.1:{PORT}/{path}", wait_until="load")
        took.append(float(page.evaluate(LARGEST)))
        context.close()
    return statistics.median(took[1:])  # the first is also the server's first


if __name__ == "__main__":
    main()
