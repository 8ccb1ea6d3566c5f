"""Booking: what the records of one drain become in the books.

A record that belongs to no hypothesis of this configuration is counted and left out; nothing that it says could be
judged. Words are kept only where somebody has still to read them, or where the two answers differ, and only as long as
the operator wants.
"""

import logging
from collections.abc import Iterable, Mapping

import msgspec

from understudy.canon.request import Request
from understudy.canon.value import Value
from understudy.jobs.judging import answered_row, lesson_row, outcome_row, sampled_row, verdict_row
from understudy.jobs.panel import Panel
from understudy.ports import (
    Answered,
    Batch,
    BeliefRow,
    Compared,
    ComparisonRow,
    Exchange,
    Feedback,
    KeptAnswer,
    LessonRow,
    Live,
    Order,
    OrderRow,
    OutcomeRow,
    Paired,
    PairRow,
    ProbeRow,
    Record,
    Sampled,
    StrataRow,
    TextRow,
    Verdict,
    VerdictRow,
)
from understudy.routing.board import Model

log = logging.getLogger(__name__)


class Words(Value, frozen=True):
    """The words of a pair, as they are kept for those who have to read them."""

    request: Request
    candidate: Answered
    incumbent: Answered


_WRITE = msgspec.msgpack.Encoder()
_READ: msgspec.msgpack.Decoder[Words] = msgspec.msgpack.Decoder(Words)
_READ_COMPARED: msgspec.msgpack.Decoder[Compared] = msgspec.msgpack.Decoder(Compared)


def words_of(row: TextRow) -> Words:
    """The words that a row keeps."""
    return _READ.decode(row.body)


def comparison_row(record: Compared, panel: Panel) -> ComparisonRow:
    """A comparison as it waits for its judge; its words go when the judge's time is over."""
    return ComparisonRow(
        exchange_id=record.exchange_id,
        tenant=record.tenant,
        route=record.route,
        at_s=record.at_s,
        expires_at_s=record.at_s + panel.spec.verdict_s,
        body=_WRITE.encode(record),
    )


def compared_of(row: ComparisonRow) -> Compared:
    """The comparison that a row keeps."""
    return _READ_COMPARED.decode(row.body)


class Booking:
    """One batch in the making; `panels` are by hypothesis, those of routes that choose from a pool by route."""

    def __init__(
        self, panels: Mapping[str, Panel], models: Mapping[str, Model], pools: Mapping[str, Panel] | None = None
    ) -> None:
        self._panels = panels
        self._pools = pools or {}
        self._models = models
        self._exchanges: list[Exchange] = []
        self._sampled: list[PairRow] = []
        self._settled: list[PairRow] = []
        self._outcomes: list[OutcomeRow] = []
        self._verdicts: list[VerdictRow] = []
        self._texts: list[TextRow] = []
        self._feedback: list[Feedback] = []
        self._kept: list[KeptAnswer] = []
        self._orders: list[OrderRow] = []
        self._lessons: list[LessonRow] = []
        self._comparisons: list[ComparisonRow] = []
        self._probes: list[ProbeRow] = []
        self._beliefs: list[BeliefRow] = []
        self._strata: list[StrataRow] = []

    def add(self, records: Iterable[Record]) -> None:
        """Take records in, in their order; imports are not booked here."""
        for record in records:
            match record:
                case Exchange():
                    self._exchanges.append(record)
                case Sampled():
                    self._sampled.append(sampled_row(record))
                case Verdict():
                    self._verdicts.append(verdict_row(record))
                case Feedback():
                    self._feedback.append(record)
                case KeptAnswer():
                    self._kept.append(record)
                case Order():
                    self._orders.append(OrderRow(**msgspec.structs.asdict(record)))
                case Compared() if record.route in self._pools:
                    self._teach(record, self._pools[record.route])
                case LessonRow():
                    self._lessons.append(record)
                case ProbeRow():
                    self._probes.append(record)
                case BeliefRow():
                    self._beliefs.append(record)
                case StrataRow():
                    self._strata.append(record)
                case Paired() | Live():
                    self._judge(record)
                case _:
                    pass

    def batch(self, positions: dict[str, int]) -> Batch:
        """All of it, with the place in the spool that it reaches to."""
        return Batch(
            exchanges=tuple(self._exchanges),
            sampled=tuple(self._sampled),
            settled=tuple(self._settled),
            outcomes=tuple(self._outcomes),
            verdicts=tuple(self._verdicts),
            texts=tuple(self._texts),
            feedback=tuple(self._feedback),
            kept=tuple(self._kept),
            lessons=tuple(self._lessons),
            comparisons=tuple(self._comparisons),
            probes=tuple(self._probes),
            beliefs=tuple(self._beliefs),
            strata=tuple(self._strata),
            orders=tuple(self._orders),
            positions=positions,
        )

    def _teach(self, record: Compared, panel: Panel) -> None:
        """A lesson; or a comparison that waits for the route's judge, and with it its words."""
        if panel.judge is None or len(record.answers) == 1:
            self._lessons.append(lesson_row(record, panel))
        else:
            self._comparisons.append(comparison_row(record, panel))

    def _judge(self, record: Paired | Live) -> None:
        panel = self._panels.get(record.hypothesis)
        if panel is None:
            log.warning("exchange %s belongs to no hypothesis of this configuration", record.exchange_id)
        elif isinstance(record, Live):
            self._outcomes.append(outcome_row(record, panel))
        elif record.settled_at_s <= record.deadline_s:
            row = answered_row(record, panel)
            self._settled.append(row)
            if row.answered and (panel.late or row.candidate != row.incumbent) and panel.spec.texts_s:
                self._texts.append(self._text(record, panel))

    def _text(self, record: Paired, panel: Panel) -> TextRow:
        mine, other = self._models.get(record.candidate.model), self._models.get(record.incumbent.model)
        expires_s = max(record.settled_at_s + panel.spec.texts_s, record.deadline_s if panel.late else 0.0)
        return TextRow(
            exchange_id=record.exchange_id,
            hypothesis=record.hypothesis,
            at_s=record.at_s,
            expires_at_s=expires_s,
            body=_WRITE.encode(Words(record.request, record.candidate, record.incumbent)),
            candidate_model=record.candidate.model,
            # A model that is no longer declared gave no leave.
            candidate_may_train=mine is not None and mine.may_train,
            candidate_may_evaluate=mine is not None and mine.may_evaluate,
            incumbent_model=record.incumbent.model,
            incumbent_may_train=other is not None and other.may_train,
            incumbent_may_evaluate=other is not None and other.may_evaluate,
        )
