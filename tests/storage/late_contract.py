"""The contract of ports.Store for what is said after the answers: verdicts, words, reactions, orders, leases back."""

import msgspec
from tests.storage.samples import HYPOTHESIS, exchange, hypothesis_row, open_pair, settled_pair, slice_row

from understudy.ports import (
    Batch,
    Exchange,
    Feedback,
    KeptAnswer,
    OrderRow,
    PairRow,
    SpendRow,
    Store,
    TextRow,
    VerdictRow,
)

SECRET = b"the secret of these tests"


def answered(number: int, **changes: object) -> PairRow:
    """A pair whose answers are there and whose verdict is not."""
    return msgspec.structs.replace(
        settled_pair(number), settled=False, answered=True, candidate=None, incumbent=None, **changes
    )


def verdict(pair: PairRow, source: str = "judge", score: float = 0.5) -> VerdictRow:
    said = {"exchange_id": pair.exchange_id, "hypothesis": pair.hypothesis, "source": source, "score": score}
    return msgspec.convert(said | {"at_s": 1.0, "by": "third", "digest": "d"}, VerdictRow)


def text(pair: PairRow, expires_at_s: float = 100.0) -> TextRow:
    return TextRow(
        exchange_id=pair.exchange_id,
        hypothesis=pair.hypothesis,
        at_s=1.0,
        expires_at_s=expires_at_s,
        body=b"private words",
        candidate_model="own",
        candidate_may_train=True,
        candidate_may_evaluate=True,
        incumbent_model="rented",
        incumbent_may_train=False,
        incumbent_may_evaluate=True,
    )


def order(number: int, **changes: object) -> OrderRow:
    made = OrderRow(
        id=f"o{number}",
        at_s=1.0,
        tenant="default",
        route="r",
        kind="k",
        verb="hold",
        who="ann",
        rung=None,
        seen="",
        note="",
    )
    return msgspec.structs.replace(made, **changes)


class LateContract:
    """Every test takes an empty store that was opened with a secret."""

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

    def test_kept_answers_are_their_tenants_until_they_are_deleted_or_expire(self, store: Store) -> None:
        mine = KeptAnswer(id="resp_1", tenant="t", at_s=1.0, expires_at_s=50.0, words=b"private words")
        store.enter(Batch(kept=(mine, msgspec.structs.replace(mine, tenant="u"))))
        assert (store.kept("t", "resp_1"), store.kept("v", "resp_1")) == (mine, None)
        gone = msgspec.structs.replace(mine, words=None)
        store.enter(Batch(kept=(gone,)))
        store.enter(Batch(kept=(mine,)))
        assert store.kept("t", "resp_1") == gone
        assert store.forget_texts(50.0) == 2

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

    def test_orders_are_open_until_they_are_answered(self, store: Store) -> None:
        store.enter(Batch(orders=(order(1), order(2, verb="lower", rung=5))))
        store.enter(Batch(orders=(order(1, who="bob"),)))
        assert [(one.id, one.who, one.rung) for one in store.open_orders()] == [("o1", "ann", None), ("o2", "ann", 5)]
        store.answer_order("o1", "h", done=True, words="held")
        assert [one.id for one in store.open_orders()] == ["o2"]
        assert store.order_of("o1") == order(1, hypothesis="h", done=True, words="held")
        assert [one.id for one in store.orders("h")] == ["o1"]
        assert len(store.orders()) == 2
        assert store.order_of("o9") is None

    def test_an_imported_hypothesis_has_no_slice_and_moves_no_board(self, store: Store) -> None:
        before = store.board_version()
        store.register(hypothesis_row(imported=True), None)
        assert [row.imported for row in store.hypotheses()] == [True]
        assert (store.slices(), store.board_version()) == ([], before)

    def test_a_rate_is_the_budgets_word_and_moves_the_board_once(self, store: Store) -> None:
        row = slice_row()
        store.register(hypothesis_row(), row)
        before = store.board_version()
        for _ in range(2):
            store.set_rate(row.tenant, row.route, row.kind, 0.25)
        assert store.board_version() == before + 1
        fence = store.lease("l", "me", 60.0, 0.0)
        assert fence is not None
        store.save(msgspec.structs.replace(row, evict=True), None, lease="l", fence=fence)
        assert [(one.rate, one.evict) for one in store.slices()] == [(0.25, True)]

    def test_a_lease_that_is_given_back_can_be_taken_at_once(self, store: Store) -> None:
        first = store.lease("l", "me", 60.0, 100.0)
        store.release("l", "other")
        assert store.lease("l", "other", 60.0, 101.0) is None
        store.release("l", "me")
        second = store.lease("l", "other", 60.0, 101.0)
        assert first is not None
        assert second is not None
        assert second > first

    def test_traffic_counts_what_was_asked_and_what_is_known_of_its_cost(self, store: Store) -> None:
        assert store.first_exchange_s() is None
        told = [
            exchange(n, at_s=float(n), purpose="serve" if n < 4 else "shadow", route="r", kind="k") for n in range(1, 6)
        ]
        told[0] = msgspec.structs.replace(told[0], cost_nano_usd=None)
        store.enter(Batch(exchanges=tuple(told)))
        assert store.first_exchange_s() == 1.0
        rows = {row.purpose: (row.exchanges, row.costed) for row in store.traffic(0.0)}
        assert rows == {"serve": (3, 2), "shadow": (2, 2)}
        assert [row.exchanges for row in store.traffic(5.0)] == [1]

    def test_one_exchange_by_its_id_and_whether_conversations_were_seen(self, store: Store) -> None:
        store.enter(Batch(exchanges=(exchange(1),), sampled=(msgspec.structs.replace(open_pair(2), idle_s=None),)))
        assert store.exchange("ex_00000001") == exchange(1)
        assert store.exchange("nothing") is None
        assert not store.multi_turn(HYPOTHESIS)
        store.enter(Batch(sampled=(msgspec.structs.replace(open_pair(3), idle_s=60.0),)))
        assert store.multi_turn(HYPOTHESIS)

    def test_spending_is_by_route_purpose_and_stretch_and_only_of_known_costs(self, store: Store) -> None:
        def spent(number: int, at_s: float, cost: int | None, rented: int | None, **more: object) -> Exchange:
            known = {"at_s": at_s, "route": "r", "cost_nano_usd": cost, "incumbent_cost_nano_usd": rented}
            return msgspec.structs.replace(exchange(number), **(known | more))

        rows = (
            spent(1, 10.0, 5, 9, owned=True),
            spent(2, 12.0, None, 9, owned=False),
            spent(3, 75.0, 7, 7, owned=False),
            spent(4, 11.0, 3, None, purpose="shadow", owned=False),
            spent(5, 11.0, 3, 4, route=None),
        )
        store.enter(Batch(exchanges=rows))
        first = SpendRow(
            route="r",
            purpose="serve",
            from_s=0.0,
            exchanges=2,
            own=1,
            compared=1,
            cost_nano_usd=5,
            incumbent_cost_nano_usd=9,
        )
        single = msgspec.structs.replace(first, exchanges=1, own=0)
        assert store.spending(60) == [
            first,
            msgspec.structs.replace(single, purpose="shadow", cost_nano_usd=3, incumbent_cost_nano_usd=0),
            msgspec.structs.replace(single, from_s=60.0, cost_nano_usd=7, incumbent_cost_nano_usd=7),
        ]
