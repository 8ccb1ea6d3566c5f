"""The tasks of one process that no caller waits for: each has the application's task group for a parent, and an end.

One that fails is logged and takes nothing with it. When the process stops they get what time is left, and are then cut
off; what a task owes the books in that case it writes on its way out.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)
# What the last request has left behind is owed this much, however late it is: to see the stop, and write what it must.
MOMENT_S = 0.2


class Tasks:
    """What was spawned and is not over. `spawn` satisfies ports.Spawn."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a task."""
        task = self._group.create_task(_supervised(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drain(self, seconds: float) -> None:
        """Give what runs so much time, and cut off what is not over then."""
        if self._running:
            await asyncio.wait(self._running, timeout=max(seconds, MOMENT_S))
        for task in self._running:
            task.cancel()


async def _supervised(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        # The supervisor of spawned tasks: one that fails must not take the worker with it.
        log.exception("a background task failed")
