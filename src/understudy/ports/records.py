"""What a worker tells the books: the records of the spool, and both ends of the spool."""

from typing import Literal, Protocol

import msgspec

from understudy.canon.omissions import Omission
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.canon.usage import NO_USAGE, Usage
from understudy.canon.value import Value
from understudy.routing.decide import Decision


class Attempt(Value, frozen=True):
    """One try at one model: what came of it, and how long it took."""

    model: str
    outcome: str
    status: int | None = None
    latency_ms: float = 0.0


Status = Literal["ok", "failed", "incomplete", "cancelled", "refused"]
Side = Literal["candidate", "incumbent"]
Purpose = Literal["serve", "shadow", "judge", "trial", "attempt"]
# Who says what of a pair: a check that takes its time, a judge (a model), a person.
Source = Literal["check", "judge", "label"]
# What is missing of a pair whose judge is not believed: it was not heard, which is no silence of its own.
UNHEARD = "judge: not believed"
Verb = Literal["hold", "release", "lower", "approve", "retry", "delete"]


class Exchange(Value, frozen=True, kw_only=True, tag="exchange"):
    """One request and its reply, as kept in the journal: figures and names, never words.

    `purpose` is "serve" for a caller's answer, "shadow" for one that nobody waits for, "judge" for a verdict on a pair,
    "trial" for an answer that the check refused before its caller saw it, "attempt" for one that broke off before that,
    after it had cost something, and that another try made up for.
    `decision` is the router's, where it chose from a pool.
    `cost_nano_usd` is None when a price or a count is unknown. `malformed` counts events of the upstream's stream that
    were skipped as noise.
    """

    id: str
    at_s: float
    purpose: Purpose = "serve"
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
    decision: Decision | None = None


class Sampled(Value, frozen=True, kw_only=True, tag="sampled"):
    """A request was drawn to be answered by both models: written before either answers, so that no loss goes unseen.

    `idle_s` is None for a one-turn request, whose unit closes at once; else the unit closes after that much silence.
    `asked` says that a person's label is wanted: drawn by the unit's hash with `label_propensity`, before any answer.
    """

    exchange_id: str
    at_s: float
    hypothesis: str
    unit: str
    served: Side
    deadline_s: float
    propensity: float
    idle_s: float | None = None
    label_propensity: float = 0.0
    asked: bool = False


class Answered(Value, frozen=True, kw_only=True):
    """One side of a pair: the reply, or the reason why there is none.

    The cost is that of all its tries; where there is no reply, what is known of what they cost for nothing. The latency
    is None where it says nothing of the model: it was asked for a comparison while it had no slot to spare.
    """

    model: str
    build: str
    reply: Reply | None = None
    missing: str | None = None
    cost_nano_usd: int | None = None
    latency_ms: float | None = 0.0


