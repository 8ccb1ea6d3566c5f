"""Fitness: what a model cannot do and what a caller may not use, each in words; what is not known hinders nothing."""

import math

import msgspec
import pytest

from tests.routing.pools import OWN, RENTED
from understudy.canon.money import Price, Tier
from understudy.routing.board import Model
from understudy.routing.fitness import CHARS_PER_TOKEN, Moment, Needs, dearer, forbidden, listed, unfit, unpaid

SMALL = msgspec.structs.replace(OWN, window=100)
TAGGED = msgspec.structs.replace(RENTED, tags=("eu", "other"))
BLIND = msgspec.structs.replace(OWN, images=False, tools=False)


@pytest.mark.parametrize(
    ("model", "needs", "why"),
    [
        (SMALL, Needs(characters=100 * CHARS_PER_TOKEN + 1), "its window of 100 tokens is too small"),
        (SMALL, Needs(characters=100 * CHARS_PER_TOKEN), None),
        (OWN, Needs(characters=10**9, images=True, tools=True), None),
        (BLIND, Needs(images=True), "it reads no images"),
        (BLIND, Needs(tools=True), "it calls no tools"),
        (BLIND, Needs(), None),
        (RENTED, Needs(only_owned=True), "rented, and this key may use own models only"),
        (OWN, Needs(only_owned=True), None),
        (OWN, Needs(only_tags=("eu",)), "it lacks the tag 'eu', which is asked for"),
        (TAGGED, Needs(only_tags=("eu", "gpu")), "it lacks the tag 'gpu', which is asked for"),
        (TAGGED, Needs(only_tags=("eu",)), None),
    ],
)
def test_each_constraint_has_its_words(model: Model, needs: Needs, why: str | None) -> None:
    assert unfit(model, needs, Moment()) == why


def test_money_that_is_gone_leaves_what_is_known_to_cost_nothing() -> None:
    moment = Moment(key_spent="the budget is spent")
    nothing = msgspec.structs.replace(RENTED, price=Price(uncached_in=0, out=0))
    assert unpaid(nothing, Moment()) is None
    assert unpaid(nothing, moment) is None
    for price in (Price(), Price(uncached_in=0, out=1), Price(uncached_in=0, out=0, cache_read=1)):
        dear = msgspec.structs.replace(OWN, price=price)
        assert not dear.free
        assert unfit(dear, Needs(), moment) == "the budget is spent"
    tier = Tier(above=1_000, uncached_in=5, out=5)
    assert not msgspec.structs.replace(OWN, price=Price(uncached_in=0, out=0, tiers=(tier,))).free


def test_a_route_that_has_to_save_keeps_the_cheapest() -> None:
    costs = {"a": 0.02, "b": 0.01, "c": 0.01, "d": math.inf}
    assert dearer(costs, Moment()) == {}
    words = "the budget is spent, and it is not the cheapest"
    assert dearer(costs, Moment(route_spent="the budget is spent")) == {"a": words, "d": words}
    assert listed(msgspec.structs.replace(OWN, price=Price(uncached_in=3, out=15))) == 18.0
    assert listed(OWN) == math.inf


def test_what_a_model_cannot_do_is_not_forbidden() -> None:
    assert forbidden(BLIND, Needs(images=True)) is None
    assert forbidden(RENTED, Needs(only_owned=True)) is not None
