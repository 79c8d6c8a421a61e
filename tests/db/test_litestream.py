"""Litestream with the configuration of docs/deploy: the machine is lost in the middle of writing."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from moto.server import ThreadedMotoServer

from db.database import DATABASE_NAME, Store
from db.queries.runs import start_run
from tests.paths import ROOT

LITESTREAM = os.environ.get("LITESTREAM") or shutil.which("litestream")
CONFIG = ROOT / "docs" / "deploy" / "litestream.yml"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not LITESTREAM, reason="no litestream on the PATH (npm: @flydotio/litestream)"),
]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of the unit, with an S3 server on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{port}"
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    assert requests.put(f"{address}/backups", timeout=10).ok
    yield {
        **os.environ, **keys, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": address, "LITESTREAM_BUCKET": "backups",
        "ICE_AGREEMENTS_HOME": str(tmp_path / "home"),
    }  # fmt: skip
    server.stop()


def written(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("select count(*) from runs").fetchone()[0])


def test_a_machine_lost_while_writing_loses_seconds(environment: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home"
    counts: list[tuple[float, int]] = []
    with Store.open(home) as store:
        copying = subprocess.Popen([str(LITESTREAM), "replicate", "-config", CONFIG], env=environment)
        try:
            begun = time.monotonic()
            while time.monotonic() - begun < 12:
                start_run(store, store.now_text())
                counts.append((time.monotonic(), len(counts) + 1))
                time.sleep(0.05)
        finally:
            copying.kill()
            copying.wait()
        lost_at = time.monotonic()
    shutil.rmtree(home)
    restored = tmp_path / "restored.sqlite"
    subprocess.run(
        [str(LITESTREAM), "restore", "-config", CONFIG, "-o", restored, home / DATABASE_NAME],
        env=environment,
        check=True,
    )
    last = max(at for at, count in counts if count <= written(restored))
    assert lost_at - last < 6, "seconds are lost at most"
    home.mkdir()
    restored.replace(home / DATABASE_NAME)
    with Store.open(home) as store:
        assert start_run(store, store.now_text()) == written(home / DATABASE_NAME)
