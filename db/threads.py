"""Work that would hold up the loop is done in a thread, and nothing it uses is taken away beneath it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from db.database import Store

P = ParamSpec("P")
T = TypeVar("T")


async def run_aside(store: Store | None, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The work is done, in a thread, and its result returned. When we are cancelled its statement is interrupted.

    A thread cannot be ended from outside: cancelled or not, this returns only when the thread is done with the store.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if store is not None:
            store.connection.interrupt()  # rolled back: the transaction never was
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # seen, and of no more interest
        raise
