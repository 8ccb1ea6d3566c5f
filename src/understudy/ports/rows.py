"""The rows of the database, as the rest of the house sees them."""

from understudy.canon.value import Value
from understudy.ports.records import (
    BeliefRow,
    Exchange,
    Feedback,
    KeptAnswer,
    LessonRow,
    ProbeRow,
    Purpose,
    Side,
    Source,
    StrataRow,
    Verb,
)


class HypothesisRow(Value, frozen=True, kw_only=True):
    """A registered hypothesis: written before its first pair. `body` is its canonical JSON.

    An `imported` one rests on pairs that were measured elsewhere; it moves no traffic.
    """

    id: str
    tenant: str
    route: str
    kind: str
    attempt: int
    registered_at_s: float
    body: bytes
    imported: bool = False


class PairRow(Value, frozen=True, kw_only=True):
    """One turn of one unit: the two outcomes, or why one is missing; `…_good` says that the call itself went well.

    `digest` is a hash of what the pair was settled with: it tells which pair was changed later on. An `answered` pair
    that is not settled waits for verdicts. `rails` is JSON: for each guardrail the two outcomes, null without opinion.
    A `…_failure` is the class of a bad answer. `surplus` is how much longer the candidate's answer is, in [-1, 1].
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
    asked: bool = False
    label_propensity: float = 0.0
    answered: bool = False
    surplus: float = 0.0
    rails: bytes = b"{}"
    candidate_failure: str | None = None
    incumbent_failure: str | None = None
    candidate_cost_nano_usd: int | None = None
    incumbent_cost_nano_usd: int | None = None
    candidate_ms: float | None = None
    incumbent_ms: float | None = None
    seq: int = 0


class VerdictRow(Value, frozen=True, kw_only=True):
    """A verdict as it is kept; the first one of a source on a pair counts. `digest` tells whether it was changed."""

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
    digest: str = ""
    seq: int = 0


class TextRow(Value, frozen=True, kw_only=True):
    """The words of one pair, until they expire, and for each answer who made it and what it may be used for.

    `body` is what jobs made of the words; the store keeps it encrypted.
    """

    exchange_id: str
    hypothesis: str
    at_s: float
    expires_at_s: float
    body: bytes
    candidate_model: str
    candidate_may_train: bool
    candidate_may_evaluate: bool
    incumbent_model: str
    incumbent_may_train: bool
    incumbent_may_evaluate: bool


class Waiting(Value, frozen=True):
    """A pair whose answers are there and whose verdict is not, with its words."""

    pair: PairRow
    text: TextRow


class OrderRow(Value, frozen=True, kw_only=True):
    """What a person asked of a slice and what came of it, None until it is done or refused.

    `hypothesis` is the one that stood when it was answered.
    """

    id: str
    at_s: float
    tenant: str
    route: str
    kind: str
    verb: Verb
    who: str
    rung: int | None
    seen: str
    note: str
    hypothesis: str = ""
    done: bool | None = None
    words: str = ""


class OutcomeRow(Value, frozen=True, kw_only=True):
    """One live outcome of a served answer, in the order in which it was booked; None where the check had no opinion.

    `good` is None where the row says nothing of the call itself, as feedback does. `alone` says that no incumbent
    answers beside it any more.
    """

    exchange_id: str
    hypothesis: str
    at_s: float
    side: Side
    outcome: float | None
    good: bool | None = True
    alone: bool = False
    seq: int = 0


class SliceRow(Value, frozen=True, kw_only=True):
    """Where a slice stands. `state` is parity's own JSON, opaque to storage.

    `rate` is the share of its requests that are compared now; `evict` says that running conversations leave too.
    """

    tenant: str
    route: str
    kind: str
    hypothesis: str
    share: float
    shadow: bool
    watching: bool
    state: bytes
    updated_at_s: float
    rate: float | None = None
    evict: bool = False


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


class Bill(Value, frozen=True, kw_only=True):
    """What one tenant asked of one model for one purpose and what it cost, by route and kind; costs in nano-dollars.

    A sum is None where nothing of it is known, and each has beside it the number of exchanges that it is made of
    (`costed`, `incumbent_costed`); `saved_nano_usd` is over the `compared` ones, whose two costs are both known. The
    empty tenant has what was billed before bills were kept by tenant.
    """

    tenant: str
    route: str | None
    kind: str | None
    model: str | None
    purpose: Purpose
    exchanges: int
    costed: int
    cost_nano_usd: int | None
    incumbent_costed: int
    incumbent_cost_nano_usd: int | None
    compared: int
    saved_nano_usd: int | None


class TrafficRow(Value, frozen=True, kw_only=True):
    """Exchanges of one slice, purpose and model, and the sum of those costs that are known, in nano-dollars.

    `model` is None where nobody answered.
    """

    tenant: str
    route: str
    kind: str
    purpose: Purpose
    model: str | None
    exchanges: int
    costed: int
    cost_nano_usd: int


class LeftOutRow(Value, frozen=True, kw_only=True):
    """Comparisons of one slice that were drawn and left out, since a model had no slot for one more."""

    tenant: str
    route: str
    kind: str
    model: str
    comparisons: int


class SpendRow(Value, frozen=True, kw_only=True):
    """Exchanges of one tenant's route, purpose and model that began within one stretch of time; costs in nano-dollars.

    Costs are sums over the `compared` ones whose own cost and the incumbent's are both known, for "serve"; for other
    purposes over those whose cost is known. `model` is None where nobody answered.
    """

    tenant: str
    route: str
    purpose: Purpose
    model: str | None
    from_s: float
    exchanges: int
    own: int
    compared: int
    cost_nano_usd: int
    incumbent_cost_nano_usd: int


class ComparisonRow(Value, frozen=True, kw_only=True):
    """All answers of a pool to one prompt, as long as they wait for a judge.

    `body` is what jobs made of the words; the store keeps it encrypted.
    """

    exchange_id: str
    tenant: str
    route: str
    at_s: float
    expires_at_s: float
    body: bytes


class Batch(Value, frozen=True, kw_only=True):
    """What one drain of the spool writes, in one transaction with the place in the spool that it came from."""

    exchanges: tuple[Exchange, ...] = ()
    sampled: tuple[PairRow, ...] = ()
    settled: tuple[PairRow, ...] = ()
    outcomes: tuple[OutcomeRow, ...] = ()
    verdicts: tuple[VerdictRow, ...] = ()
    texts: tuple[TextRow, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    kept: tuple[KeptAnswer, ...] = ()
    lessons: tuple[LessonRow, ...] = ()
    comparisons: tuple[ComparisonRow, ...] = ()
    probes: tuple[ProbeRow, ...] = ()
    beliefs: tuple[BeliefRow, ...] = ()
    strata: tuple[StrataRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    positions: dict[str, int] = {}
