"""Fitness: what a model cannot do and what a caller may not use, each in words; what is not known hinders nothing."""

import msgspec
import pytest

from tests.routing.pools import OWN, RENTED
from understudy.routing.board import Model
from understudy.routing.fitness import CHARS_PER_TOKEN, Needs, forbidden, unfit

SMALL = msgspec.structs.replace(OWN, window=100)
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
    ],
)
def test_each_constraint_has_its_words(model: Model, needs: Needs, why: str | None) -> None:
    assert unfit(model, needs) == why


def test_what_a_model_cannot_do_is_not_forbidden() -> None:
    assert forbidden(BLIND, Needs(images=True)) is None
    assert forbidden(RENTED, Needs(only_owned=True)) is not None
