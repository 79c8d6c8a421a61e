"""Litestream with the configuration of docs/deploy: the machine is lost in the middle of writing."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from db.database import DATABASE_NAME, Store
from db.queries.runs import start_run
from tests.buckets import Litestream, make_bucket, needs_litestream, serving_s3

pytestmark = [pytest.mark.long, needs_litestream]


def written(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("select count(*) from runs").fetchone()[0])


def test_a_machine_lost_while_writing_loses_seconds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    counts: list[tuple[float, int]] = []
    with serving_s3() as variables:
        make_bucket(variables, "backups")
        litestream = Litestream(variables, "backups", home)
        with Store.open(home) as store:
            copying = litestream.start()
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
        assert litestream.restore(restored)
    last = max(at for at, count in counts if count <= written(restored))
    assert lost_at - last < 60, "at most a minute is lost"
    home.mkdir()
    restored.replace(home / DATABASE_NAME)
    with Store.open(home) as store:
        assert start_run(store, store.now_text()) == written(home / DATABASE_NAME)
