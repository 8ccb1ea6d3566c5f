"""The contract of ports.Store for evidence: pairs, outcomes, what is said of them, and who is waited for."""

import msgspec
from tests.storage.samples import (
    HYPOTHESIS,
    answered,
    hypothesis_row,
    open_pair,
    outcome,
    settled_pair,
    slice_row,
    text,
    verdict,
)

from understudy.ports import Batch, Feedback, ScoreRow, Store


class EvidenceContract:
    """Every test takes an empty store that was opened with a secret."""

    def test_PAR_1_9_pairs_are_numbered_in_the_order_of_their_sampling(self, store: Store) -> None:
        store.enter(Batch(sampled=(open_pair(7), open_pair(2))))
        store.enter(Batch(settled=(settled_pair(2),), sampled=(open_pair(5),)))
        store.enter(Batch(settled=(settled_pair(7),)))
        rows = store.pairs(HYPOTHESIS)
        assert [row.exchange_id[-1] for row in rows] == ["7", "2", "5"]
        assert [row.seq for row in rows] == sorted({row.seq for row in rows})
        assert [row.settled for row in rows] == [True, True, False]
        assert store.pairs(HYPOTHESIS, rows[0].seq) == rows[1:]

    def test_a_settlement_keeps_what_was_said_at_the_sampling(self, store: Store) -> None:
        store.enter(Batch(sampled=(open_pair(1),)))
        store.enter(Batch(settled=(settled_pair(1),)))
        (row,) = store.pairs(HYPOTHESIS)
        said, told = open_pair(1), settled_pair(1)
        assert (row.at_s, row.deadline_s, row.propensity, row.idle_s) == (1.0, 601.0, 0.05, 1800.0)
        expected = msgspec.structs.replace(
            told,
            at_s=said.at_s,
            deadline_s=said.deadline_s,
            propensity=said.propensity,
            idle_s=said.idle_s,
            seq=row.seq,
        )
        assert row == expected

    def test_PAR_1_5_the_first_settlement_of_a_pair_wins(self, store: Store) -> None:
        twice = settled_pair(2, candidate=0.0)
        store.enter(Batch(sampled=(open_pair(1), open_pair(2)), settled=(settled_pair(1), settled_pair(2), twice)))
        store.enter(Batch(settled=(settled_pair(1, candidate=0.0, missing="late"),), sampled=(open_pair(1),)))
        assert [(row.candidate, row.missing) for row in store.pairs(HYPOTHESIS)] == [(1.0, None), (1.0, None)]

    def test_a_settlement_that_was_never_announced_is_a_pair(self, store: Store) -> None:
        store.enter(Batch(settled=(settled_pair(9, missing="incumbent: timeout", incumbent=None),)))
        (row,) = store.pairs(HYPOTHESIS)
        expected = settled_pair(9, missing="incumbent: timeout", incumbent=None)
        assert row == msgspec.structs.replace(expected, seq=row.seq)

    def test_pairs_and_outcomes_are_those_of_one_hypothesis(self, store: Store) -> None:
        store.enter(
            Batch(sampled=(open_pair(1), open_pair(2, "hyp_2")), outcomes=(outcome(3), outcome(4, 1.0, "hyp_2")))
        )
        assert [row.exchange_id for row in store.pairs("hyp_2")] == ["ex_00000002"]
        assert [row.exchange_id for row in store.outcomes("hyp_2")] == ["ex_00000004"]

    def test_outcomes_come_in_the_order_of_their_booking(self, store: Store) -> None:
        store.enter(Batch(outcomes=(outcome(8), outcome(3, None))))
        store.enter(Batch(outcomes=(outcome(8, 0.0), outcome(5, 0.0))))
        rows = store.outcomes(HYPOTHESIS)
        assert [(row.exchange_id[-1], row.outcome) for row in rows] == [("8", 1.0), ("3", None), ("5", 0.0)]
        assert store.outcomes(HYPOTHESIS, rows[1].seq) == rows[2:]

    def test_scores_are_over_the_pairs_that_have_both_outcomes(self, store: Store) -> None:
        half = settled_pair(3, incumbent=None, missing="incumbent: timeout")
        other = settled_pair(4, hypothesis="hyp_2", candidate=0.0)
        settled = (settled_pair(1), settled_pair(2, candidate=0.5), half, other)
        store.enter(Batch(sampled=(open_pair(1), open_pair(9)), settled=settled))
        assert store.scores() == [
            ScoreRow(hypothesis=HYPOTHESIS, n=2, candidate=1.5, incumbent=0.5),
            ScoreRow(hypothesis="hyp_2", n=1, candidate=0.0, incumbent=0.25),
        ]

    def test_whether_conversations_were_seen(self, store: Store) -> None:
        store.register(hypothesis_row(), slice_row())
        elsewhere = msgspec.structs.replace(open_pair(1), hypothesis="of no slice", idle_s=60.0)
        store.enter(Batch(sampled=(elsewhere, msgspec.structs.replace(open_pair(2), idle_s=None))))
        assert store.multi_turn() == set()
        store.enter(Batch(sampled=tuple(msgspec.structs.replace(open_pair(n), idle_s=60.0) for n in (3, 4))))
        assert store.multi_turn() == {HYPOTHESIS}

    def test_the_first_verdict_of_a_source_counts_and_none_on_an_unknown_pair(self, store: Store) -> None:
        pair = answered(1)
        store.enter(Batch(settled=(pair,), verdicts=(verdict(pair), verdict(pair, score=-1.0), verdict(answered(9)))))
        store.enter(Batch(verdicts=(verdict(pair, score=-1.0), verdict(pair, "label", 1.0))))
        found = store.verdicts(HYPOTHESIS)
        assert [(one.source, one.score, one.digest) for one in found] == [("judge", 0.5, "d"), ("label", 1.0, "d")]
        assert store.verdicts(HYPOTHESIS, after_seq=store.pairs(HYPOTHESIS)[0].seq) == []

    def test_an_answered_pair_is_filled_in_and_stays_open_and_the_first_word_counts(self, store: Store) -> None:
        store.enter(Batch(sampled=(msgspec.structs.replace(open_pair(1), asked=True, label_propensity=0.5),)))
        store.enter(Batch(settled=(answered(1, surplus=0.25, rails=b'{"a":[1,0]}'),)))
        store.enter(Batch(settled=(settled_pair(1),)))
        [row] = store.pairs(HYPOTHESIS)
        assert (row.answered, row.settled, row.candidate, row.asked, row.label_propensity) == (
            True,
            False,
            None,
            True,
            0.5,
        )
        assert (row.surplus, row.rails) == (0.25, b'{"a":[1,0]}')

    def test_what_waits_for_whom(self, store: Store) -> None:
        late = 1_000_000_000_000.0
        pairs = [answered(n, deadline_s=late, asked=n == 2) for n in range(1, 5)] + [settled_pair(5)]
        pairs[3] = msgspec.structs.replace(pairs[3], deadline_s=1.0)
        wordless = answered(6, deadline_s=late, asked=True)
        store.enter(Batch(sampled=(wordless,), settled=(wordless,)))
        words = tuple(text(pair, late) for pair in pairs)
        store.enter(Batch(sampled=tuple(pairs), settled=tuple(pairs), verdicts=(verdict(pairs[0]),), texts=words))

        def waiting(*sources: str, of: str = HYPOTHESIS, limit: int = 9) -> list[str]:
            return [row.exchange_id for row in store.waiting(sources, [of], 50.0, limit)]  # type: ignore[arg-type]

        assert waiting("check", "judge") == [pairs[1].exchange_id, pairs[2].exchange_id]
        assert waiting("check", "judge", limit=1) == [pairs[1].exchange_id]
        assert waiting("label") == [pairs[1].exchange_id]
        assert waiting("judge", of="another") == []

    def test_words_come_back_until_they_expire(self, store: Store) -> None:
        pair, other = answered(1), answered(2)
        store.enter(Batch(settled=(pair, other), texts=(text(pair), text(other, 200.0))))
        store.enter(Batch(texts=(msgspec.structs.replace(text(pair), body=b"later"),)))
        found = store.waiting_for(pair.exchange_id)
        assert found is not None
        assert found.text == text(pair)
        assert store.forget_texts(100.0) == 1
        assert store.waiting_for(pair.exchange_id) is None
        assert store.waiting_for(other.exchange_id) is not None
        assert store.waiting_for("nothing") is None

    def test_the_first_reaction_of_a_unit_is_its_outcome(self, store: Store) -> None:
        told = Feedback(
            id="f1",
            exchange_id="e1",
            at_s=1.0,
            key="app",
            signal="thumb",
            y=0.0,
            hypothesis=HYPOTHESIS,
            unit="u",
            side="candidate",
        )
        again = msgspec.structs.replace(told, id="f2", y=1.0)
        silent = msgspec.structs.replace(told, id="f3", unit="v", side=None)
        store.enter(Batch(feedback=(told, again, silent)))
        store.enter(Batch(feedback=(told,)))
        [row] = store.outcomes(HYPOTHESIS)
        assert (row.outcome, row.good, row.side, row.alone) == (0.0, None, "candidate", False)
