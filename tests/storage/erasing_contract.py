"""The contract of ports.Store for the deletion of a tenant: what goes, what stays, what does not come back."""

import msgspec
from tests.storage.samples import exchange, hypothesis_row, open_pair, settled_pair, slice_row, text, transition

from understudy.ports import (
    Batch,
    BeliefRow,
    ComparisonRow,
    Feedback,
    KeptAnswer,
    LessonRow,
    OrderRow,
    Store,
    StrataRow,
)
from understudy.storage.store import SqlStore

TENANTS = ("gone", "stays")
AT_S = 50.0
NOTHING = {
    "lessons": 0, "beliefs": 0, "rates of comparison": 0, "comparisons that wait": 0, "words of pairs": 0,
    "kept answers": 0, "reactions": 0,
}  # fmt: skip


def number_of(tenant: str) -> int:
    return 1 + TENANTS.index(tenant)


def words_of(tenant: str, *, late: bool = False, at_s: float = 1.0) -> Batch:
    """One of each thing that a deletion takes; `late` ones have names of their own."""
    number = number_of(tenant) + 10 * late
    pair = open_pair(number, f"hyp_{tenant}")
    asked = exchange(number, tenant=tenant, at_s=at_s, hypothesis=pair.hypothesis)
    lesson = LessonRow(
        exchange_id=asked.id, tenant=tenant, key="k", route="auto", kind="chat", at_s=at_s, expires_at_s=900.0,
        served="own", outcomes=b"{}", words="harbour lights",
    )  # fmt: skip
    waiting = ComparisonRow(
        exchange_id=f"{asked.id}_judged", tenant=tenant, route="auto", at_s=at_s, expires_at_s=900.0, body=b"answers"
    )
    belief = BeliefRow(
        tenant=tenant, route="auto", version="v", at_s=at_s + 2, since_s=at_s - 1, words="won", body=b"weights"
    )
    said = Feedback(
        id=f"f{number}", exchange_id=asked.id, at_s=at_s + 1, key="k", signal="thumb", y=0.5,
        hypothesis=pair.hypothesis, side="candidate",
    )  # fmt: skip
    return Batch(
        exchanges=(asked,),
        sampled=(pair,),
        lessons=(lesson,),
        comparisons=(waiting,),
        beliefs=(belief,),
        strata=(StrataRow(tenant=tenant, route="auto", at_s=at_s, kinds={"chat": 2.0}, new=1.0),),
        texts=(msgspec.structs.replace(text(pair, 900.0), at_s=at_s),),
        feedback=(said,),
        kept=(KeptAnswer(id=asked.id, tenant=tenant, at_s=at_s, expires_at_s=900.0, words=b"an answer"),),
    )


def ordered(store: Store, name: str = "o1", tenant: str = "gone") -> str:
    """The id of an order to delete a tenant, in the books."""
    order = OrderRow(
        id=name, at_s=1.0, tenant=tenant, route="", kind="", verb="delete", who="me", rung=None, seen="", note=""
    )
    store.enter(Batch(orders=(order,)))
    return name


def furnished(store: Store) -> None:
    """Two tenants that have one of each."""
    for tenant in TENANTS:
        store.register(hypothesis_row(f"hyp_{tenant}", tenant=tenant), None)
        store.enter(words_of(tenant))
        assert store.held(tenant) == dict.fromkeys(NOTHING, 1)