class Paired(Value, frozen=True, kw_only=True, tag="paired"):
    """Both answers to one prompt, for the check. The words are dropped once they are judged.

    A pair that settles after its deadline counts as lost, whenever it is read. `void` says why it counts for nothing,
    where it was cut off by us.
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
    void: str = ""


class Live(Value, frozen=True, kw_only=True, tag="live"):
    """One served answer of a slice in canary that has no pair: evidence for rollback.

    `alone` says that the candidate serves all, and nothing is compared any more.
    """

    exchange_id: str
    at_s: float
    hypothesis: str
    side: Side
    request: Request
    answer: Answered
    alone: bool = False


class Verdict(Value, frozen=True, kw_only=True, tag="verdict"):
    """What was said of a pair after both answers had come.

    A check gives the two outcomes in [0, 1]; a judge and a person give `score` in [-1, 1] from the candidate's point of
    view, a judge besides what it said in each order (candidate shown `first`, `second`). `missing` says why there is
    nothing. `by` is who spoke (a check, a model, a key), `version` what exactly.
    """

    exchange_id: str
    hypothesis: str
    source: Source
    at_s: float
    by: str
    version: str = ""
    candidate: float | None = None
    incumbent: float | None = None
    score: float | None = None
    first: float | None = None
    second: float | None = None
    missing: str | None = None


class Feedback(Value, frozen=True, kw_only=True, tag="feedback"):
    """What a user did with an answer, from the key that owned its exchange; `y` in [0, 1], 1 is content."""

    id: str
    exchange_id: str
    at_s: float
    key: str
    signal: str
    y: float
    hypothesis: str | None = None
    unit: str | None = None
    side: Side | None = None


class KeptAnswer(Value, frozen=True, kw_only=True, tag="kept"):
    """An answer that its tenant may go on from by its id until it expires; without words, one that was deleted."""

    id: str
    tenant: str
    at_s: float
    expires_at_s: float
    words: bytes | None


class ProbeRow(Value, frozen=True, kw_only=True, tag="probe"):
    """What a judge said of an answer that says nothing, beside the incumbent's to the same prompt; numbers only.

    `score` in [-1, 1] is from the planted answer's point of view, None where it gave no verdict. Where the judge lost
    its belief by this probe, what it said since `doubted_s` is doubted.
    """

    exchange_id: str
    tenant: str
    route: str
    at_s: float
    by: str
    version: str
    score: float | None = None
    doubted_s: float | None = None


class BeliefRow(Value, frozen=True, kw_only=True, tag="belief"):
    """What a tenant's route believes, as `routing` wrote it; without a body, a belief that was taken back.

    Lessons before `since_s` are not learned from any more; the traffic is as it is now since `changed_s`. `words` say
    why this is in place.
    """

    tenant: str
    route: str
    version: str
    at_s: float
    since_s: float
    words: str
    body: bytes | None
    changed_s: float = 0.0


class StrataRow(Value, frozen=True, kw_only=True, tag="strata"):
    """How often each kind of a tenant's route is compared, as multiples of the route's rate; `new` for other kinds."""

    tenant: str
    route: str
    at_s: float
    kinds: dict[str, float]
    new: float


class Compared(Value, frozen=True, kw_only=True, tag="compared"):
    """What models of a pool answered to one request, for the check: all of them for a shadow, else the one that served.

    `chances` are those of each model's answer being seen, `rate` that of all of them being asked. The words are dropped
    once they are judged, but for the prompt's first characters.
    """

    exchange_id: str
    at_s: float
    tenant: str
    key: str
    route: str
    kind: str
    request: Request
    served: str
    answers: tuple[Answered, ...]
    chances: dict[str, float]
    rate: float = 0.0
    unit: str = ""


class LessonRow(Value, frozen=True, kw_only=True, tag="lesson"):
    """One prompt that a route learns from: its first characters, and by model what came of it.

    `outcomes` is JSON: model to [outcome or null, chance that it was seen, dollars or null, milliseconds or null], and
    behind these, where no answer came, the dollars that it cost all the same.
    `by` says on which scale outcomes are: a judge's against one incumbent, or, empty, the check's own.
    `said` is what the user said of the served answer, in [0, 1]; `unit` is the conversation, where it is known.
    `judged_s` is when a judge had spoken, 0 where none did.
    """

    exchange_id: str
    tenant: str
    key: str
    route: str
    kind: str
    at_s: float
    expires_at_s: float
    served: str
    outcomes: bytes
    words: str
    by: str = ""
    unit: str = ""
    judged_s: float = 0.0
    said: float | None = None
    seq: int = 0


class Order(Value, frozen=True, kw_only=True, tag="order"):
    """What a person asks of a slice. `rung` in whole percent for "lower" and "approve"; `seen` is the record's hash.

    "delete" is asked of a whole tenant; `route` and `kind` are empty then.
    """

    id: str
    at_s: float
    tenant: str
    route: str
    kind: str
    verb: Verb
    who: str
    rung: int | None = None
    seen: str = ""
    note: str = ""


class Measured(Value, frozen=True, kw_only=True):
    """One pair that was measured elsewhere: two outcomes in [0, 1]."""

    id: str
    candidate: float
    incumbent: float
    prompt_hash: str = ""


class Imported(Value, frozen=True, kw_only=True, tag="imported"):
    """Pairs measured elsewhere, for a hypothesis of their own; `body` is its canonical JSON."""

    id: str
    at_s: float
    hypothesis: str
    body: bytes
    pairs: tuple[Measured, ...]


Learning = Compared | LessonRow | ProbeRow | BeliefRow | StrataRow
Record = Exchange | Sampled | Paired | Live | Learning | Verdict | Feedback | KeptAnswer | Order | Imported
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
