"""The relay: the caller's end of a streamed answer, across all attempts.

Three states decide what may still happen: nothing sent (the status line is kept back), only the status line and
keep-alives sent, content sent. Before content another model may take over and the caller never knows; after it, a
failure can only be told in-band. The first event of an answer is held until content follows it, so that a second
model can still begin.
"""

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.request import Request
from understudy.dialects.contract import Dialect
from understudy.gateway.draft import Draft, status_of
from understudy.gateway.wheel import Watch
from understudy.ports import Sender

# What passes by itself. Where the upstream named no time, this one is told: Codex gives up at a 429 that names none.
PASSING = (FaultKind.RATE_LIMITED, FaultKind.OVERLOADED, FaultKind.UNAVAILABLE)
RETRY_AFTER_S = 1.0


class Relay:
    """One caller's stream."""

    def __init__(self, sender: Sender, dialect: Dialect, draft: Draft, watch: Watch) -> None:
        self._sender = sender
        self._dialect = dialect
        self._draft = draft
        self._watch = watch
        self.started = False
        self.content = False
        self.finished = False

    async def write(self, data: bytes, now: float) -> None:
        """Send content; the status line goes first if it was kept back."""
        if not self.content:
            self.content = True
            self._draft.content()
            await self._start(final=True)
        self._watch.sent = now
        await self._sender.write(data)

    async def keep_alive(self) -> None:
        """Break the silence toward the caller."""
        if self.finished:
            return
        await self._start(final=False)
        await self._sender.write(self._dialect.keep_alive(self._request, self.content))

    async def end(self, terminal: bytes) -> None:
        """Book the exchange, then hand the ending over."""
        self.finished = True
        self._draft.book("ok")
        await self._start(final=True)
        await self._sender.end(terminal)

    async def fail(self, fault: Fault) -> None:
        """Tell a failure in the form that the state allows, and close; books first."""
        if self.finished:
            return
        self.finished = True
        status = status_of(fault, content=self.content)
        if not self.started:
            http_status, body = self._dialect.encode_fault(fault, self._draft.id)
            self._draft.book(status, fault=fault, http_status=http_status)
            await self._sender.start(http_status, fault_headers(self._draft, fault))
            await self._sender.end(body)
            return
        self._draft.book(status, fault=fault)
        await self._sender.end(self._dialect.encode_failure(fault, self._draft.id, self._request, self.content))

    @property
    def _request(self) -> Request:
        """The request that is being answered; there is one wherever a stream has begun."""
        if self._draft.request is None:
            raise RuntimeError("a stream answers a request that was read")
        return self._draft.request

    async def _start(self, *, final: bool) -> None:
        if not self.started:
            self.started = True
            kind = [("content-type", self._dialect.stream_type(self._request)), ("cache-control", "no-cache")]
            await self._sender.start(200, [*kind, *self._draft.headers(final=final)])


def fault_headers(draft: Draft, fault: Fault) -> list[tuple[str, str]]:
    """The headers of an error answer; retry-after rounds up to whole seconds."""
    headers = [("content-type", "application/json"), *draft.headers(final=False)]
    after_s = fault.retry_after_s
    if after_s is None and fault.kind in PASSING:
        after_s = RETRY_AFTER_S
    if after_s is not None:
        headers.append(("retry-after", str(max(1, -int(-after_s // 1)))))
    return headers
