"""The contract of ports.Store: what every engine must do. A test module subclasses it and gives it a `store`."""

import msgspec
import pytest
from tests.storage.samples import (
    HYPOTHESIS,
    exchange,
    hypothesis_row,
    open_pair,
    outcome,
    settled_pair,
    slice_row,
    transition,
)

from understudy.canon.usage import Usage
from understudy.ports import Batch, BeliefRow, BrokenChain, Feedback, LessonRow, ScoreRow, StaleLease, Store, StrataRow
from understudy.storage.spool import FINISHED


class StoreContract:
    """Every test takes an empty store."""

    def test_an_exchange_reads_back_exactly(self, store: Store) -> None:
        told = (
            exchange(1),
            exchange(2, route=None, kind=None, model=None, owned=None, usage=Usage(), message="no\x00"),
        )
        store.enter(Batch(exchanges=told))
        assert sorted(store.exchanges(), key=lambda row: row.id) == list(told)

    def test_exchanges_come_newest_first_and_by_route(self, store: Store) -> None:
        store.enter(Batch(exchanges=tuple(exchange(n, route="even" if n % 2 == 0 else "odd") for n in (3, 1, 4, 2))))
        assert [row.id for row in store.exchanges(3)] == ["ex_00000004", "ex_00000003", "ex_00000002"]
        assert [row.id for row in store.exchanges(route="odd")] == ["ex_00000003", "ex_00000001"]

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
        assert [row["exchanges"] for row in store.money()] == [3]

    def test_a_large_batch_goes_in_whole(self, store: Store) -> None:
        store.enter(Batch(exchanges=tuple(exchange(n) for n in range(2_000))))
        store.enter(Batch(exchanges=tuple(exchange(n) for n in range(1_000, 2_500))))
        assert len(store.exchanges(10_000)) == 2_500

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

    def test_positions_move_on_never_back_and_can_be_forgotten(self, store: Store) -> None:
        store.enter(Batch(positions={"w0-a": 10, "w1-a": 7}))
        store.enter(Batch(positions={"w0-a": 30}))
        store.enter(Batch(positions={"w0-a": 20}))
        assert store.positions() == {"w0-a": 30, "w1-a": 7}
        store.enter(Batch(positions={"w0-a": FINISHED, "never seen": FINISHED}))
        assert store.positions() == {"w1-a": 7}

    def test_a_batch_that_fails_leaves_nothing_behind(self, store: Store) -> None:
        nameless = exchange(2, tenant=None)
        with pytest.raises(Exception, match="tenant"):
            store.enter(Batch(exchanges=(exchange(1), nameless), positions={"w0-a": 10}))
        assert store.exchanges() == []
        assert store.positions() == {}
        assert store.money() == []

    def test_money_is_the_sum_of_the_journal(self, store: Store) -> None:
        store.enter(Batch(exchanges=(exchange(1), exchange(2, model="claude"))))
        store.enter(Batch(exchanges=(exchange(3), exchange(4, purpose="shadow"), exchange(5, route=None, kind=None))))
        bills = {(row["route"], row["kind"], row["model"], row["purpose"]): row for row in store.money()}
        assert set(bills) == {
            ("assistant", "extraction", "llama", "serve"),
            ("assistant", "extraction", "claude", "serve"),
            ("assistant", "extraction", "llama", "shadow"),
            (None, None, "llama", "serve"),
        }
        bill = bills["assistant", "extraction", "llama", "serve"]
        assert (bill["exchanges"], bill["cost_nano_usd"], bill["incumbent_cost_nano_usd"]) == (2, 2_004, 10_004)
        assert bill["saved_nano_usd"] == 8_000

    def test_a_days_spending_is_what_callers_were_served_once(self, store: Store) -> None:
        day = 19_675  # that of the samples' first moment
        told = (
            exchange(1),
            exchange(2, purpose="trial"),
            exchange(9, purpose="attempt"),
            exchange(3, purpose="shadow"),
            exchange(4, purpose="judge"),
            exchange(5, key="other", route=None),
            exchange(6, cost_nano_usd=None),
            exchange(7, cost_nano_usd=2**63),
            exchange(8, at_s=(day + 1) * 86_400.0),
        )
        store.enter(Batch(exchanges=told[:2]))
        store.enter(Batch(exchanges=told))
        assert sorted(store.spent(day)) == [("other", "", 1_005), ("payments-team", "assistant", 3_012)]
        assert store.spent(day + 1) == [("payments-team", "assistant", 1_008)]
        assert store.spent(day - 1) == []

    def test_of_many_exchanges_those_are_told_that_are_booked(self, store: Store) -> None:
        store.enter(Batch(exchanges=(exchange(1), exchange(2))))
        ids = [exchange(number).id for number in range(1, 2_000)]
        assert store.booked(ids) == {exchange(1).id, exchange(2).id}
        assert store.booked([]) == set()

    def test_an_unknown_cost_is_never_zero_and_never_a_saving(self, store: Store) -> None:
        unknown = exchange(1, cost_nano_usd=None)
        store.enter(Batch(exchanges=(unknown,)))
        (bill,) = store.money()
        assert (bill["exchanges"], bill["costed"], bill["cost_nano_usd"], bill["saved_nano_usd"]) == (1, 0, None, None)
        store.enter(Batch(exchanges=(exchange(2), exchange(3, incumbent_cost_nano_usd=None))))
        (bill,) = store.money()
        assert (bill["exchanges"], bill["costed"], bill["cost_nano_usd"]) == (3, 2, 2_005)
        assert (bill["compared"], bill["saved_nano_usd"]) == (1, 4_000)

    def test_absurd_figures_and_names_do_not_stop_the_books(self, store: Store) -> None:
        odd = exchange(
            1,
            cost_nano_usd=2**63,
            usage=Usage(uncached_in=2**64 - 1, out=-(2**63)),
            asked="a\x00b" * 10_000,
            model="m\x00" * 10_000,
            message="\U0001f600\x00",
            fault="x\x00",
        )
        store.enter(Batch(exchanges=(odd,), settled=(settled_pair(1, shadow_cost_nano_usd=2**63),)))
        assert store.exchanges() == [odd]
        assert store.money()[0]["cost_nano_usd"] is None
        assert [row.shadow_cost_nano_usd for row in store.pairs(HYPOTHESIS)] == [None]

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

    def test_lessons_and_beliefs_read_back_in_order_and_the_newest_belief_counts(self, store: Store) -> None:
        rows = tuple(
            LessonRow(
                exchange_id=f"ex_{number}",
                tenant="t",
                key="k",
                route="auto" if number < 3 else "other",
                kind="chat",
                at_s=1.0,
                expires_at_s=50.0 + number,
                served="own",
                outcomes=b"{}",
                words="naïve \x00 words",
            )
            for number in range(4)
        )
        reaction = Feedback(id="f", exchange_id="ex_1", at_s=2.0, key="k", signal="thumb", y=0.5)
        store.enter(Batch(lessons=rows, feedback=(reaction,)))
        store.enter(Batch(lessons=rows))
        found = store.lessons("auto", 0, 10)
        assert [(row.exchange_id, row.said, row.words) for row in found] == [
            ("ex_0", None, "naïve \x00 words"), ("ex_1", 0.5, "naïve \x00 words"), ("ex_2", None, "naïve \x00 words"),
        ]  # fmt: skip
        assert [row.exchange_id for row in store.lessons("auto", found[1].seq, 10)] == ["ex_2"]
        assert store.lesson_counts() == {("t", "auto"): {"chat": 3}, ("t", "other"): {"chat": 1}}
        assert store.forget_texts(51.5) == 2
        version = store.board_version()
        told = [
            BeliefRow(tenant="t", route="auto", version=str(at), at_s=at, since_s=0.0, words="won", body=b"\x00weights")
            for at in (2.0, 1.0)
        ]
        store.enter(Batch(beliefs=tuple(told)))
        assert store.beliefs() == store.beliefs(1.5) == told[:1]
        assert store.beliefs(2.0) == []
        assert store.board_version() == version + 1

    def test_the_newest_strata_and_paces_count_and_move_the_board(self, store: Store) -> None:
        version = store.board_version()
        told = [StrataRow(tenant="t", route="auto", at_s=at, kinds={"chat": at}, new=0.5) for at in (2.0, 1.0)]
        other = StrataRow(tenant="u", route="auto", at_s=1.0, kinds={}, new=1.0)
        store.enter(Batch(strata=(*told, other)))
        assert sorted(store.strata(), key=lambda row: row.tenant) == [told[0], other]
        assert store.board_version() == version + 1
        for pace in (0.5, 0.5, 0.0):
            store.set_pace("auto", pace)
        assert store.paces() == {"auto": 0.0}
        assert store.board_version() == version + 3

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


def _lease(store: Store) -> int:
    fence = store.lease("evaluate", "a", 30.0, 1_000.0)
    assert fence is not None
    return fence
