"""Deciding: constraints, stickiness, records, text, price, chance; unsure means the incumbent."""

from collections.abc import Callable

import msgspec
import pytest

from tests.routing.pools import OWN, POOL, RENTED, by_kind, by_meaning, by_text, meant, prompt
from understudy.canon.money import Price
from understudy.routing.beliefs import DialName, Learned, Unserved
from understudy.routing.cascade import Cascade
from understudy.routing.decide import (
    MIN_LABELS,
    OTHER_VECTORS,
    Decision,
    Draw,
    added,
    decide,
    each_unhindered,
    unhindered,
)
from understudy.routing.fitness import Moment, Needs
from understudy.routing.learn import believe, unfold
from understudy.routing.text import Prompt, read

KINDS = unfold(believe(by_kind(2_400), POOL).belief)
TEXT = unfold(believe(by_text(1_500), POOL).belief)
MODELS = (OWN, RENTED)


def asked(words: str) -> Callable[[], Prompt]:
    return lambda: read(words)


def unread() -> Prompt:
    raise AssertionError("a prompt is read only where the text may speak")


def test_the_record_of_the_slice_decides() -> None:
    assert decide(MODELS, "rented", KINDS, "sums", unread).chosen == "own"
    assert decide(MODELS, "rented", KINDS, "letters", unread).chosen == "rented"


def test_the_text_decides_within_a_kind_where_it_may_speak() -> None:
    assert TEXT.belief.speaks == ("chat",)
    own = decide(MODELS, "rented", TEXT, "chat", asked(prompt(5, sums=True)))
    assert own.chosen == "own"
    assert own.text_speaks
    assert own.contributions[0][2] > 0
    assert decide(MODELS, "rented", TEXT, "chat", asked(prompt(5, sums=False))).chosen == "rented"


@pytest.mark.parametrize("name", ["quality", "rented_share"])
def test_decisions_for_many_are_those_for_each_without_the_reasons(name: DialName) -> None:
    """With a dial the lot moves some, where both models are level; with text the prompt does."""
    worth = {one: record.mean for one, record in KINDS.belief.records["sums"].items()}
    dial = msgspec.structs.replace(KINDS.belief.dial, name=name, price=worth["rented"] - worth["own"])
    kinds = msgspec.structs.replace(KINDS.belief, dial=dial)
    text = added(TEXT, "chat", read(prompt(5, sums=True)))
    assert text["own"] > 0
    for belief, kind, said in ((kinds, "sums", {}), (kinds, "letters", {}), (TEXT.belief, "chat", text)):
        asked = [(kind, added, lot) for added in (said, {}) for lot in (0.1, 0.9)]
        found = list(each_unhindered(MODELS, belief, asked))
        assert found == [unhindered(MODELS, belief, *one) for one in asked]
        one = decide(MODELS, "rented", Learned(belief), kind, unread, draw=Draw(0.9)) if belief is kinds else None
        assert one is None or msgspec.structs.replace(one, flips="") == found[1]


@pytest.mark.parametrize("words", ["", "x" * 10_000_000, "彼は毎朝" * 500, "\x00\ud800 \u202e", "ℵ" * 4_000])
def test_prompts_unlike_any_before_do_not_make_the_text_speak(words: str) -> None:
    decision = decide(MODELS, "rented", TEXT, "chat", asked(words))
    assert not decision.text_speaks
    assert decision.contributions == ()


def test_a_text_that_was_learned_with_other_vectors_is_silent_and_the_means_go_on() -> None:
    learned = unfold(believe(by_meaning(600), POOL).belief)
    assert learned.belief.speaks == ("chat",)
    assert decide(MODELS, "rented", learned, "chat", lambda: meant(3, sums=True)).chosen == "own"
    plain = decide(MODELS, "rented", unfold(msgspec.structs.replace(learned.belief, speaks=())), "chat", unread)
    for other in (meant(3, sums=True, vectors="v2"), read(prompt(3, sums=True))):
        silent = decide(MODELS, "rented", learned, "chat", lambda: other)  # noqa: B023 - called at once
        assert (silent.text_speaks, silent.contributions, silent.text_silent) == (False, (), OTHER_VECTORS)
        assert silent.options == plain.options
    without = decide(MODELS, "rented", TEXT, "chat", lambda: meant(5, sums=True))
    assert (without.text_speaks, without.text_silent) == (True, ""), "a text that needs no vectors can always be read"


