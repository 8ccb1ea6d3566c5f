"""The contract of ports.Store for slices: hypotheses, where each slice stands, the record's chain, and the lease."""

import msgspec
import pytest
from tests.storage.samples import exchange, hypothesis_row, slice_row, transition

from understudy.ports import Batch, BrokenChain, StaleLease, Store


class SlicesContract:
    """Every test takes an empty store that was opened with a secret."""

    def test_hypotheses_read_back_oldest_first(self, store: Store) -> None:
        rows = [hypothesis_row("z", registered_at_s=9.0), hypothesis_row("a", registered_at_s=9.0, attempt=2)]
        for row in rows:
            store.register(row, slice_row(hypothesis=row.id))
        assert store.hypotheses() == rows
        assert store.slices() == [slice_row(hypothesis="a")]

    def test_registering_again_resets_the_slice_and_nothing_else(self, store: Store) -> None:
        store.register(hypothesis_row(), slice_row(share=0.05))
        store.register(hypothesis_row(), slice_row())
        assert store.hypotheses() == [hypothesis_row()]
        assert store.slices() == [slice_row()]

    def test_an_id_cannot_stand_for_two_hypotheses(self, store: Store) -> None:
        store.register(hypothesis_row(), slice_row())
        version = store.board_version()
        with pytest.raises(ValueError, match="hyp_1"):
            store.register(hypothesis_row(body=b'{"margin":0.10}'), slice_row(share=1.0))
        assert store.hypotheses() == [hypothesis_row()]
        assert store.slices() == [slice_row()]
        assert store.board_version() == version

    def test_an_imported_hypothesis_has_no_slice_and_moves_no_board(self, store: Store) -> None:
        before = store.board_version()
        store.register(hypothesis_row(imported=True), None)
        assert [row.imported for row in store.hypotheses()] == [True]
        assert (store.slices(), store.board_version()) == ([], before)

    def test_the_board_moves_with_what_callers_can_feel_and_with_nothing_else(self, store: Store) -> None:
        versions = [store.board_version()]
        store.register(hypothesis_row(), slice_row())
        versions.append(store.board_version())
        fence = _lease(store)
        store.save(slice_row(share=0.01), transition(1, "", "h1"), lease="evaluate", fence=fence)
        versions.append(store.board_version())
        store.save(slice_row(share=0.01, state=b"{}"), None, lease="evaluate", fence=fence)
        store.enter(Batch(exchanges=(exchange(1),)))
        versions.append(store.board_version())
        assert versions[0] < versions[1] < versions[2] == versions[3]

    def test_slices_of_all_keys_stand_side_by_side(self, store: Store) -> None:
        rows = [slice_row(tenant=t, route=r, kind=k) for t in "ab" for r in "cd" for k in "ef"]
        for row in rows:
            store.register(hypothesis_row(), row)
        store.save(slice_row(tenant="a", route="c", kind="e", share=0.5), None, lease="evaluate", fence=_lease(store))
        assert [row.share for row in store.slices()] == [0.5, *([0.0] * 7)]

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

    def test_PAR_11_3_the_record_is_a_chain_over_all_slices(self, store: Store) -> None:
        store.register(hypothesis_row(), slice_row())
        fence = _lease(store)
        links = [
            transition(1, "", "h1"),
            transition(2, "h1", "h2", kind="chat"),
            transition(3, "h2", "h3", route="tutor"),
        ]
        for link in links:
            store.save(slice_row(route=link.route, kind=link.kind), link, lease="evaluate", fence=fence)
        assert store.transitions() == links
        assert store.transitions(route="assistant") == links[:2]
        assert store.transitions("assistant", "chat") == links[1:2]
        assert store.transitions("assistant", "chat", "default") == links[1:2]
        assert store.transitions(tenant="other") == []

    def test_a_transition_without_a_number_is_numbered(self, store: Store) -> None:
        store.register(hypothesis_row(), slice_row())
        fence = _lease(store)
        for before, own in (("", "h1"), ("h1", "h2")):
            store.save(slice_row(), transition(0, before, own), lease="evaluate", fence=fence)
        assert [row.seq for row in store.transitions()] == [1, 2]

    @pytest.mark.parametrize(
        ("seq", "prev_hash"), [(1, "h1"), (3, "h1"), (2, ""), (2, "h0")], ids=["again", "gap", "second first", "fork"]
    )
    def test_PAR_11_3_a_broken_chain_is_not_written(self, store: Store, seq: int, prev_hash: str) -> None:
        store.register(hypothesis_row(), slice_row())
        fence = _lease(store)
        store.save(slice_row(share=0.01), transition(1, "", "h1"), lease="evaluate", fence=fence)
        version = store.board_version()
        with pytest.raises(BrokenChain, match="hx"):
            store.save(slice_row(share=1.0), transition(seq, prev_hash, "hx"), lease="evaluate", fence=fence)
        assert [row.hash for row in store.transitions()] == ["h1"]
        assert [row.share for row in store.slices()] == [0.01]
        assert store.board_version() == version

    def test_who_lost_the_lease_writes_nothing(self, store: Store) -> None:
        store.register(hypothesis_row(), slice_row())
        stale = store.lease("evaluate", "a", 10.0, 1_000.0)
        held = store.lease("evaluate", "b", 10.0, 1_011.0)
        assert stale is not None
        assert held is not None
        for fence, name in ((stale, "evaluate"), (held + 1, "evaluate"), (1, "no such lease")):
            with pytest.raises(StaleLease, match=name):
                store.save(slice_row(share=1.0), transition(1, "", "h1"), lease=name, fence=fence)
        assert store.transitions() == []
        assert store.slices() == [slice_row()]
        store.save(slice_row(share=0.01), transition(1, "", "h1"), lease="evaluate", fence=held)
        assert store.slices() == [slice_row(share=0.01)]

    def test_a_lease_is_held_by_one_and_its_number_never_comes_back(self, store: Store) -> None:
        assert store.lease("evaluate", "a", 10.0, 1_000.0) == 1
        assert store.lease("evaluate", "b", 10.0, 1_009.0) is None
        assert store.lease("evaluate", "a", 10.0, 1_009.0) == 1
        assert store.lease("evaluate", "b", 10.0, 1_018.0) is None
        assert store.lease("evaluate", "b", 10.0, 1_019.0) == 2
        assert store.lease("evaluate", "a", 10.0, 1_030.0) == 3
        assert store.lease("evaluate", "a", 10.0, 1_050.0) == 4
        assert store.lease("other", "b", 10.0, 1_050.0) == 1

    def test_a_clock_that_goes_back_hands_out_no_second_lease(self, store: Store) -> None:
        assert store.lease("evaluate", "a", 10.0, 1_000.0) == 1
        assert store.lease("evaluate", "b", 10.0, 500.0) is None
        # The holder's own clock goes back: what was granted to it stands.
        assert store.lease("evaluate", "a", 10.0, 500.0) == 1
        assert store.lease("evaluate", "b", 10.0, 1_009.0) is None
        assert store.lease("evaluate", "b", 10.0, 1_010.0) == 2

    def test_a_lease_that_is_given_back_can_be_taken_at_once(self, store: Store) -> None:
        first = store.lease("l", "me", 60.0, 100.0)
        store.release("l", "other")
        assert store.lease("l", "other", 60.0, 101.0) is None
        store.release("l", "me")
        second = store.lease("l", "other", 60.0, 101.0)
        assert first is not None
        assert second is not None
        assert second > first


def _lease(store: Store) -> int:
    fence = store.lease("evaluate", "a", 30.0, 1_000.0)
    assert fence is not None
    return fence
