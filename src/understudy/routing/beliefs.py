"""Beliefs: what a route of one tenant has learned of its models, as one frozen value on the board.

Per kind and model a mean outcome with its interval, cost and latency of a completed request; per model a text model
of its gain over the incumbent; per kind whether the text may speak; and the dial with the price that it came to.
Learned by `learn`, read by `decide`; nothing changes here.
"""

from typing import Literal

from understudy.canon.value import Value
from understudy.routing.cascade import Cascade
from understudy.routing.priors import UNKNOWN, Prior
from understudy.routing.text import TextModel

# "quality" is no dial at all: the best answers, whatever it costs.
DialName = Literal["quality", "quality_target", "rented_share", "budget_usd_per_day"]


class Start(Value, frozen=True, kw_only=True):
    """Where a mean started before anything was seen, who said so in words, and how much of the mean it still makes.

    It stands for a `part` of the outcomes that a mean begins with; `otherwise` is where the others lie. The mean is
    `share` times this, and the rest is what was seen, on the slice or elsewhere.
    """

    mean: float
    said: str
    part: float = 1.0
    share: float = 1.0
    otherwise: float = UNKNOWN


class Record(Value, frozen=True, kw_only=True):
    """How one model did on one kind: `n` outcomes (effective), their mean drawn toward its kin, a 95 % interval.

    Cost in dollars and latency in milliseconds are means per completed request; None where nothing is known. `start`
    is where the mean started, if anybody said so.
    """

    n: float
    mean: float
    low: float
    high: float
    cost_usd: float | None = None
    latency_ms: float | None = None
    start: Start | None = None

    @property
    def untold(self) -> float:
        """The mean as it would be if nobody had said where it starts."""
        told = self.start
        return self.mean if told is None else self.mean + told.share * (told.otherwise - told.mean)


class Point(Value, frozen=True):
    """What one price comes to on the last window: the share of dear calls, the quality kept of the incumbent's."""

    price: float
    share: float
    kept: float
    usd_per_request: float | None = None


class Dial(Value, frozen=True, kw_only=True):
    """What the operator asked for, and the price that it came to.

    `price` is charged per rented call (`per` "call") or per dollar; a model answers if its quality less its price is
    the highest. `met` is False where the last window says that the aim cannot be reached; `words` say what is served
    instead. `frontier` has the other two dials' forecasts.
    """

    name: DialName
    aim: float
    price: float
    per: Literal["call", "dollar"]
    met: bool
    words: str
    frontier: tuple[Point, ...] = ()


class Cost(Value, frozen=True):
    """What one model's answers cost on one kind: the mean in dollars, each counted as `most` of them at most."""

    usd: float
    most: float


class Costs(Value, frozen=True, kw_only=True):
    """What a belief under a budget expects a call to cost: by kind and model, by kind at its choices, and in the mean.

    That rests on `n` calls, in effect, whose costs are spread with this `variance`.
    """

    answers: dict[str, dict[str, Cost]]
    kinds: dict[str, float]
    usd: float
    variance: float
    n: float


class Forecast(Value, frozen=True, kw_only=True):
    """What a belief expects of its traffic, so that it can be seen when that is no longer what comes.

    The dial sends a `share` of the calls to `models`: the rented ones, or the incumbent where all are alike. `spread`
    has the shares of requests whose predicted gain falls between `edges`, after that of requests of which nothing is
    predicted. It rests on `n` prompts, in effect, of `span_s` seconds. `costs` are told under a budget alone.
    """

    models: tuple[str, ...]
    share: float
    edges: tuple[float, ...]
    spread: tuple[float, ...]
    n: float
    span_s: float
    costs: Costs | None = None


class Belief(Value, frozen=True, kw_only=True):
    """All of it for one tenant's route. `version` is a hash of what it was learned from.

    `texts` are packed text models by model; `speaks` has the kinds on which they may speak,
    `cascades` those on which the own model may be tried first. `names` has the tenant's
    own n-gram for a bucket, "word:…" or "char:…", for explanations; it never leaves the tenant.
    `latency_price` is charged for each second of an answer, in units of outcome. `priors` are what the
    operator expected of models when it was learned, `scale` says what outcomes are measured by: a judge against the
    incumbent, or, empty, a check. `drift` says what had changed, where that is why it was learned; a belief of before
    forecasts were made has no `forecast`. One that does not win has no `serves`: it is there to be read.
    """

    version: str
    tenant: str
    route: str
    incumbent: str
    at_s: float
    labels: int
    records: dict[str, dict[str, Record]]
    dial: Dial
    texts: dict[str, bytes] = {}
    speaks: tuple[str, ...] = ()
    cascades: dict[str, Cascade] = {}
    names: dict[str, str] = {}
    latency_price: float = 0.0
    priors: dict[str, Prior] = {}
    scale: str = ""
    forecast: Forecast | None = None
    drift: str = ""
    serves: bool = True


class Strata(Value, frozen=True, kw_only=True):
    """How often each kind is compared, as a multiple of the route's rate; `new` is that of any other kind."""

    kinds: dict[str, float] = {}
    new: float = 1.0

    def of(self, kind: str) -> float:
        """The multiple of one kind."""
        return self.kinds.get(kind, self.new)


class Unserved(Value, frozen=True):
    """What stands on the board where nothing that was learned serves, and why."""

    words: str


class Learned(Value, frozen=True):
    """A belief with its text models unpacked, as the board has it."""

    belief: Belief
    texts: dict[str, TextModel] = {}

    @property
    def vectors(self) -> str:
        """The word vectors that its text models were learned with; empty where any will do."""
        return next((model.vectors for model in self.texts.values()), "")

    def reads(self, vectors: str) -> bool:
        """Whether its text models can read prompts where these word vectors are loaded, or none."""
        return self.vectors in ("", vectors)