def test_an_unseen_kind_and_a_young_route_get_the_incumbent() -> None:
    for learned in (None, KINDS):
        decision = decide(MODELS, "rented", learned, "unheard of", unread)
        assert decision.chosen == "rented"
        assert "nothing is learned" in decision.why


def test_a_model_with_few_outcomes_is_out() -> None:
    few = unfold(believe(by_kind(2 * int(MIN_LABELS) - 4), POOL).belief)
    decision = decide(MODELS, "rented", few, "sums", unread)
    assert decision.chosen == "rented"
    own = next(option for option in decision.options if option.model == "own")
    assert own.out is not None
    assert "50 are asked" in own.out
    assert not own.unfit


def test_what_a_model_cannot_do_takes_it_out() -> None:
    small = msgspec.structs.replace(OWN, window=1_000)
    blind = msgspec.structs.replace(OWN, images=False, tools=False)
    for model, needs, why in (
        (small, Needs(characters=10_000), "window"),
        (blind, Needs(images=True), "images"),
        (blind, Needs(tools=True), "tools"),
    ):
        decision = decide((model, RENTED), "rented", KINDS, "sums", unread, needs=needs)
        assert decision.chosen == "rented"
        assert why in str(decision.options[0].out)
        assert decision.options[0].unfit
    only_own = decide(MODELS, "rented", KINDS, "letters", unread, needs=Needs(only_owned=True))
    assert only_own.chosen == "own"
    none = decide((RENTED,), "rented", KINDS, "letters", unread, needs=Needs(only_owned=True))
    assert (none.chosen, none.why) == ("rented", "no model fits")


def test_a_conversation_keeps_its_model_unless_much_is_gained() -> None:
    assert decide(MODELS, "rented", KINDS, "sums", unread, running="own").chosen == "own"
    near = msgspec.structs.replace(KINDS.belief, dial=msgspec.structs.replace(KINDS.belief.dial, price=-0.12))
    kept = decide(MODELS, "rented", unfold(near), "sums", unread, running="rented")
    assert (kept.chosen, "stays" in kept.why) == ("rented", True)
    assert decide(MODELS, "rented", KINDS, "letters", unread, running="own").chosen == "rented"
    assert decide(MODELS, "rented", None, "letters", unread, running="own").chosen == "own"


def test_a_model_that_is_gone_is_nobodys_model() -> None:
    decision = decide((OWN, RENTED), "gone", KINDS, "sums", unread, running="gone")
    assert decision.chosen in ("own", "rented")


def test_where_what_was_learned_does_not_serve_the_reason_says_so() -> None:
    unserved, moment = Unserved("what was learned from 600 requests does not win"), Moment(resting={"rented": "rests"})
    decision = decide(MODELS, "rented", unserved, "sums", unread)
    words = "what was learned from 600 requests does not win; the incumbent answers"
    assert (decision.chosen, decision.why, decision.belief) == ("rented", words, "")
    away = decide(MODELS, "rented", unserved, "sums", unread, moment=moment)
    words = "what was learned from 600 requests does not win; the incumbent is out, and the first that is not answers"
    assert (away.chosen, away.why) == ("own", words)


def test_gains_over_another_incumbent_say_nothing() -> None:
    decision = decide(MODELS, "own", KINDS, "letters", unread)
    assert (decision.chosen, decision.belief) == ("own", "")


