"""Ports: what the house needs of the world, as Protocols, and the values that pass through them.

Rooms on this floor do not import one another: gateway, storage, providers, ledger and outcomes meet here. A port is
satisfied, not inherited. No behaviour lives here.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from understudy.canon.omissions import Omission
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.canon.usage import NO_USAGE, Usage
from understudy.canon.value import Value
from understudy.routing.board import Endpoint, Model

# --- time and tasks ---------------------------------------------------------------------------------------------


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


# --- the caller's side ------------------------------------------------------------------------------------------

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


# --- the upstream's side ----------------------------------------------------------------------------------------


class UpstreamCall(Value, frozen=True):
    """One HTTP POST to one place of a model; the transport adds the secret, which nobody else ever sees.

    The connect time-out is apart from the attempt's own deadlines.
    """

    model: Model
    endpoint: Endpoint
    path: str
    body: bytes
    connect_timeout_s: float = 5.0


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

    async def post(self, call: UpstreamCall) -> UpstreamAnswer:
        """Send a call and wait for its headers; a Fault(UPSTREAM or TIMEOUT) if none come."""
        ...

    async def get(self, url: str, headers: dict[str, str], timeout_s: float) -> tuple[int, bytes]:
        """A small GET, for probes at start and health checks."""
        ...


# --- the books --------------------------------------------------------------------------------------------------


class Attempt(Value, frozen=True):
    """One try at one model: what came of it, and how long it took."""

    model: str
    outcome: str
    status: int | None = None
    latency_ms: float = 0.0


Status = Literal["ok", "failed", "incomplete", "cancelled", "refused"]
Side = Literal["candidate", "incumbent"]


class Exchange(Value, frozen=True, kw_only=True, tag="exchange"):
    """One request and its reply, as kept in the journal: figures and names, never words.

    `purpose` is "serve" for a caller's answer and "shadow" for one that nobody waits for. `cost_nano_usd` is None when
    a price or a count is unknown. `malformed` counts events of the upstream's stream that were skipped as noise.
    """

    id: str
    at_s: float
    purpose: Literal["serve", "shadow"] = "serve"
    shadow_of: str | None = None
    tenant: str = "default"
    key: str = ""
    route: str | None = None
    kind: str | None = None
    dialect: str = ""
    asked: str = ""
    model: str | None = None
    owned: bool | None = None
    build: str | None = None
    reason: str = ""
    stream: bool = False
    status: Status = "ok"
    http_status: int = 200
    fault: str | None = None
    message: str | None = None
    stop: str | None = None
    usage: Usage = NO_USAGE
    cost_nano_usd: int | None = None
    incumbent_cost_nano_usd: int | None = None
    latency_ms: float = 0.0
    first_token_ms: float | None = None
    attempts: tuple[Attempt, ...] = ()
    omissions: tuple[Omission, ...] = ()
    malformed: int = 0
    hypothesis: str | None = None
    unit: str | None = None
    bucket: float | None = None
    share: float | None = None


class Sampled(Value, frozen=True, kw_only=True, tag="sampled"):
    """A request was drawn to be answered by both models: written before either answers, so that no loss goes unseen.

    `idle_s` is None for a one-turn request, whose unit closes at once; else the unit closes after that much silence.
    """

    exchange_id: str
    at_s: float
    hypothesis: str
    unit: str
    served: Side
    deadline_s: float
    propensity: float
    idle_s: float | None = None


class Answered(Value, frozen=True, kw_only=True):
    """One side of a pair: the reply, or the reason why there is none."""

    model: str
    build: str
    reply: Reply | None = None
    missing: str | None = None
    cost_nano_usd: int | None = None
    latency_ms: float = 0.0


class Paired(Value, frozen=True, kw_only=True, tag="paired"):
    """Both answers to one prompt, for the check. The words are dropped once they are judged.

    A pair that settles after its deadline counts as lost, whenever it is read.
    """

    exchange_id: str
    at_s: float
    settled_at_s: float
    deadline_s: float
    hypothesis: str
    unit: str
    served: Side
    request: Request
    candidate: Answered
    incumbent: Answered


class Live(Value, frozen=True, kw_only=True, tag="live"):
    """One served answer of a slice in canary that has no pair: evidence for rollback."""

    exchange_id: str
    at_s: float
    hypothesis: str
    side: Side
    request: Request
    answer: Answered


Record = Exchange | Sampled | Paired | Live
RECORD_ENCODER = msgspec.msgpack.Encoder()
RECORD_DECODER: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


class Journal(Protocol):
    """The worker's end of the books: what was appended survives the process."""

    @property
    def full(self) -> bool:
        """Whether the spool has reached its limit; new requests are then turned away, and nothing is dropped."""
        ...

    def append(self, *records: Record) -> None:
        """Write records to the spool before returning."""
        ...


class SpoolReader(Protocol):
    """The bookkeeper's end of the spool."""

    def read(self, positions: dict[str, int], limit: int) -> tuple[list[Record], dict[str, int]]:
        """Up to `limit` records after the given places, and the places after them; no places when nothing is new."""
        ...

    def forget(self, positions: dict[str, int]) -> None:
        """Remove the segments that are drained to their end by these booked places and that nobody writes any more."""
        ...


# --- checks -----------------------------------------------------------------------------------------------------


