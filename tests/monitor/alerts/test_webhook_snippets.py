"""The code that docs/alerts.md shows to whoever receives webhooks, run against a delivery of ours."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from db.database import to_text, utc_now
from monitor.alerts.digest_times import to_moment
from monitor.alerts.webhooks import make_body, make_secret, sign_body
from tests.paths import ROOT

RUN_PYTHON = """
import json, sys
given = json.load(sys.stdin)
try:
    print(receive(given["secret"], given["headers"], given["body"].encode())["id"])
except Exception as error:
    print(type(error).__name__)
"""
RUN_JAVASCRIPT = """
let given = "";
for await (const part of process.stdin) given += part;
given = JSON.parse(given);
try { console.log(receive(given.secret, given.headers, given.body).id); } catch (error) { console.log(error.message); }
"""


def snippet(language: str) -> str:
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    (code,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(code)


def delivery(at: str) -> dict[str, object]:
    secret, body = make_secret(), make_body("0123456789abcdef01234567", at, [])
    seconds = int(to_moment(at).timestamp())
    headers = {
        "webhook-id": "0123456789abcdef01234567", "webhook-timestamp": str(seconds),
        "webhook-signature": sign_body(secret, "0123456789abcdef01234567", seconds, body),
    }  # fmt: skip
    return {"secret": secret, "headers": headers, "body": body.decode()}


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_documented_code_takes_a_delivery_and_refuses_forged_and_old_ones(language: str, tmp_path: Path) -> None:
    if language == "python":
        program, suffix, refused = [sys.executable], "py", "WebhookVerificationError"
    else:
        program, suffix, refused = ["node"], "mjs", "not from us, or too old"
    path = tmp_path / f"receive.{suffix}"
    path.write_text(snippet(language) + (RUN_PYTHON if suffix == "py" else RUN_JAVASCRIPT), encoding="utf-8")
    good = delivery(to_text(utc_now()))
    forged = {**good, "body": str(good["body"]).replace("changes", "charges", 1)}
    said = []
    for given in (good, forged, {**good, "secret": make_secret()}, delivery("2025-06-03T13:00:00Z")):
        run = subprocess.run(
            [*program, str(path)], input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60
        )
        said.append(run.stdout.strip())
    assert said == ["0123456789abcdef01234567", refused, refused, refused]
