"""The database, as named questions."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from understudy.ports.records import BeliefRow, Exchange, KeptAnswer, LessonRow, ProbeRow, Source, StrataRow
from understudy.ports.rows import (
    Batch,
    Bill,
    ComparisonRow,
    HypothesisRow,
    LeftOutRow,
    OrderRow,
    OutcomeRow,
    PairRow,
    ScoreRow,
    SliceRow,
    SpendRow,
    TrafficRow,
    TransitionRow,
    VerdictRow,
    Waiting,
)


class Store(Protocol):
    """The database, read and written through named questions. Only the books process writes."""

    def enter(self, batch: Batch) -> None:
        """Write a batch once: rows already there (same id) are left as they are, positions move on."""
        ...

    def positions(self) -> dict[str, int]:
        """How far each spool segment has been drained, in bytes."""
        ...

    def booked(self, ids: Collection[str]) -> set[str]:
        """Those of these exchanges that are in the journal."""
        ...

    def register(self, row: HypothesisRow, slice_row: SliceRow | None) -> None:
        """Write a hypothesis and point its slice at it, before its first pair; the board version moves on.

        An imported hypothesis has no slice.
        """
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

    def verdicts(self, hypothesis: str, after_seq: int = 0) -> list[VerdictRow]:
        """The verdicts on those pairs of a hypothesis that have a higher number, in the order of booking."""
        ...

    def waiting(
        self, sources: Sequence[Source], hypotheses: Collection[str], now_s: float, limit: int
    ) -> list[PairRow]:
        """Answered pairs of these hypotheses, with words, within their deadline, without a verdict of these sources.

        A "label" waits only where one was asked for; the oldest come first.
        """
        ...

    def waiting_for(self, exchange_id: str) -> Waiting | None:
        """One pair with its words, whatever was said of it; None without such a pair or without words."""
        ...

    def forget_texts(self, now_s: float) -> int:
        """Delete the words that have expired, kept answers among them; of how many pairs and answers."""
        ...

    def kept(self, tenant: str, answer_id: str) -> KeptAnswer | None:
        """An answer that a tenant may go on from; without words where it was deleted, None where it is not there."""
        ...

    def lessons(self, route: str, after_seq: int, limit: int) -> list[LessonRow]:
        """What a route learns from, beyond a number, oldest first."""
        ...

    def past(self, tenant: str, route: str, now_s: float, limit: int) -> list[LessonRow]:
        """What a tenant's route was taught last, newest first, of prompts whose words have not expired."""
        ...

    def newest(self, routes: Collection[str], most: int) -> list[LessonRow]:
        """The newest lessons of each tenant of these routes, newest first and without their words."""
        ...

    def lesson(self, exchange_id: str, now_s: float) -> LessonRow | None:
        """What one exchange taught; None if it taught nothing, or its words have expired."""
        ...

    def unjudged(self, routes: Collection[str], now_s: float, limit: int) -> list[tuple[str, str]]:
        """The comparisons of these routes that wait for a judge, as exchange and route, oldest first."""
        ...

    def comparison_counts(self, now_s: float) -> dict[tuple[str, str], int]:
        """How many comparisons of each tenant and route wait for a judge."""
        ...

    def comparison(self, exchange_id: str) -> ComparisonRow | None:
        """One comparison that waits for a judge; None if its words are gone, or it became a lesson."""
        ...

    def probes(self, route: str, limit: int) -> list[ProbeRow]:
        """What a route's judge said of answers that say nothing, newest first."""
        ...

    def probe_count(self, route: str) -> int:
        """How often a route's judges were asked about answers that say nothing."""
        ...

    def probed(self, exchange_id: str, version: str) -> bool:
        """Whether an exchange has served a judge's version for a probe."""
        ...

    def judged_since(self, route: str, at_s: float) -> int:
        """On how many lessons and pairs of a route a judge has spoken since a moment."""
        ...

    def falls(self, route: str) -> list[ProbeRow]:
        """The probes by which a route's judges lost their belief, oldest first."""
        ...

    def doubted_lessons(self, route: str, *, tenant: str | None = None) -> set[str]:
        """The lessons of a route that a judge spoke on between its last passed round and its fall, by exchange.

        Of one tenant or of all.
        """
        ...

    def doubted_verdicts(self) -> dict[str, int]:
        """How many verdicts on each hypothesis's pairs its judge gave between its last passed round and its fall."""
        ...

    def lesson_counts(self) -> dict[tuple[str, str], dict[str, int]]:
        """How many lessons there are of each tenant and route, by kind."""
        ...

    def beliefs(self, known: Mapping[tuple[str, str], float] = MappingProxyType({})) -> list[BeliefRow]:
        """What the routes believe, less what is `known`: by tenant and route, of which moment."""
        ...

    def strata(self) -> list[StrataRow]:
        """How often each kind of each tenant's route is compared."""
        ...

    def paces(self) -> dict[str, float]:
        """What the budget of each route with a pool leaves of its comparisons, in [0, 1]."""
        ...

    def set_pace(self, route: str, pace: float) -> None:
        """Set what a route's budget leaves of its comparisons; the board moves on if it changed."""
        ...

    def held(self, tenant: str) -> dict[str, int]:
        """How much a tenant's deletion would take, by what it is."""
        ...

    def delete_tenant(self, order_id: str, tenant: str, at_s: float) -> str:
        """Delete a tenant's words, weights and reactions, as an open order asks; what the order is answered."""
        ...

    def deleted(self) -> dict[str, float]:
        """When each deleted tenant was deleted, the last time."""
        ...

    def open_orders(self) -> list[OrderRow]:
        """What people asked for and nobody has answered yet, oldest first."""
        ...

    def answer_order(self, order_id: str, hypothesis: str, *, done: bool, words: str) -> None:
        """Keep what came of an order, and under which hypothesis."""
        ...

    def orders(self, hypothesis: str | None = None) -> list[OrderRow]:
        """What people asked for, oldest first, under one hypothesis or all."""
        ...

    def order_of(self, order_id: str) -> OrderRow | None:
        """What came of one order; None while it is not in the books."""
        ...

    def exchange(self, exchange_id: str) -> Exchange | None:
        """One exchange of the journal; None if it is not there (yet)."""
        ...

    def first_exchange_s(self) -> float | None:
        """When the journal begins; None while it is empty."""
        ...

    def left_out(self, since_s: float) -> list[LeftOutRow]:
        """The comparisons that were drawn since then and left out, by slice and by the model that had no slot."""
        ...

    def traffic(self, since_s: float) -> list[TrafficRow]:
        """How much was asked since then and what it cost, by tenant, route, kind, purpose and model."""
        ...

    def spent(self, day: int) -> list[tuple[str, str, int]]:
        """What a day (counted from the epoch, UTC) has cost by key and route, "" for none, in nano-dollars."""
        ...

    def spending(self, stretch_s: int, *, tenant: str | None = None) -> list[SpendRow]:
        """What was asked and what it cost, by tenant, route, purpose, model and stretch of seconds, oldest first.

        Of one tenant or of all.
        """
        ...

    def set_rate(self, tenant: str, route: str, kind: str, rate: float) -> None:
        """Set the share of a slice's requests that are compared; the board moves on if it changed."""
        ...

    def save(self, slice_row: SliceRow, transition: TransitionRow | None, *, lease: str, fence: int) -> None:
        """Keep a slice's state, and a transition with it, if the lease still holds; the board moves on if one came.

        Raises StaleLease if another evaluator took over, BrokenChain if the transition does not follow the last one.
        """
        ...

    def multi_turn(self) -> set[str]:
        """The slices' hypotheses that were ever shown a conversation of several turns."""
        ...

    def scores(self) -> list[ScoreRow]:
        """How both models did, by hypothesis."""
        ...

    def transitions(
        self, route: str | None = None, kind: str | None = None, tenant: str | None = None
    ) -> list[TransitionRow]:
        """The record, oldest first, of one slice or of all (the chain runs over all)."""
        ...

    def lease(self, name: str, holder: str, ttl_s: float, now_s: float) -> int | None:
        """Take or renew a lease: its fencing number, never handed out twice; None while another holder has it."""
        ...

    def release(self, name: str, holder: str) -> None:
        """Give a lease back before its end, if this holder has it."""
        ...

    def board_version(self) -> int:
        """A number that moves on with every change that callers can feel."""
        ...

    def exchanges(self, limit: int = 100, *, route: str | None = None, tenant: str | None = None) -> list[Exchange]:
        """The newest exchanges of the journal, of one route or of all, of one tenant or of all."""
        ...

    def money(self, *, tenant: str | None = None) -> list[Bill]:
        """What was asked and what it cost, of one tenant or of all, in order of tenant, route, kind and model."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class StaleLease(Exception):
    """Another evaluator holds the lease by now: what this one decided is not written."""


class BrokenChain(Exception):
    """A transition did not follow the last one of the record: it is not written."""
