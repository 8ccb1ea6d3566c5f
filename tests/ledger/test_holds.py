"""What is held: replaced by what it cost, forgotten once the books have it, and never left behind."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.canon.usage import Usage
from understudy.ledger.holds import MAX_MEANS, MEAN_OF, WorkerHolds
from understudy.policy.budgets import DAY_S, NOTHING, Beside
from understudy.ports import Exchange

DAY = 20_000
DONE = Exchange(
    id="a",
    at_s=DAY * DAY_S + 5.0,
    key="team",
    route="auto",
    model="m",
    usage=Usage(uncached_in=1, out=8),
    cost_nano_usd=7,
)


def test_a_running_request_holds_its_last_guess() -> None:
    holds = WorkerHolds()
    holds.hold("a", "team", "auto", 10)
    holds.hold("a", "team", "auto", 4)
    holds.hold("b", "team", "", 5)
    assert (holds.of_key("team"), holds.of_route("auto")) == (Beside(held=9), Beside(held=4))
    assert (holds.of_key("other"), holds.of_route("else")) == (NOTHING, NOTHING)


def test_the_real_cost_takes_its_place_until_the_books_have_it() -> None:
    holds = WorkerHolds()
    holds.hold("a", "team", "auto", 10)
    holds.end(DONE)
    assert (holds.of_key("team"), holds.of_route("auto"), holds.ended()) == (Beside(cost=7), Beside(cost=7), ["a"])
    holds.booked({"x"}, DAY)
    assert holds.of_key("team") == Beside(cost=7)
    holds.booked({"a"}, DAY)
    assert (holds.of_key("team"), holds.of_route("auto"), holds.ended()) == (NOTHING, NOTHING, [])


def test_yesterdays_cost_is_no_part_of_today() -> None:
    holds = WorkerHolds()
    holds.hold("a", "team", "auto", 10)
    holds.end(DONE)
    holds.booked(set(), DAY + 1)
    assert holds.of_key("team") == NOTHING


@pytest.mark.parametrize("cost", [None, 0])
def test_an_end_without_a_cost_leaves_nothing(cost: int | None) -> None:
    holds = WorkerHolds()
    holds.hold("a", "team", "auto", 10)
    holds.end(msgspec.structs.replace(DONE, cost_nano_usd=cost))
    assert (holds.of_key("team"), holds.ended()) == (NOTHING, [])


def test_a_trial_costs_beside_what_its_request_still_holds() -> None:
    holds = WorkerHolds()
    holds.hold("a", "team", "auto", 10)
    holds.end(msgspec.structs.replace(DONE, id="t", purpose="trial", shadow_of="a"))
    assert holds.of_key("team") == Beside(cost=7, held=10)
    # A slice's comparing is nobody's.
    holds.end(msgspec.structs.replace(DONE, id="s", purpose="shadow", shadow_of="a", key=""))
    assert holds.of_route("auto") == Beside(cost=7, held=10)


def test_what_nobody_holds_for_is_not_counted() -> None:
    holds = WorkerHolds()
    holds.end(DONE)
    assert (holds.ended(), holds.mean_out("m")) == ([], None)


def test_the_mean_length_of_answers_follows_the_last_ones_of_a_bounded_number_of_models() -> None:
    holds = WorkerHolds()

    def hear(out: int | None, model: str = "m", **changes: object) -> None:
        holds.hold("a", "team", "auto", 1)
        holds.end(msgspec.structs.replace(DONE, model=model, usage=Usage(uncached_in=1, out=out), **changes))

    for out in (10, 20):
        hear(out)
    hear(None)
    hear(99, status="incomplete")
    assert holds.mean_out("m") == 15.0
    for _ in range(10 * MEAN_OF):
        hear(40)
    assert holds.mean_out("m") == pytest.approx(40.0, abs=0.1)
    for number in range(MAX_MEANS):
        hear(1, f"m{number}")
    assert (holds.mean_out("m"), holds.mean_out("m0")) == (None, 1.0)


IDS = st.sampled_from("abcd")
KEYS, ROUTES = st.sampled_from(["team", "other"]), st.sampled_from(["", "auto"])
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), IDS, KEYS, ROUTES, st.integers(0, 9)),
        st.tuples(st.just("end"), IDS, st.none() | st.integers(0, 9)),
        st.tuples(st.just("trial"), IDS, st.integers(0, 9)),
        st.tuples(st.just("release"), IDS),
    )
)


@given(deeds=DEEDS)
def test_after_any_sequence_of_beginnings_and_ends_nothing_is_held(deeds: list[tuple[object, ...]]) -> None:
    holds = WorkerHolds()
    for number, (deed, one, *rest) in enumerate(deeds):
        name = str(one)
        if deed == "hold":
            holds.hold(name, *rest)  # type: ignore[arg-type]
        elif deed == "end":
            holds.end(msgspec.structs.replace(DONE, id=name, cost_nano_usd=rest[0]))
        elif deed == "trial":
            trial = {"id": f"t{number}", "shadow_of": name, "purpose": "trial", "cost_nano_usd": rest[0]}
            holds.end(msgspec.structs.replace(DONE, **trial))
        else:
            holds.release(name)
    for name in "abcd":
        holds.release(name)
    assert all(holds.of_key(key).held == 0 for key in ("team", "other"))
    assert holds.of_route("auto").held == 0
    holds.booked(holds.ended(), DAY)
    assert [holds.of_key(key) for key in ("team", "other")] == [NOTHING, NOTHING]
    assert holds.of_route("auto") == NOTHING
