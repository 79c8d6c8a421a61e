"""Milliseconds to answer 100 changes as JSON, and to answer 304, beside Datasette on the same database in the same run.

    python benchmarks/bench_api.py [--home DIR] [--rounds N]

Without --home the lists of ../shared/ice-sheets are imported first. Both servers run as they do in the field: one
process each, asked over loopback on one kept connection. "made" is a question never asked before, so that the answer
is put together; "again" is the same question again.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "ice-sheets" / "manifest.csv"
DATABASE = "ice-agreements"
_SERVE = (
    "import sys, uvicorn; from pathlib import Path; from starlette.applications import Starlette;"
    "from db.settings import Settings; from monitor.web.api.app import routes;"
    "settings = Settings(home=Path(sys.argv[1]), api_requests_per_minute=10_000_000);"
    "uvicorn.run(Starlette(routes=routes(settings)), port=int(sys.argv[2]), log_level='error', access_log=False)"
)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: list[str], port: int) -> Iterator[http.client.HTTPConnection]:
    """A connection to the server that the command starts; it is stopped at the end."""
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield http.client.HTTPConnection("127.0.0.1", port)
    finally:
        server.terminate()
        server.wait(20)


def ask(
    server: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None
) -> tuple[float, int, bytes]:
    """(milliseconds, status, body) of one question."""
    start = time.perf_counter()
    server.request("GET", path, headers=headers or {})
    answer = server.getresponse()
    body = answer.read()
    return (time.perf_counter() - start) * 1000, answer.status, body


def median_of(server: http.client.HTTPConnection, paths: list[str], status: int = 200, **headers: str) -> float:
    """The median milliseconds of the questions, each of which must be answered so, with 100 entries if it is 200."""
    taken = []
    for path in paths:
        spent, answered, body = ask(server, path, headers)
        assert answered == status, (path, answered, body[:200])
        assert status != 200 or len(json.loads(body)) == 100, path
        taken.append(spent)
    return statistics.median(taken)


def measure(home: Path, rounds: int) -> dict[str, float]:
    """The medians by what was asked."""
    found = {}
    port = free_port()
    with serving([sys.executable, "-c", _SERVE, str(home), str(port)], port) as api:
        ask(api, "/api/v1/changes")
        # a limit of 100 and a date before the first list: other words each time, the same 100 changes
        fresh = [
            f"/api/v1/changes?since={1900 + n // 300}-{n // 28 % 10 + 1:02}-{n % 28 + 1:02}" for n in range(rounds)
        ]
        found["api: 100 changes, made"] = median_of(api, fresh)
        found["api: 100 changes, again"] = median_of(api, ["/api/v1/changes"] * rounds)
        api.request("GET", "/api/v1/changes")
        answer = api.getresponse()
        answer.read()
        known = {"If-None-Match": answer.headers["ETag"]}
        found["api: 304"] = median_of(api, ["/api/v1/changes"] * rounds, 304, **known)
    port = free_port()
    database = home / f"{DATABASE}.sqlite"
    command = [str(Path(sys.executable).parent / "datasette"), "serve", str(database), "--port", str(port)]
    with serving(command, port) as datasette:
        for table in ("changes", "change_log"):
            path = f"/{DATABASE}/{table}.json?_size=100&_shape=array&_nocount=1&_nofacet=1&_nosuggest=1"
            ask(datasette, path)
            found[f"datasette: 100 rows of {table}"] = median_of(datasette, [path] * rounds)
    return found


def main() -> None:
    """The medians are printed, one a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        home = asked.home or Path(made)
        if asked.home is None:
            importing = [sys.executable, "scheduler.py", "--db", str(home), "import", "--manifest", str(CORPUS)]
            subprocess.run(importing, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        for name, spent in measure(home, asked.rounds).items():
            print(f"{name:36} {spent:7.2f} ms")


if __name__ == "__main__":
    main()
