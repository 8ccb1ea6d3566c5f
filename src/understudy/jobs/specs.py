"""What the operator says of a route: who serves it, who hopes to, and when a slice of it may move."""

import datetime
import re
from typing import Annotated, Literal

from msgspec import Meta

from understudy.canon.value import Value
from understudy.parity.fleet import DEFAULT_PLACES
from understudy.parity.gate import Policy
from understudy.parity.slices import OutcomeKind, RiskClass
from understudy.routing.beliefs import DialName
from understudy.routing.board import Tag
from understudy.routing.priors import Prior

# A route is part of a slice's text form, which is cut at ':' and '/'.
RouteName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z",
        description="{0!r} is no name of a route; write 1 to 128 letters, digits, '.', '_', '-'",
    ),
]
Duration = (
    Annotated[
        str,
        Meta(
            pattern=r"^\d+(\.\d+)?(ms|s|m|h|d)\Z",
            description="{0!r} is no duration; write seconds, or 500ms, 30s, 5m, 1h, 1d",
        ),
    ]
    | Annotated[float, Meta(ge=0)]
)
Fraction = Annotated[float, Meta(ge=0, le=1)]
Margin = Annotated[float, Meta(gt=0, lt=1)]
Date = datetime.date
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(duration: str | float) -> float:
    """A duration in seconds: a number is seconds already, text has its unit (ms, s, m, h, d)."""
    if not isinstance(duration, str):
        return float(duration)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", duration)
    if match is None:
        raise ValueError(f"{duration!r} is no duration; write 30s, 5m, 1h or 1d")
    return float(match[1]) * _UNITS_S[match[2]]


def midnight_s(day: datetime.date) -> float:
    """When a day begins in UTC, as Unix time in seconds."""
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp()


class JudgeSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model that compares two answers, and by what: the candidate's with the incumbent's, or each model's of a pool.

    It must be of no compared model's family, and bear all of the route's `only_tags`, since it reads what is asked.
    `rubric` says in words what makes an answer better; `calls_per_day` is a hard cap on what judging may take.
    `any_family` lets a model judge its own kin, or one whose maker is not known.
    """

    model: str
    rubric: str = ""
    calls_per_day: Annotated[int, Meta(ge=0)] | None = None
    any_family: bool = False


class GuardrailSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another check that must hold besides quality, with a margin of its own; it is never averaged in.

    `unsafe` says that a candidate that breaks it leaves running conversations at once.
    """

    check: str
    margin: Margin = 0.02
    unsafe: bool = False


class ParitySpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a slice may move. `shadow` is the largest share of requests that both models answer, in [0, 1]; of a pool it
    is the mean share that all models answer.

    Who says which answer is better: a `check`, or a `judge` if there is one; `labels` is the share of compared units
    that people are asked about (with a judge to correct it, without one instead of any check), `label_deadline` how
    long they have. With `feedback` users must agree from 25 % on. `guardrails` are further checks by name.

    `margin` is the largest loss of quality that is still acceptable; `dwell` the shortest stay on a rung, and `cycle`
    that before half of the traffic moves; `watch` the average number of pairs between false alarms after 100 %, where
    `holdout` of the traffic stays with the incumbent; `retires` the day on which the incumbent ends (YYYY-MM-DD, UTC).
    `unit_idle` is the silence that closes a conversation, `verdict_deadline` how long a judge or a slow check may take,
    `texts` how long words are kept for labels and examples (0 keeps none), `lessons` how long a route with a pool keeps
    what it learns from, `pool` joins kinds into one slice.
    """

    margin: Margin = 0.05
    shadow: Fraction = 0.05
    check: str = "expected"
    judge: JudgeSpec | None = None
    labels: Fraction = 0.0
    label_deadline: Duration = "3d"
    verdict_deadline: Duration = "1h"
    feedback: bool = False
    guardrails: dict[str, GuardrailSpec] = {}
    dwell: Duration = "1h"
    cycle: Duration = "1d"
    risk: Literal["normal", "high"] = "normal"
    approvals: Annotated[int, Meta(ge=0)] = 0
    watch: Annotated[float, Meta(gt=1)] = 1000.0
    holdout: Fraction = 0.0
    retires: Date | None = None
    unit_idle: Duration = "30m"
    texts: Duration = "7d"
    lessons: Duration = "90d"
    pool: dict[str, tuple[str, ...]] = {}
    shadow_budget_usd_per_day: Annotated[float, Meta(ge=0)] | None = None

    @property
    def outcome(self) -> OutcomeKind:
        """What kind of outcome the slices of this route rest on."""
        if self.judge is None:
            return OutcomeKind.HUMAN if self.labels else OutcomeKind.CHECK
        if self.labels:
            return OutcomeKind.JUDGE_WITH_LABELS
        return OutcomeKind.FEEDBACK if self.feedback else OutcomeKind.JUDGE

    @property
    def checks(self) -> tuple[str, ...]:
        """Every check that this route needs, by name."""
        own = (self.check,) if self.outcome is OutcomeKind.CHECK else ()
        return tuple(dict.fromkeys((*own, *(rail.check for rail in self.guardrails.values()))))

    @property
    def lessons_s(self) -> float:
        """How long what a route learns from is kept, in seconds."""
        return seconds(self.lessons)

    @property
    def verdict_s(self) -> float:
        """How long a judge or a slow check may take, in seconds."""
        return seconds(self.verdict_deadline)

    @property
    def texts_s(self) -> float:
        """How long words are kept, in seconds; 0 keeps none."""
        return seconds(self.texts)

    def policy(self, *, multi_turn: bool) -> Policy:
        """The gate's policy; whether a slice holds conversations is seen in its traffic."""
        return Policy(
            dwell_s=seconds(self.dwell),
            cycle_s=seconds(self.cycle),
            risk=RiskClass(self.risk),
            approvals=self.approvals,
            multi_turn=multi_turn,
            watch_at=self.watch,
            retires_at_s=midnight_s(self.retires) if self.retires else None,
        )

    def kind(self, kind: str) -> str:
        """The kind of the slice that a request of this kind belongs to."""
        return next((pooled for pooled, kinds in self.pool.items() if kind in kinds), kind)


class FleetSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds over all slices. `hypotheses` is how many a tenant may open in half a year; see `parity.fleet`."""

    hypotheses: Annotated[int, Meta(ge=1)] = DEFAULT_PLACES


class RoutingSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What helps all routes that choose from a pool.

    `vectors` is a folder with static word vectors in model2vec's layout (`tokenizer.json`, `model.safetensors`): what a
    prompt means then counts beside its words. Needs `pip install 'understudy[vectors]'`; nothing is downloaded.
    """

    vectors: str | None = None


class RouteSpec(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One route: a name that callers put in `model`.

    Either a `candidate` hopes to take over from the `incumbent`, or the model is chosen for each request from the pool
    `choose_from`, by what was learned; the incumbent then answers wherever nothing is sure, and is the first rented
    model of the pool unless it is named. At most one dial says what else counts: `quality_target` is the share of the
    incumbent's quality to keep with as few rented calls as possible, `rented_share` the share of calls to rented
    models, `budget_usd_per_day` dollars a day. Without a dial the best model answers. `explore` is the share of
    requests that fall to a model of the pool by chance, `latency_price` what each second of an answer is charged, in
    units of outcome: 0.02 gives up two points of quality for a second. `priors` say by model of the pool what is
    expected of it before anything was seen; they let none of them serve. With `cascade` the first own model answers
    first where that is worth more, and the incumbent what the route's check refuses. Only models that bear all of
    `only_tags` answer a request of the route. Where it is `strict` a request of which anything would stay behind in
    translation is a 400.

    Where a model fails before its first words the incumbent answers, then the `fallbacks` in their order; of a pool,
    unless `fallbacks` is set, the next best of its models that may.
    """

    name: RouteName
    incumbent: str = ""
    candidate: str | None = None
    choose_from: tuple[str, ...] = ()
    quality_target: Annotated[float, Meta(gt=0, le=1)] | None = None
    rented_share: Fraction | None = None
    budget_usd_per_day: Annotated[float, Meta(gt=0)] | None = None
    only_tags: tuple[Tag, ...] = ()
    explore: Annotated[float, Meta(ge=0, le=0.05)] = 0.0
    latency_price: Annotated[float, Meta(ge=0)] = 0.0
    priors: dict[str, Prior] = {}
    cascade: bool = False
    strict: bool = False
    fallbacks: tuple[str, ...] | None = None
    parity: ParitySpec = ParitySpec()

    @property
    def dials(self) -> dict[DialName, float]:
        """The dials that are set, by name: at most one."""
        told: dict[DialName, float | None] = {
            "quality_target": self.quality_target,
            "rented_share": self.rented_share,
            "budget_usd_per_day": self.budget_usd_per_day,
        }
        return {name: aim for name, aim in told.items() if aim is not None}
