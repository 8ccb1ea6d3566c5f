"""Who of a pool stands in: as they would be chosen one after the other, and nobody who may not answer."""

import msgspec
import pytest

from tests.routing.pools import OWN, RENTED
from understudy.canon.money import Price
from understudy.routing.decide import Decision, Option
from understudy.routing.fitness import Moment, Needs
from understudy.routing.standing_in import stand_ins

THIRD, FOURTH = (msgspec.structs.replace(RENTED, name=name) for name in ("third", "fourth"))
POOL = (OWN, RENTED, THIRD, FOURTH)


def option(name: str, worth: float | None = None, *, out: str | None = None, cost_usd: float | None = None) -> Option:
    return Option(model=name, owned=name == "own", worth=worth, out=out, cost_usd=cost_usd)


def decided(*options: Option, chosen: str, trial: bool = False) -> Decision:
    told = {one.model: one for one in options}
    whole = tuple(told.get(model.name, option(model.name)) for model in POOL)
    return Decision(chosen=chosen, incumbent="rented", why="", options=whole, trial=trial)


def names(decision: Decision, moment: Moment = Moment(), needs: Needs = Needs()) -> list[str]:  # noqa: B008 - frozen
    return [model.name for model in stand_ins(decision, POOL, needs, moment)]


KNOWN = (option("own", 0.6), option("rented", 0.7), option("third", 0.9), option("fourth", 0.8))


def test_the_next_best_by_worth_stands_in() -> None:
    assert names(decided(*KNOWN, chosen="third")) == ["fourth", "rented", "own"]


def test_where_nothing_is_known_the_incumbent_and_then_the_pools_order() -> None:
    assert names(decided(chosen="third")) == ["rented", "own", "fourth"]
    assert names(decided(chosen="rented")) == ["own", "third", "fourth"]


def test_who_lacks_outcomes_comes_after_those_of_whom_enough_is_known_the_incumbent_first() -> None:
    few = "outcomes on this kind: 3; 50 are asked"
    told = (option("own", 0.6), option("rented", 0.5, out=few), option("fourth", 0.95, out=few))
    assert names(decided(*told, chosen="third")) == ["own", "rented", "fourth"]


def test_who_rests_is_the_last_resort() -> None:
    resting = Moment(resting={"fourth": "it rests", "rented": "it rests"})
    assert names(decided(*KNOWN, chosen="third"), resting) == ["own", "fourth", "rented"]


def test_in_a_cascade_the_incumbent_answers_what_the_check_refuses() -> None:
    assert names(decided(*KNOWN, chosen="own", trial=True)) == ["rented", "third", "fourth"]


def test_a_route_that_has_to_save_asks_the_cheapest_next() -> None:
    costs = {"own": 0.0, "rented": 0.03, "third": 0.02, "fourth": 0.01}
    told = [msgspec.structs.replace(one, cost_usd=costs[one.model]) for one in KNOWN]
    assert names(decided(*told, chosen="own"), Moment(route_spent="spent")) == ["fourth", "third", "rented"]


@pytest.mark.parametrize(
    ("needs", "moment", "left"),
    [
        (Needs(only_owned=True), Moment(), ["own"]),
        (Needs(only_tags=("eu",)), Moment(), ["fourth"]),
        (Needs(images=True), Moment(), ["rented", "fourth"]),
        (Needs(), Moment(key_spent="spent"), ["own"]),
        (Needs(only_owned=True), Moment(resting={"own": "it rests"}), ["own"]),
    ],
    ids=["only own", "tags", "images", "money", "rests"],
)
def test_nobody_stands_in_who_may_not_or_cannot_answer(needs: Needs, moment: Moment, left: list[str]) -> None:
    free = Price(uncached_in=0, out=0)
    own = msgspec.structs.replace(OWN, images=False, price=free)
    fourth = msgspec.structs.replace(FOURTH, tags=("eu",))
    pool = (own, RENTED, THIRD, fourth)
    found = stand_ins(decided(chosen="third"), pool, needs, moment)
    assert [model.name for model in found] == left