class Check(Protocol):
    """A verifiable check: says of one answer how right it is, from the request and the answer alone."""

    name: str
    version: str

    def score(self, request: Request, reply: Reply) -> float | None:
        """A number in [0, 1]; None if this check has no opinion on such a request (the pair is void)."""
        ...


# --- the store --------------------------------------------------------------------------------------------------


class HypothesisRow(Value, frozen=True, kw_only=True):
    """A registered hypothesis: written before its first pair. `body` is its canonical JSON."""

    id: str
    tenant: str
    route: str
    kind: str
    attempt: int
    registered_at_s: float
    body: bytes


class PairRow(Value, frozen=True, kw_only=True):
    """One turn of one unit: the two outcomes, or why one is missing; `…_good` says that the call itself went well.

    `digest` is a hash of what the pair was settled with: it tells which pair was changed later on.
    """

    exchange_id: str
    hypothesis: str
    unit: str
    at_s: float
    served: Side
    deadline_s: float
    propensity: float
    idle_s: float | None = None
    settled: bool = False
    candidate: float | None = None
    incumbent: float | None = None
    candidate_good: bool = True
    incumbent_good: bool = True
    missing: str | None = None
    candidate_build: str = ""
    incumbent_build: str = ""
    prompt_hash: str = ""
    digest: str = ""
    shadow_cost_nano_usd: int | None = None
    seq: int = 0


class OutcomeRow(Value, frozen=True, kw_only=True):
    """One live outcome of a served answer, in the order in which it was booked; None where the check had no opinion."""

    exchange_id: str
    hypothesis: str
    at_s: float
    side: Side
    outcome: float | None
    good: bool = True
    seq: int = 0


class SliceRow(Value, frozen=True, kw_only=True):
    """Where a slice stands. `state` is parity's own JSON, opaque to storage."""

    tenant: str
    route: str
    kind: str
    hypothesis: str
    share: float
    shadow: bool
    watching: bool
    state: bytes
    updated_at_s: float


class ScoreRow(Value, frozen=True, kw_only=True):
    """How both models did on the settled pairs of one hypothesis: sums of outcomes over `n` pairs with both."""

    hypothesis: str
    n: int
    candidate: float
    incumbent: float


class TransitionRow(Value, frozen=True, kw_only=True):
    """One link of the record: canonical JSON, its hash and the hash before it."""

    seq: int
    tenant: str
    route: str
    kind: str
    hypothesis: str
    at_s: float
    body: bytes
    prev_hash: str
    hash: str


class Batch(Value, frozen=True, kw_only=True):
    """What one drain of the spool writes, in one transaction with the place in the spool that it came from."""

    exchanges: tuple[Exchange, ...] = ()
    sampled: tuple[PairRow, ...] = ()
    settled: tuple[PairRow, ...] = ()
    outcomes: tuple[OutcomeRow, ...] = ()
    positions: dict[str, int] = {}


class Store(Protocol):
    """The database, read and written through named questions. Only the books process writes."""

    def enter(self, batch: Batch) -> None:
        """Write a batch once: rows already there (same id) are left as they are, positions move on."""
        ...

    def positions(self) -> dict[str, int]:
        """How far each spool segment has been drained, in bytes."""
        ...

    def register(self, row: HypothesisRow, slice_row: SliceRow) -> None:
        """Write a hypothesis and point its slice at it, before its first pair; the board version moves on."""
        ...

    def hypotheses(self) -> list[HypothesisRow]:
        """All hypotheses, oldest first."""
        ...

    def slices(self) -> list[SliceRow]:
        """Where every slice stands."""
        ...

    def pairs(self, hypothesis: str, after_seq: int = 0) -> list[PairRow]:
        """The pairs of a hypothesis in the order in which they were sampled."""
        ...

    def outcomes(self, hypothesis: str, after_seq: int = 0) -> list[OutcomeRow]:
        """The live outcomes of a hypothesis in the order in which they were booked."""
        ...

    def save(self, slice_row: SliceRow, transition: TransitionRow | None, *, lease: str, fence: int) -> None:
        """Keep a slice's state, and a transition with it, if the lease still holds; the board moves on if one came.

        Raises StaleLease if another evaluator took over, BrokenChain if the transition does not follow the last one.
        """
        ...

    def scores(self) -> list[ScoreRow]:
        """How both models did, by hypothesis."""
        ...

    def transitions(self, route: str | None = None, kind: str | None = None) -> list[TransitionRow]:
        """The record, oldest first, of one slice or of all (the chain runs over all)."""
        ...

    def lease(self, name: str, holder: str, ttl_s: float, now_s: float) -> int | None:
        """Take or renew a lease: its fencing number, never handed out twice; None while another holder has it."""
        ...

    def board_version(self) -> int:
        """A number that moves on with every change that callers can feel."""
        ...

    def exchanges(self, limit: int = 100, *, route: str | None = None) -> list[Exchange]:
        """The newest exchanges of the journal."""
        ...

    def money(self) -> list[dict[str, Any]]:
        """Per route, kind and model: exchanges, cost, and what the incumbent would have cost, in nano-dollars."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class StaleLease(Exception):
    """Another evaluator holds the lease by now: what this one decided is not written."""


class BrokenChain(Exception):
    """A transition did not follow the last one of the record: it is not written."""
