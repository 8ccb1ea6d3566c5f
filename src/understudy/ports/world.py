"""Time, tasks, callers and upstreams, as the house needs them."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from understudy.canon.faults import Fault
from understudy.canon.parts import Inline
from understudy.canon.value import Value
from understudy.dialects.contract import MediaKind
from understudy.policy.budgets import Beside
from understudy.ports.records import Exchange, KeptAnswer
from understudy.routing.board import Endpoint, Model


class Clock(Protocol):
    """Time, as an argument."""

    def now_s(self) -> float:
        """Unix time in seconds."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...


Spawn = Callable[[Coroutine[Any, Any, None]], None]
"""Starts a task whose parent is the application; its failure is logged and counted by the supervisor."""


class Ledger(Protocol):
    """What changes while requests run."""

    def recall(self, conversation: str) -> str | None:
        """The model that a running conversation is on, if it is remembered."""
        ...

    def remember(self, conversation: str, model: str) -> None:
        """Note the model that a running conversation is on."""
        ...


class Health(Protocol):
    """How places fare, by what requests to them came to."""

    def begin(self, model: Model, endpoint: Endpoint) -> None:
        """A request goes to a place."""
        ...

    def end(self, model: Model, endpoint: Endpoint, fault: Fault | None) -> None:
        """What came of it: an answer, or a failure."""
        ...

    def resting(self, model: Model, endpoint: Endpoint | None = None) -> str | None:
        """Why a place is left alone now, or a model at all of its places; None if it is not."""
        ...


class Holds(Protocol):
    """Money that requests of this process have cost or may cost, where the day's sums from the books lack it yet."""

    def hold(self, exchange_id: str, key: str, route: str, nano: int) -> None:
        """A request may cost as much, in place of what was held for it before; "" is no route."""
        ...

    def end(self, exchange: Exchange) -> None:
        """What an exchange did cost; one that ran for a request, such as a trial, leaves the request's own hold."""
        ...

    def release(self, exchange_id: str) -> None:
        """A request is over: nothing is held for it any more."""
        ...

    def of_key(self, key: str) -> Beside:
        """What counts to a key, in nano-dollars."""
        ...

    def of_route(self, route: str) -> Beside:
        """What counts to a route, in nano-dollars."""
        ...

    def mean_out(self, model: str) -> float | None:
        """The mean length of a model's answers, in tokens; None where none was heard."""
        ...


class Stopping(Exception):
    """The server stops: what has not been asked yet for a comparison is not asked any more."""


class Slots(Protocol):
    """What models answer at this moment, and whether they can be asked for a comparison besides."""

    @property
    def stopping(self) -> bool:
        """Whether the server stops."""
        ...

    def begin(self, model: Model, endpoint: Endpoint) -> None:
        """A call goes to a place."""
        ...

    def end(self, model: Model, endpoint: Endpoint) -> None:
        """It is over."""
        ...

    def crowded(self, models: Iterable[Model]) -> Model | None:
        """The first of these models for which no comparison more may wait; None if there is room at all of them."""
        ...

    def announce(self, models: Iterable[Model], number: int = 1) -> None:
        """So many comparisons more, or fewer, are announced for each of these models."""
        ...

    def slot(self, model: Model) -> AbstractAsyncContextManager[bool]:
        """A slot of a model, once it can spare one; whether it could. Stopping if the server does before that."""
        ...

    def stop(self) -> None:
        """The server stops: who waits for a slot waits no more, and nobody gets one any more."""
        ...


Headers = Sequence[tuple[str, str]]


class Sender(Protocol):
    """The way back to one caller, whatever the server is built on."""

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status line and headers; once, before any body."""
        ...

    async def write(self, data: bytes) -> None:
        """Hand body bytes to the socket; waits while the caller reads too slowly."""
        ...

    async def end(self, data: bytes = b"") -> None:
        """Hand over the last bytes and close the answer."""
        ...


# The headers that carry a bare key: client libraries use them toward us, and rows of the catalogue name them as `auth`.
KEY_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")


class Shelf(Protocol):
    """Answers that requests may go on from, each under its tenant alone."""

    def put(self, record: KeptAnswer) -> None:
        """Keep an answer, or note that it was deleted: in the spool before this returns."""
        ...

    async def get(self, tenant: str, answer_id: str) -> bytes | None:
        """The words of an answer; None if there is none (any more)."""
        ...


class UpstreamCall(Value, frozen=True):
    """One HTTP call to one place of a model; the transport adds the secret, which nobody else ever sees.

    The connect time-out is apart from the attempt's own deadlines.
    """

    model: Model
    endpoint: Endpoint
    path: str
    body: bytes
    connect_timeout_s: float = 5.0
    # The caller's own headers that change what the body means; never one that authenticates.
    headers: dict[str, str] = {}
    method: str = "POST"


class UpstreamAnswer(Protocol):
    """An answer whose headers have come."""

    status: int
    headers: Mapping[str, str]

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives; a Fault(UPSTREAM) if the connection breaks."""
        ...

    async def read(self) -> bytes:
        """The whole body; a Fault(UPSTREAM) if it breaks or is larger than the transport's limit."""
        ...

    def close(self) -> None:
        """Give the connection up at once: the upstream sees that nobody reads on."""
        ...


class Upstream(Protocol):
    """The transport to upstreams: connections, pools, TLS."""

    async def send(self, call: UpstreamCall) -> UpstreamAnswer:
        """Send a call and wait for its headers; a Fault(UPSTREAM or TIMEOUT) if none come."""
        ...

    async def get(self, url: str, headers: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
        """A small GET, for probes at start and health checks."""
        ...


class Wanted(Value, frozen=True):
    """Media that lie at a URL: the caller's field that names it, for its fault, and what they must be."""

    path: str
    url: str
    kind: MediaKind


class Fetcher(Protocol):
    """Fetches what callers name by URL, from where the operator allows it."""

    async def fetch(self, wanted: Sequence[Wanted]) -> list[Inline]:
        """What lies there, in the same order; a Fault(BAD_REQUEST) names the field of what cannot be had."""
        ...
