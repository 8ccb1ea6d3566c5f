"""The shelf: answers that requests go on from, as one worker sees them.

What this worker put here lies in memory until the books surely have it; everything else is read from the books. An
answer that was just made may still be on its way there from another worker: an id that is not found is looked for
again, for a moment.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from understudy.ports import Clock, Journal, KeptAnswer

# The books are at most a few batches behind the spool; after this they have what was put here.
FRESH_S = 30.0
# Words in memory at a time, in bytes: the oldest are then found in the books alone.
MAX_FRESH_BYTES = 64 * 1024 * 1024
# How long an unknown id is waited for: several turns of an idle bookkeeper.
PATIENCE_S = 1.0
POLL_S = 0.05


class WorkerShelf:
    """Answers of one worker in front of everybody's. Satisfies ports.Shelf."""

    def __init__(self, read: Callable[[str, str], KeptAnswer | None], journal: Journal, clock: Clock) -> None:
        self._read = read
        self._journal = journal
        self._clock = clock
        self._fresh: OrderedDict[tuple[str, str], tuple[float, KeptAnswer]] = OrderedDict()
        self._bytes = 0

    def put(self, record: KeptAnswer) -> None:
        """Keep an answer, or note that it was deleted: in the spool before this returns."""
        self._journal.append(record)
        key = (record.tenant, record.id)
        self._drop(key)
        self._fresh[key] = (self._clock.monotonic_s(), record)
        self._bytes += len(record.words or b"")
        self._tidy()

    async def get(self, tenant: str, answer_id: str) -> bytes | None:
        """The words of an answer; None if there is none (any more)."""
        self._tidy()
        waited_s = 0.0
        while True:
            record = self._fresh[tenant, answer_id][1] if (tenant, answer_id) in self._fresh else None
            record = record or await asyncio.to_thread(self._read, tenant, answer_id)
            if record is not None:
                return record.words if record.expires_at_s > self._clock.now_s() else None
            if waited_s >= PATIENCE_S:
                return None
            await asyncio.sleep(POLL_S)
            waited_s += POLL_S

    def _tidy(self) -> None:
        now_s = self._clock.monotonic_s()
        while self._fresh:
            key, (since_s, _) = next(iter(self._fresh.items()))
            if now_s - since_s <= FRESH_S and self._bytes <= MAX_FRESH_BYTES:
                return
            self._drop(key)

    def _drop(self, key: tuple[str, str]) -> None:
        if (entry := self._fresh.pop(key, None)) is not None:
            self._bytes -= len(entry[1].words or b"")
