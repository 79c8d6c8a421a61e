"""On ICE's real lists: the API says what the command line says, and a fuzzer of its description finds nothing."""

from __future__ import annotations

import contextlib
import io
import json
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import scheduler
from db.settings import Settings
from monitor.web.api.app import make_api
from tests.paths import LISTS, ROOT

CORPUS = LISTS
pytestmark = [pytest.mark.soak, pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/ice-sheets")]


def run(home: Path, *arguments: str) -> Any:
    """What the command prints as JSON; None when it says that there is no such thing."""
    result = CliRunner().invoke(scheduler.app, ["--db", str(home), *arguments])
    return json.loads(result.stdout) if result.exit_code == 0 else None


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("corpus")
    with contextlib.redirect_stdout(io.StringIO()):
        CliRunner().invoke(scheduler.app, ["--db", str(home), "import", "--manifest", str(CORPUS / "manifest.csv")])
    return home


def random_query(chance: random.Random, log: list[dict[str, Any]]) -> tuple[str, dict[str, str]]:
    """A command and some of its options, with values that occur and values that do not."""
    entry = chance.choice(log)
    day = f"{chance.choice((2021, 2023, 2025, 2025, 2025))}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    known_at = chance.choice(("2020-01-01", entry["known_at"], "2100-01-01T00:00:00Z"))
    values = {
        "state": entry["state"] or "FL", "county": entry["county_fips"] or entry["county"] or "Nowhere",
        "agency": chance.choice((entry["agency_id"], entry["agency"])) or "x", "since": day,
        "until": entry["listed_on"], "support_type": chance.choice(("JEM", "WSO", "TFM")), "kind": entry["kind"],
        "status": entry["status"], "as_of": day, "list": chance.choice(("participating", "pending")),
        "known_at": known_at,
    }  # fmt: skip
    command = chance.choice(("changes", "changes", "agreements", "agreements", "totals", "publications"))
    names = {
        "changes": ("since", "until", "state", "county", "agency", "support_type", "kind", "status", "known_at"),
        "agreements": ("as_of", "state", "county", "agency", "list"), "totals": ("as_of",), "publications": (),
    }[command]  # fmt: skip
    asked = {name: values[name] for name in names if chance.random() < 0.3}
    if command in ("agreements", "totals") and chance.random() < 0.04:
        asked["known_at"] = known_at  # a replay takes the command line three seconds
    return command, asked


def all_pages(client: TestClient, address: str) -> Any:
    answer = client.get(address)
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    found = answer.json()
    while isinstance(found, list) and "link" in answer.headers:
        answer = client.get(answer.headers["link"].split(">")[0].removeprefix("</api/v1"))
        found += answer.json()
    return found


def test_200_random_queries_have_the_command_lines_answer(home: Path) -> None:
    client = TestClient(make_api(Settings(home=home, api_requests_per_minute=1_000_000)))
    log = run(home, "changes", "--format", "json")
    chance = random.Random(287)
    empty = 0
    for number in range(200):
        command, asked = random_query(chance, log)
        options = [text for name, value in asked.items() for text in (f"--{name.replace('_', '-')}", value)]
        expected = run(home, command, *options, "--format", "json")
        if command == "totals" and expected is not None:
            expected = expected[0]
        limit = {} if command == "totals" else {"limit": str(chance.choice((100, 999)))}
        assert all_pages(client, f"/{command}?{urlencode({**asked, **limit})}") == expected, (number, command, asked)
        empty += not expected
    assert empty < 100  # most questions have an answer, so that the equality says something


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """The API served over loopback."""
    port = free_port()
    code = (
        "import sys, uvicorn; from pathlib import Path; from starlette.applications import Starlette;"
        "from db.settings import Settings; from monitor.web.api.app import routes;"
        "settings = Settings(home=Path(sys.argv[1]), api_requests_per_minute=10_000_000);"
        "uvicorn.run(Starlette(routes=routes(settings)), port=int(sys.argv[2]), log_level='error')"
    )
    server = subprocess.Popen([sys.executable, "-c", code, str(home), str(port)], cwd=ROOT)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/"):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        server.terminate()
        server.wait(10)


#: Refusals as documented: an address that is too long gets 414; a search for no word at all 400, which no schema says.
CONFIGURED = """
[checks]
negative_data_rejection.expected-statuses = [400, 404, 414]

[[operations]]
include-name = "GET /moas/search"
checks.positive_data_acceptance.expected-statuses = [200, 304, 400]
"""


def test_5000_generated_requests_find_no_fault(address: str, tmp_path: Path) -> None:
    """schemathesis: no 5xx, no answer that the description does not allow, none accepted that it forbids."""
    report = tmp_path / "report.ndjson"
    (tmp_path / "schemathesis.toml").write_text(CONFIGURED)
    result = subprocess.run(
        [str(Path(sys.executable).parent / "schemathesis"), "run", f"{address}/openapi.json", "--url", address,
         "--max-examples", "300", "--seed", "287", "--workers", "1", "--phases", "coverage,fuzzing",
         "--suppress-health-check", "all", "--report", "ndjson", "--report-ndjson-path", str(report)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    events = map(json.loads, report.read_text(encoding="utf-8").splitlines())
    scenarios = [event["ScenarioFinished"] for event in events if "ScenarioFinished" in event]
    assert sum(len(scenario["recorder"]["interactions"]) for scenario in scenarios) >= 5000