def test_chance_is_told() -> None:
    explored = decide(MODELS, "rented", KINDS, "letters", unread, draw=Draw(0.001, 0.01))
    assert explored.explored
    assert explored.chosen == "own"
    assert explored.propensity == pytest.approx(0.005)
    greedy = decide(MODELS, "rented", KINDS, "letters", unread, draw=Draw(0.5, 0.01))
    assert greedy.propensity == pytest.approx(0.995)


def test_a_decision_says_what_would_flip_it() -> None:
    decision = decide(MODELS, "rented", KINDS, "letters", unread)
    assert decision.flips.startswith("own ")
    assert "rented share were below" in decision.flips


def test_a_decision_goes_into_the_journal_and_back() -> None:
    decision = decide(MODELS, "rented", TEXT, "chat", asked(prompt(5, sums=True)))
    assert msgspec.json.decode(msgspec.json.encode(decision), type=Decision) == decision


def test_a_slice_at_the_price_is_split_by_lot() -> None:
    """Its models are level at this price: half of the lots go either way, and each decision tells its chance."""
    records = KINDS.belief.records["sums"]
    gain = records["rented"].mean - records["own"].mean
    dial = msgspec.structs.replace(KINDS.belief.dial, name="rented_share", price=gain)
    level = unfold(msgspec.structs.replace(KINDS.belief, dial=dial))
    found = [decide(MODELS, "rented", level, "sums", unread, draw=Draw(lot / 100)) for lot in range(100)]
    assert 45 <= sum(one.chosen == "own" for one in found) <= 55
    assert all(one.propensity == pytest.approx(0.5, abs=0.01) for one in found)
    apart = unfold(msgspec.structs.replace(KINDS.belief, dial=msgspec.structs.replace(dial, price=gain + 0.004)))
    some = [decide(MODELS, "rented", apart, "sums", unread, draw=Draw(lot / 100)) for lot in range(100)]
    assert sum(one.chosen == "own" for one in some) == pytest.approx(90, abs=2)
    assert {round(one.propensity, 2) for one in some} == {0.1, 0.9}


RESTS = "it rests after 3 failures in a row (timeout), for 5 s more"


def test_a_model_that_rests_after_failures_is_out_with_its_reason() -> None:
    decision = decide(MODELS, "rented", KINDS, "sums", unread, moment=Moment(resting={"own": RESTS}))
    assert decision.chosen == "rented"
    assert decision.options[0].out == RESTS
    assert decision.options[0].unfit
    moved = decide(
        MODELS, "rented", KINDS, "letters", unread, running="rented", moment=Moment(resting={"rented": RESTS})
    )
    assert (moved.chosen, moved.why) == ("own", "the incumbent is out, and this one is worth most of the others here")
    young = decide(MODELS, "rented", None, "letters", unread, moment=Moment(resting={"rented": RESTS}))
    assert young.chosen == "own"
    assert "the incumbent is out, and the first that is not answers" in young.why


def test_the_best_of_those_that_are_known_stands_in_for_an_incumbent_that_rests() -> None:
    unknown = msgspec.structs.replace(OWN, name="new")
    moment = Moment(resting={"rented": RESTS})
    assert decide((unknown, OWN, RENTED), "rented", KINDS, "letters", unread, moment=moment).chosen == "own"
    nobody = decide((unknown, RENTED), "rented", KINDS, "letters", unread, moment=moment)
    assert (nobody.chosen, nobody.why) == (
        "new",
        "too little is known of any model here, and the incumbent is out",
    )


def test_where_every_model_rests_the_incumbent_is_tried_all_the_same() -> None:
    both = Moment(resting={"own": RESTS, "rented": RESTS})
    decision = decide(MODELS, "rented", KINDS, "sums", unread, moment=both)
    assert decision.chosen == "rented"
    assert "tried all the same" in decision.why
    assert [option.out for option in decision.options] == [RESTS, RESTS]
    owned = decide(MODELS, "rented", KINDS, "sums", unread, needs=Needs(only_owned=True), moment=both)
    assert owned.chosen == "own"