class ErasingContract:
    def test_RT_6_5_a_deleted_tenant_leaves_numbers_alone(self, store: Store) -> None:
        furnished(store)
        store.register(hypothesis_row("hyp_s", tenant="gone"), slice_row(tenant="gone", hypothesis="hyp_s"))
        fence = store.lease("l", "me", 10.0, 0.0)
        assert fence is not None
        link = transition(1, "", "h1", tenant="gone", hypothesis="hyp_s")
        store.save(slice_row(tenant="gone", hypothesis="hyp_s"), link, lease="l", fence=fence)
        store.enter(Batch(settled=(settled_pair(number_of("gone"), hypothesis="hyp_gone"),)))
        numbers = (store.exchanges(), store.money(), store.pairs("hyp_gone"), store.outcomes("hyp_gone"))
        record, version = store.transitions(), store.board_version()
        words = store.delete_tenant(ordered(store), "gone", AT_S)
        assert words == "gone are " + ", ".join(f"1 {name}" for name in NOTHING)
        row = store.order_of("o1")
        assert row is not None
        assert (row.done, row.words) == (True, words)
        assert store.held("gone") == NOTHING
        assert store.held("stays") == dict.fromkeys(NOTHING, 1)
        assert store.waiting_for(exchange(number_of("gone")).id) is None
        assert store.kept("gone", exchange(number_of("gone")).id) is None
        assert store.unjudged(["auto"], 1.0, 9) == [(f"{exchange(number_of('stays')).id}_judged", "auto")]
        assert (store.exchanges(), store.money(), store.pairs("hyp_gone"), store.outcomes("hyp_gone")) == numbers
        assert (store.transitions(), store.board_version()) == (record, version + 1)
        assert store.deleted() == {"gone": AT_S}

    def test_RT_6_5_boards_hear_of_the_deletion_by_an_empty_belief(self, store: Store) -> None:
        furnished(store)
        store.delete_tenant(ordered(store), "gone", AT_S)
        (row,) = (row for row in store.beliefs() if row.tenant == "gone")
        assert (row.tenant, row.version, row.body, row.since_s, row.at_s) == ("gone", "", None, AT_S, AT_S)

    def test_RT_6_5_what_is_from_before_does_not_come_back(self, store: Store) -> None:
        furnished(store)
        store.delete_tenant(ordered(store), "gone", AT_S)
        store.enter(words_of("gone", late=True, at_s=AT_S))
        assert store.held("gone") == NOTHING
        assert len(store.exchanges()) == 3
        assert [row.exchange_id for row in store.pairs("hyp_gone")] == [exchange(one).id for one in (1, 11)]
        assert len(store.outcomes("hyp_gone")) == 2, "what users said counts as evidence all the same"
        store.enter(words_of("stays", late=True, at_s=AT_S))
        assert store.held("stays") == dict.fromkeys(NOTHING, 2) | {"beliefs": 1, "rates of comparison": 1}

    def test_RT_6_5_a_belief_told_later_that_rests_on_lessons_of_before_does_not_come_back(self, store: Store) -> None:
        furnished(store)
        store.delete_tenant(ordered(store), "gone", AT_S)
        (old,) = words_of("gone").beliefs
        late = msgspec.structs.replace(old, at_s=AT_S + 5.0, since_s=AT_S - 0.5)
        store.enter(Batch(beliefs=(late,)))
        assert store.held("gone")["beliefs"] == 0
        store.enter(Batch(beliefs=(msgspec.structs.replace(late, since_s=AT_S),)))
        assert store.held("gone")["beliefs"] == 1

    def test_RT_6_5_what_comes_after_begins_anew(self, store: Store) -> None:
        furnished(store)
        store.delete_tenant(ordered(store), "gone", AT_S)
        store.enter(words_of("gone", late=True, at_s=AT_S + 2.0))
        assert store.held("gone") == dict.fromkeys(NOTHING, 1)

    def test_an_order_is_done_once_and_a_second_one_again(self, store: Store) -> None:
        furnished(store)
        store.delete_tenant(ordered(store), "gone", AT_S)
        store.enter(words_of("gone", late=True, at_s=AT_S + 2.0))
        assert store.delete_tenant("o1", "gone", AT_S + 9.0) == "done already"
        assert (store.deleted(), store.held("gone")["lessons"]) == ({"gone": AT_S}, 1)
        store.delete_tenant(ordered(store, "o2"), "gone", AT_S + 9.0)
        assert (store.deleted(), store.held("gone")) == ({"gone": AT_S + 9.0}, NOTHING)

    def test_all_that_is_sealed_can_be_deleted_at_once(self, store: Store) -> None:
        assert isinstance(store, SqlStore)
        furnished(store)
        numbers, version = (store.exchanges(), store.money(), store.pairs("hyp_gone")), store.board_version()
        store.try_secret()
        assert store.forget_sealed(AT_S) == 2 * 5
        for tenant in TENANTS:
            assert store.held(tenant) == NOTHING | {"rates of comparison": 1, "reactions": 1}
        assert {row.words for row in store.beliefs()} == {"taken back: the secret that sealed it is lost"}
        assert (store.exchanges(), store.money(), store.pairs("hyp_gone")) == numbers
        assert store.board_version() == version + 1
        assert store.forget_sealed(AT_S) == 0
