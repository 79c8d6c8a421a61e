"""What is done in a thread keeps its store until it is done, also when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from db.database import Store
from db.errors import DatabaseError
from db.queries.switches import get_switch, set_switch
from db.threads import run_in_thread

AT = "2026-01-05T16:00:00Z"


def test_the_result_comes_back_and_the_error_too(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert asyncio.run(run_in_thread(store, sorted, [2, 1])) == [1, 2]
        with pytest.raises(ZeroDivisionError):
            asyncio.run(run_in_thread(store, divmod, 1, 0))


def test_cancelled_the_statement_is_interrupted_and_the_transaction_never_was(tmp_path: Path) -> None:
    """A count to a thousand million would take minutes."""
    began, ended = threading.Event(), []

    def count(store: Store) -> None:
        try:
            with store.writing() as connection:
                set_switch(store, "half", "1", at=AT, why="")
                began.set()
                endless = (
                    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1e9) select max(i) from n"
                )
                connection.execute(endless).fetchone()
        except DatabaseError as error:
            ended.append(str(error))
            raise

    async def cancel(store: Store) -> None:
        task = asyncio.create_task(run_in_thread(store, count, store))
        await asyncio.to_thread(began.wait, 10)
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended, "the thread is done with the store before we are"

    with Store.open(tmp_path) as store:
        asyncio.run(cancel(store))
        assert "interrupted" in ended[0]
        assert get_switch(store, "half") is None
        set_switch(store, "whole", "1", at=AT, why="")
    with sqlite3.connect(tmp_path / "ice-agreements.sqlite") as connection:
        assert connection.execute("select name from switches").fetchall() == [("whole",)]
