"""A client that a generator made from the description: it is importable, and its typed calls have the API's answers."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from db.settings import Settings
from monitor.web.api.app import make_api

pytest.importorskip(
    "openapi_python_client",
    reason="openapi-python-client is not installed: it wants an older typer than the command line",
)
pytestmark = pytest.mark.long


def test_a_generated_client_asks_and_reads_typed_answers(
    api: TestClient, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(api.get("/openapi.json").json()), encoding="utf-8")
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(description), "--meta", "none",
         "--output-path", str(tmp_path / "ice_agreements_client"), "--fail-on-warning"],
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}, cwd=tmp_path,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    client = importlib.import_module("ice_agreements_client").Client(base_url="http://api")
    served = httpx.ASGITransport(app=make_api(Settings(home=home)))
    client.set_async_httpx_client(httpx.AsyncClient(transport=served, base_url="http://api"))

    def ask(operation: str, *ids: str, **asked: Any) -> Any:
        module = importlib.import_module(f"ice_agreements_client.api.default.{operation}")
        return asyncio.run(module.asyncio(*ids, client=client, **asked))

    models = importlib.import_module("ice_agreements_client.models")
    changes = ask("list_changes", order=models.ListChangesOrder("newest"), limit=2)
    assert [(c.id, c.kind) for c in changes] == [
        (c["id"], c["kind"]) for c in api.get("/changes?order=newest&limit=2").json()
    ]
    assert changes[0].listed_on == date(2025, 7, 8)
    assert (changes[0].after.county, changes[0].first_listed_in.row) == ("Union County", 45)
    assert ask("get_change", changes[0].id).agency == "Union County Sheriff's Office"
    assert ask("get_totals").agreements == 44
    assert [s.change.kind for s in ask("list_statements", limit=1)] == ["amendment"]
    wrong = ask("list_changes", state=models.ListChangesState("FL"), limit=1001)
    assert [e.parameter for e in wrong.errors] == ["limit"]