def test_a_route_that_has_to_save_goes_on_with_the_cheapest() -> None:
    saving = Moment(route_spent="the money is gone")
    decision = decide(MODELS, "rented", KINDS, "letters", unread, moment=saving)
    assert (decision.chosen, decision.options[1].out) == ("own", "the money is gone, and it is not the cheapest")
    # Where no kind tells what a request costs, price lists do.
    cheap = msgspec.structs.replace(RENTED, price=Price(uncached_in=1, out=1))
    assert decide((OWN, cheap), "rented", None, "letters", unread, moment=saving).chosen == "rented"
    assert decide(MODELS, "rented", None, "letters", unread, moment=saving).chosen == "rented"
    rests = msgspec.structs.replace(saving, resting={"own": RESTS})
    assert decide(MODELS, "rented", KINDS, "letters", unread, moment=rests).chosen == "rented"


def test_a_key_without_money_leaves_what_costs_nothing() -> None:
    spent = Moment(key_spent="the budget is spent")
    free = msgspec.structs.replace(OWN, price=Price(uncached_in=0, out=0))
    decision = decide((free, RENTED), "rented", KINDS, "letters", unread, moment=spent)
    assert (decision.chosen, decision.options[1].out) == ("own", "the budget is spent")
    assert decide(MODELS, "rented", KINDS, "sums", unread, moment=spent).why == "no model fits"


def hurried(price: float) -> Learned:
    """What was believed of kinds, with a price on each second: the own model takes 0.1 s, the rented one 0.9 s."""
    return unfold(msgspec.structs.replace(KINDS.belief, latency_price=price))


def test_a_price_on_seconds_moves_the_choice_where_it_outweighs_the_quality() -> None:
    records = KINDS.belief.records["letters"]
    level = (records["rented"].mean - records["own"].mean) / 0.8
    slow = decide(MODELS, "rented", hurried(level * 0.99), "letters", unread)
    quick = decide(MODELS, "rented", hurried(level * 1.01), "letters", unread)
    assert (slow.chosen, quick.chosen) == ("rented", "own")
    assert slow.flips.endswith(f"; own if the latency price were above {level:.4f}")
    assert quick.flips.endswith(f"; rented if the latency price were below {level:.4f}")
    own = quick.options[0]
    assert own.worth == pytest.approx(records["own"].mean - level * 1.01 * 0.1)
    assert quick.latency_price == pytest.approx(level * 1.01)
    assert "latency" not in decide(MODELS, "rented", KINDS, "letters", unread).flips


def test_of_two_that_are_equally_good_the_slower_one_answers_if_seconds_had_no_price() -> None:
    learned = hurried(1.0)
    own = learned.belief.records["letters"]["own"]
    for hair in (-1e-12, 0.0, 1e-12):
        rented = msgspec.structs.replace(learned.belief.records["letters"]["rented"], mean=own.mean + hair)
        records = {"letters": {"own": own, "rented": rented}}
        equal = unfold(msgspec.structs.replace(learned.belief, records=records))
        decision = decide(MODELS, "rented", equal, "letters", unread)
        assert (decision.chosen, decision.flips.rpartition("; ")[2]) == ("own", "rented if seconds had no price")


def test_a_cascade_is_charged_for_both_waits() -> None:
    found = Cascade(first="own", then="rented", n=100, tpr=1, fpr=0, accepted=0.5, quality=1.0)
    belief = msgspec.structs.replace(KINDS.belief, cascades={"letters": found})
    records = belief.records["letters"]
    # Waiting for the first and half of the time for both takes 0.55 s, the rented model alone 0.9 s, the own one 0.1 s.
    even = (1.0 - records["own"].mean) / 0.45
    for price, trial in ((0.0, True), (even * 0.99, True), (even * 1.01, False)):
        learned = unfold(msgspec.structs.replace(belief, latency_price=price))
        assert decide(MODELS, "rented", learned, "letters", unread).trial is trial
