"""Evidence: pairs and live outcomes, what was said of them, and who is still to say something."""

from collections.abc import Collection, Sequence

import msgspec
import sqlalchemy as sa

from understudy.ports import OutcomeRow, PairRow, ScoreRow, Source, TextRow, VerdictRow, Waiting
from understudy.storage.database import Database
from understudy.storage.tables import outcomes, pairs, slices, texts, verdicts


class Evidence(Database):
    """What the evaluator, judges and people look at."""

    def pairs(self, hypothesis: str, after_seq: int = 0) -> list[PairRow]:
        """The pairs of a hypothesis in the order in which they were sampled, as far as the spool told of them."""
        asked = sa.select(pairs).where(pairs.c.hypothesis == hypothesis, pairs.c.seq > after_seq)
        return [PairRow(**row._mapping) for row in self._rows(asked.order_by(pairs.c.seq))]

    def outcomes(self, hypothesis: str, after_seq: int = 0) -> list[OutcomeRow]:
        """The live outcomes of a hypothesis in the order in which they were booked."""
        asked = sa.select(outcomes).where(outcomes.c.hypothesis == hypothesis, outcomes.c.seq > after_seq)
        return [OutcomeRow(**row._mapping) for row in self._rows(asked.order_by(outcomes.c.seq))]

    def multi_turn(self) -> set[str]:
        """The slices' hypotheses that were ever shown a conversation of several turns."""
        seen = sa.exists().where(pairs.c.hypothesis == slices.c.hypothesis, pairs.c.idle_s.is_not(None))
        return {row.hypothesis for row in self._rows(sa.select(slices.c.hypothesis).where(seen))}

    def verdicts(self, hypothesis: str, after_seq: int = 0) -> list[VerdictRow]:
        """The verdicts on those pairs of a hypothesis that have a higher number, in the order of booking."""
        asked = sa.select(verdicts).where(verdicts.c.hypothesis == hypothesis)
        if after_seq:
            later = sa.select(pairs.c.exchange_id).where(pairs.c.hypothesis == hypothesis, pairs.c.seq > after_seq)
            asked = asked.where(verdicts.c.exchange_id.in_(later))
        return [VerdictRow(**row._mapping) for row in self._rows(asked.order_by(verdicts.c.seq))]

    def waiting(
        self, sources: Sequence[Source], hypotheses: Collection[str], now_s: float, limit: int
    ) -> list[PairRow]:
        """Answered pairs of these hypotheses, with words, within their deadline, without a verdict of these sources.

        A "label" waits only where one was asked for; the oldest come first.
        """
        heard = sa.select(verdicts.c.seq).where(
            verdicts.c.exchange_id == pairs.c.exchange_id, verdicts.c.source.in_(sources)
        )
        readable = sa.exists().where(texts.c.exchange_id == pairs.c.exchange_id)
        wanted = (readable, pairs.c.answered, sa.not_(pairs.c.settled), pairs.c.deadline_s > now_s)
        asked = sa.select(pairs).where(*wanted, pairs.c.hypothesis.in_(list(hypotheses)), ~heard.exists())
        if "label" in sources:
            asked = asked.where(pairs.c.asked)
        return [PairRow(**row._mapping) for row in self._rows(asked.order_by(pairs.c.seq).limit(limit))]

    def waiting_for(self, exchange_id: str) -> Waiting | None:
        """One pair with its words, whatever was said of it; None without such a pair or without words."""
        rows = self._rows(sa.select(pairs).where(pairs.c.exchange_id == exchange_id))
        words = self._rows(sa.select(texts).where(texts.c.exchange_id == exchange_id))
        if not rows or not words:
            return None
        text = TextRow(**words[0]._mapping)
        body = self._vault.open(text.body, exchange_id)
        return Waiting(PairRow(**rows[0]._mapping), msgspec.structs.replace(text, body=body))

    def scores(self) -> list[ScoreRow]:
        """How both models did, by hypothesis: sums of outcomes over the settled pairs that have both."""
        asked = (
            sa.select(
                pairs.c.hypothesis,
                sa.func.count().label("n"),
                sa.func.sum(pairs.c.candidate).label("candidate"),
                sa.func.sum(pairs.c.incumbent).label("incumbent"),
            )
            .where(pairs.c.settled, pairs.c.candidate.is_not(None), pairs.c.incumbent.is_not(None))
            .group_by(pairs.c.hypothesis)
            .order_by(pairs.c.hypothesis)
        )
        return [ScoreRow(**row._mapping) for row in self._rows(asked)]
