"""Clients that generators make from the API's description: their types fit, and their typed calls have its answers."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from tests.clients.programs import CLIENTS, NODE_MODULES, PYTHON, needs, run

pytestmark = pytest.mark.soak
#: What both programs ask, each with its own types, and print as JSON.
EXPECTED = {
    "changes": [["signing", "2025-07-08", "Union County", 45], ["signing", "2025-07-03", "Taylor County", 44]],
    "agreements": 44,
    "wrong": ["limit"],
}
ASK_IN_PYTHON = """
import json, sys
from ice_agreements_client import Client
from ice_agreements_client.api.default import get_totals, list_changes
from ice_agreements_client.models import ListChangesKind as Kind, ListChangesOrder as Order, ListChangesState as State

client = Client(base_url=sys.argv[1])
changes = list_changes.sync(client=client, order=Order("newest"), state=State("FL"), kind=Kind("signing"), limit=2)
wrong = list_changes.sync(client=client, limit=1001)
print(json.dumps({
    "changes": [[c.kind, c.listed_on.isoformat(), c.after.county, c.first_listed_in.row] for c in changes],
    "agreements": get_totals.sync(client=client).agreements, "wrong": [e.parameter for e in wrong.errors],
}))
"""
ASK_IN_TYPESCRIPT = """
import { client } from "./made/client.gen";
import { getTotals, listChanges } from "./made/sdk.gen";

async function main(): Promise<void> {
  client.setConfig({ baseUrl: "ADDRESS" });
  const changes = await listChanges({ query: { order: "newest", state: "FL", kind: "signing", limit: 2 } });
  const totals = await getTotals();
  const wrong = await listChanges({ query: { limit: 1001 } });
  console.log(JSON.stringify({
    changes: changes.data?.map((c) => [c.kind, c.listed_on, c.after?.county, c.first_listed_in?.row]),
    agreements: totals.data?.agreements,
    wrong: wrong.error?.errors?.map((problem) => problem.parameter),
  }));
}

void main();
"""


@pytest.fixture
def described(site: str, tmp_path: Path) -> Path:
    with urllib.request.urlopen(f"{site}/api/v1/openapi.json") as answer:
        (tmp_path / "openapi.json").write_bytes(answer.read())
    return tmp_path


@needs(PYTHON)
def test_a_python_client(site: str, described: Path) -> None:
    run(PYTHON, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none",
        "--output-path", "ice_agreements_client", "--fail-on-warning", cwd=described,
        PATH=f"{CLIENTS / 'bin'}:/usr/bin:/bin")  # fmt: skip
    (described / "ask.py").write_text(ASK_IN_PYTHON)
    assert json.loads(run(PYTHON, "ask.py", f"{site}/api/v1", cwd=described)) == EXPECTED


@needs(NODE_MODULES)
def test_a_typescript_client(site: str, described: Path) -> None:
    run(NODE_MODULES / ".bin" / "openapi-ts", "-i", "openapi.json", "-o", "made", cwd=described)
    (described / "ask.ts").write_text(ASK_IN_TYPESCRIPT.replace("ADDRESS", f"{site}/api/v1"))
    run(NODE_MODULES / ".bin" / "tsc", "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable",
        "--module", "commonjs", "--moduleResolution", "node10", "--skipLibCheck", "ask.ts", cwd=described)  # fmt: skip
    assert json.loads(run("node", "ask.js", cwd=described)) == EXPECTED
