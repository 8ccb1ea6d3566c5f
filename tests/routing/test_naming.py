"""Names of buckets: the tenant's own n-grams, for those that weigh."""

from tests.routing.pools import POOL, by_text, prompt
from understudy.routing.decide import decide
from understudy.routing.learn import believe, unfold
from understudy.routing.naming import names_in, names_of
from understudy.routing.text import read

BELIEF = believe(by_text(600), POOL).belief
PROMPTS = [prompt(number, sums=bool(number % 2)) for number in range(600)]


def test_what_moves_a_decision_has_a_name() -> None:
    names = names_of(BELIEF, PROMPTS)
    asked = prompt(1, sums=True)
    decision = decide(POOL.models, "rented", unfold(BELIEF), "chat", lambda: read(asked))
    told = [f"{block}:{feature}" for block, feature, _ in decision.contributions if block != "hand"]
    assert told
    assert all(place in names for place in told)
    assert all(names[place] == names_in(asked)[place] for place in told if place.startswith("word"))


def test_without_a_text_model_there_is_nothing_to_name() -> None:
    assert names_of(believe(by_text(60), POOL).belief, PROMPTS) == {}
