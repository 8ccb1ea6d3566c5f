"""The ledger of one process: which model a running conversation is on.

A hash cannot remember who was on the candidate before its share fell, so running assignments are kept here, bounded
in number and in age.
"""

from collections import OrderedDict

from understudy.ports import Clock

# Conversations remembered at a time: about 100 bytes each, so 20 MB at worst.
MAX_RUNNING = 200_000


class MemoryLedger:
    """Running assignments, the oldest forgotten first. Satisfies ports.Ledger."""

    def __init__(self, clock: Clock, *, ttl_s: float = 1800.0, limit: int = MAX_RUNNING) -> None:
        self._clock = clock
        self._ttl_s = ttl_s
        self._limit = limit
        self._running: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def recall(self, conversation: str) -> str | None:
        """The model that a conversation is on, unless it has been silent for too long."""
        entry = self._running.get(conversation)
        if entry is None or self._clock.monotonic_s() - entry[1] > self._ttl_s:
            return None
        return entry[0]

    def remember(self, conversation: str, model: str) -> None:
        """Note the model of a conversation; each turn renews it."""
        self._running[conversation] = (model, self._clock.monotonic_s())
        self._running.move_to_end(conversation)
        if len(self._running) > self._limit:
            self._running.popitem(last=False)
