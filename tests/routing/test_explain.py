"""An explanation names every figure of a decision, in words."""

import msgspec

from tests.routing.pools import POOL, by_text, prompt
from understudy.routing.decide import decide
from understudy.routing.explain import explained
from understudy.routing.learn import believe, unfold
from understudy.routing.naming import names_in
from understudy.routing.text import read

LEARNED = unfold(believe(by_text(1_500), POOL).belief)


def test_a_decision_in_words() -> None:
    asked = prompt(3, sums=True)
    decision = decide(POOL.models, "rented", LEARNED, "chat", lambda: read(asked))
    lines = "\n".join(explained(decision, names_in(asked)))
    assert lines.startswith("own answers: worth +")
    parts = ("own: own, quality 0.", "rented: rented, quality 0.", "n 1,500", "$0.010000 a completed request")
    more = ("text +", "(word)", "the text speaks", "no dial", "otherwise: rented if every call were rented")
    for part in parts + more:
        assert part in lines, part


def test_nothing_known_is_said_in_two_lines_a_model() -> None:
    lines = list(explained(decide(POOL.models, "rented", None, "chat", lambda: read(""))))
    assert lines == [
        "rented answers: nothing is learned of this kind yet: the incumbent answers",
        "  own: own",
        "  rented: rented",
    ]


def test_what_waiting_is_charged_is_told() -> None:
    learned = unfold(msgspec.structs.replace(LEARNED.belief, latency_price=0.05))
    lines = list(explained(decide(POOL.models, "rented", learned, "chat", lambda: read(""))))
    assert "900 ms (worth -0.045)" in lines[3]
    assert "latency: 0.05 a second" in lines
