"""Work that would block the event loop, done in a thread that always ends before its store is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from db.database import Store

P = ParamSpec("P")
T = TypeVar("T")


async def run_in_thread(store: Store | None, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the work in a thread and return its result; when cancelled, interrupt the statement it is running.

    A thread cannot be ended from outside: cancelled or not, this returns only when the thread is done with the store.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if store is not None:
            store.connection.interrupt()  # its transaction is rolled back
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not warn of it
        raise
