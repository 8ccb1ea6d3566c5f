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
from understudy.gateway.limits import wait_s_of, write_limits, write_wait
from understudy.gateway.wheel import Watch
from understudy.policy.budgets import NATIVE
from understudy.ports import Sender


class Relay:
    """One caller's stream."""

    def __init__(self, sender: Sender, dialect: Dialect, draft: Draft, watch: Watch) -> None:
        self._sender = sender
        self._dialect = dialect
        self._draft = draft
        self._watch = watch
        # What a failure goes on from: the writes that its form repeats, and the last one.
        self._kept: list[bytes] = []
        self._last = b""
        self.started = False
        self.content = False
        self.finished = False

    async def write(self, data: bytes, now: float) -> None:
        """Send content; the status line goes first if it was kept back."""
        if not self.content:
            self.content = True
            self._draft.content()
            self._kept.append(data)
            await self._start(final=True)
        elif self._dialect.repeated is not None and self._dialect.repeated in data:
            self._kept.append(data)
        self._last = data
        self._watch.sent = now
        await self._sender.write(data)

    async def keep_alive(self) -> None:
        """Break the silence toward the caller."""
        data = b"" if self.finished else self._dialect.keep_alive(self._request, self.content)
        if data:
            await self._start(final=False)
            await self._sender.write(data)

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
            await self._sender.start(http_status, self._fault_headers(fault))
            await self._sender.end(body)
            return
        self._draft.book(status, fault=fault)
        sent = b"".join((*self._kept, self._last))
        await self._sender.end(self._dialect.encode_failure(fault, self._draft.id, self._request, sent))

    def _fault_headers(self, fault: Fault) -> list[tuple[str, str]]:
        """The headers of an error answer: who failed last and why it was asked, how long to wait, and what is left.

        Each as far as it is known.
        """
        wait_s = wait_s_of(fault)
        wait = [] if wait_s is None else write_wait(wait_s)
        if fault.kind is FaultKind.BUDGET and fault.native == NATIVE:
            # Clients try again at a 429, as long as nobody tells them that it is of no use.
            wait.append(("x-should-retry", "false"))
        limits = write_limits(fault.limits, self._dialect.quotas, self._draft.now_s())
        return [("content-type", "application/json"), *self._draft.headers(final=True), *wait, *limits]

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
