"""The contract of ports.Store: what every engine must do. A test module subclasses it and gives it a `store`."""

import msgspec
import pytest
from tests.storage.erasing_contract import ErasingContract
from tests.storage.evidence_contract import EvidenceContract
from tests.storage.journal_contract import JournalContract
from tests.storage.learning_contract import LearningContract
from tests.storage.orders_contract import OrdersContract
from tests.storage.probing_contract import ProbingContract
from tests.storage.samples import HYPOTHESIS, exchange, open_pair, outcome, settled_pair
from tests.storage.slices_contract import SlicesContract

from understudy.ports import Batch, KeptAnswer, Store
from understudy.storage.spool import FINISHED


class StoreContract(
    JournalContract,
    EvidenceContract,
    SlicesContract,
    LearningContract,
    ProbingContract,
    OrdersContract,
    ErasingContract,
):
    """Every test takes an empty store that was opened with a secret."""

    def test_a_batch_entered_twice_changes_nothing(self, store: Store) -> None:
        batch = Batch(
            exchanges=(exchange(1), exchange(2)),
            sampled=(open_pair(1), open_pair(2)),
            settled=(settled_pair(1), settled_pair(3)),
            outcomes=(outcome(4), outcome(5, None)),
            positions={"w0-a": 100},
        )

        def all_of_it() -> tuple[object, ...]:
            pairs, live = store.pairs(HYPOTHESIS), store.outcomes(HYPOTHESIS)
            return store.exchanges(), pairs, live, store.money(), store.positions()

        store.enter(batch)
        before = all_of_it()
        store.enter(batch)
        assert all_of_it() == before

    def test_a_batch_overlapping_an_earlier_one_adds_only_what_is_new(self, store: Store) -> None:
        store.enter(Batch(exchanges=(exchange(1), exchange(2))))
        store.enter(Batch(exchanges=(exchange(2, model="other"), exchange(3), exchange(3, model="other"))))
        assert [(row.id, row.model) for row in store.exchanges()] == [(f"ex_0000000{n}", "llama") for n in (3, 2, 1)]
        assert [row.exchanges for row in store.money()] == [3]

    def test_a_large_batch_goes_in_whole(self, store: Store) -> None:
        store.enter(Batch(exchanges=tuple(exchange(n) for n in range(2_000))))
        store.enter(Batch(exchanges=tuple(exchange(n) for n in range(1_000, 2_500))))
        assert len(store.exchanges(10_000)) == 2_500

    def test_a_batch_that_fails_leaves_nothing_behind(self, store: Store) -> None:
        nameless = exchange(2, tenant=None)
        with pytest.raises(Exception, match="tenant"):
            store.enter(Batch(exchanges=(exchange(1), nameless), positions={"w0-a": 10}))
        assert store.exchanges() == []
        assert store.positions() == {}
        assert store.money() == []

    def test_positions_move_on_never_back_and_can_be_forgotten(self, store: Store) -> None:
        store.enter(Batch(positions={"w0-a": 10, "w1-a": 7}))
        store.enter(Batch(positions={"w0-a": 30}))
        store.enter(Batch(positions={"w0-a": 20}))
        assert store.positions() == {"w0-a": 30, "w1-a": 7}
        store.enter(Batch(positions={"w0-a": FINISHED, "never seen": FINISHED}))
        assert store.positions() == {"w1-a": 7}

    def test_kept_answers_are_their_tenants_until_they_are_deleted_or_expire(self, store: Store) -> None:
        mine = KeptAnswer(id="resp_1", tenant="t", at_s=1.0, expires_at_s=50.0, words=b"private words")
        store.enter(Batch(kept=(mine, msgspec.structs.replace(mine, tenant="u"))))
        assert (store.kept("t", "resp_1"), store.kept("v", "resp_1")) == (mine, None)
        gone = msgspec.structs.replace(mine, words=None)
        store.enter(Batch(kept=(gone,)))
        store.enter(Batch(kept=(mine,)))
        assert store.kept("t", "resp_1") == gone
        assert store.forget_texts(50.0) == 2
