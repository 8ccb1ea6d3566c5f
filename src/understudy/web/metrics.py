"""Metrics for Prometheus, counted from the same records that go into the books. Labels are bounded by configuration."""

from collections.abc import Iterable
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from understudy.ports import Exchange

_LATENCY_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
# What cost nothing because nothing was answered.
NOT_ANSWERED = ("failed", "refused")


class Resting(NamedTuple):
    """A place of a model that is left alone after failures, and why."""

    provider: str
    model: str
    why: str


class Believed(NamedTuple):
    """A route's judge, and whether its verdicts count now."""

    route: str
    judge: str
    believed: bool


class Metrics:
    """The counters of one worker. A model or route that is not declared counts as 'other'."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "understudy_requests",
            "Answers by route, model, purpose and status.",
            ("route", "model", "purpose", "status"),
            registry=self._registry,
        )
        self._duration = Histogram(
            "gen_ai_server_request_duration_seconds",
            "Time from request to the end of the answer.",
            ("gen_ai_request_model", "gen_ai_response_model"),
            buckets=_LATENCY_S,
            registry=self._registry,
        )
        self._first_token = Histogram(
            "gen_ai_server_time_to_first_token_seconds",
            "Time from request to the first content.",
            ("gen_ai_response_model",),
            buckets=_LATENCY_S,
            registry=self._registry,
        )
        self._tokens = Counter(
            "gen_ai_client_token_usage",
            "Tokens by model and type.",
            ("gen_ai_response_model", "gen_ai_token_type"),
            registry=self._registry,
        )
        self._cost = Counter(
            "understudy_cost_usd", "Money spent, in dollars.", ("model", "purpose"), registry=self._registry
        )
        self._unpriced = Counter(
            "understudy_unpriced",
            "Answers whose cost is unknown: budgets count them as nothing.",
            ("model", "purpose"),
            registry=self._registry,
        )
        self._resting = Gauge(
            "understudy_resting_places",
            "Places of models that this worker leaves alone after failures, while it does.",
            ("provider", "model"),
            registry=self._registry,
        )
        self._believed = Gauge(
            "understudy_judge_believed",
            "1 where a route's judge rejects answers that say nothing, so that its verdicts count; else 0.",
            ("route", "judge"),
            registry=self._registry,
        )
        self._malformed = Counter(
            "understudy_malformed_events",
            "Events of upstream streams that said nothing and were skipped.",
            ("model",),
            registry=self._registry,
        )
        self._omissions = Counter(
            "understudy_omissions", "Fields that a translation could not carry.", ("model",), registry=self._registry
        )

    def observe(self, exchange: Exchange) -> None:
        """Count one booked exchange."""
        model = self._label(exchange.model)
        asked = self._label(exchange.asked)
        self._requests.labels(self._label(exchange.route), model, exchange.purpose, exchange.status).inc()
        if exchange.purpose != "shadow" or exchange.status != "refused":
            # A comparison that was left out took no time.
            self._duration.labels(asked, model).observe(exchange.latency_ms / 1000)
        if exchange.first_token_ms is not None:
            self._first_token.labels(model).observe(exchange.first_token_ms / 1000)
        if exchange.usage.total_in is not None:
            self._tokens.labels(model, "input").inc(exchange.usage.total_in)
        if exchange.usage.out is not None:
            self._tokens.labels(model, "output").inc(exchange.usage.out)
        if exchange.cost_nano_usd:
            self._cost.labels(model, exchange.purpose).inc(exchange.cost_nano_usd / 1e9)
        if exchange.cost_nano_usd is None and exchange.status not in NOT_ANSWERED:
            self._unpriced.labels(model, exchange.purpose).inc()
        if exchange.malformed:
            self._malformed.labels(model).inc(exchange.malformed)
        if exchange.omissions:
            self._omissions.labels(model).inc(len(exchange.omissions))

    def render(self, resting: Iterable[Resting] = (), judges: Iterable[Believed] = ()) -> bytes:
        """The page that Prometheus reads; `resting` are the places that this worker leaves alone now.

        `judges` are those that were tried often enough for a word on them.
        """
        self._believed.clear()
        for judge in judges:
            self._believed.labels(self._label(judge.route), self._label(judge.judge)).set(judge.believed)
        self._resting.clear()
        for place in resting:
            self._resting.labels(place.provider, self._label(place.model)).inc()
        return generate_latest(self._registry)

    def _label(self, name: str | None) -> str:
        if name is None:
            return "none"
        return name if name in self._known else "other"
