"""An explanation names every figure of a decision, in words."""

import msgspec

from tests.routing.pools import POOL, by_meaning, by_text, lesson, meant, prompt
from understudy.routing.board import Board, Route
from understudy.routing.choose import Features, choose
from understudy.routing.decide import Decision, decide
from understudy.routing.explain import WORDS, explained
from understudy.routing.fitness import Moment
from understudy.routing.learn import believe, unfold
from understudy.routing.naming import names_in
from understudy.routing.priors import Prior
from understudy.routing.text import read
from understudy.stats.features import NAMES

LEARNED = unfold(believe(by_text(1_500), POOL).belief)


def test_a_decision_in_words() -> None:
    asked = prompt(3, sums=True)
    decision = decide(POOL.models, "rented", LEARNED, "chat", lambda: read(asked))
    lines = "\n".join(explained(decision, names_in(asked)))
    assert lines.startswith("own answers: worth +")
    parts = ("own: own, quality 0.", "rented: rented, quality 0.", "n 1,500", "$0.010000 a completed request")
    more = ("text +", "(words)", "the text speaks", "no dial", "otherwise: rented if every call were rented")
    for part in parts + more:
        assert part in lines, part


def test_what_the_text_adds_adds_up_and_names_its_model() -> None:
    asked = prompt(3, sums=True)
    decision = decide(POOL.models, "rented", LEARNED, "chat", lambda: read(asked))
    lines = list(explained(decision, names_in(asked)))
    head = next(place for place, line in enumerate(lines) if line.startswith("of the "))
    told = [float(line.split()[0]) for line in lines[head + 1 : head + 2 + len(decision.contributions)]]
    assert lines[head].endswith("that the text adds to own, most first:")
    assert abs(sum(told) - float(lines[head].split()[2])) < 0.0005
    assert lines[head + 1 + len(decision.contributions)].endswith("all else")


def test_why_a_belief_was_learned_out_of_turn_is_told_with_every_decision_of_it() -> None:
    belief = believe(by_text(1_500), POOL, drift="prompts have changed").belief
    for learned, told in ((unfold(belief), True), (LEARNED, False)):
        lines = list(explained(decide(POOL.models, "rented", learned, "chat", lambda: read("a sum"))))
        assert ("learned anew because of drift: prompts have changed" in lines) == told


def test_all_vectors_are_one_line_of_what_adds_up() -> None:
    learned = unfold(believe(by_meaning(600), POOL).belief)
    decision = decide(POOL.models, "rented", learned, "chat", lambda: meant(3, sums=True))
    lines = list(explained(decision))
    head = next(place for place, line in enumerate(lines) if line.startswith("of the "))
    (mine,) = [line for line in lines if line.endswith("  what it means (vectors)")]
    assert float(mine.split()[0]) > 0.1
    told = [float(line.split()[0]) for line in lines[head + 1 : head + 2 + len(decision.contributions)]]
    assert abs(sum(told) - float(lines[head].split()[2])) < 0.0005


def test_a_text_that_was_learned_with_other_vectors_says_why_it_is_silent() -> None:
    learned = unfold(believe(by_meaning(600), POOL).belief)
    lines = list(explained(decide(POOL.models, "rented", learned, "chat", lambda: read(prompt(3, sums=True)))))
    assert lines[1].endswith(
        "the text does not speak here: it was learned with other word vectors than are loaded; it will be learned anew"
    )


def test_every_feature_has_a_name_for_people() -> None:
    assert tuple(WORDS) == (*NAMES, "meaning")


def test_nothing_known_is_said_in_two_lines_a_model() -> None:
    lines = list(explained(decide(POOL.models, "rented", None, "chat", lambda: read(""))))
    assert lines == [
        "rented answers: nothing is learned of this kind yet: the incumbent answers",
        "  own: own",
        "  rented: rented",
    ]


def test_where_a_mean_starts_is_told_and_adds_up() -> None:
    """Before anything was seen, with few outcomes and, with its share of the mean, with many."""
    pool = msgspec.structs.replace(POOL, priors={"own": Prior(mean=0.9, kinds={"code": 0.8})})
    route = Route(name="auto", incumbent="rented", choose_from=("own", "rented"), priors=pool.priors)
    board = Board(models={model.name: model for model in pool.models}, routes={"auto": route})

    def own(kind: str, board: Board, moment: Moment = Moment()) -> str:  # noqa: B008 - a frozen value
        plan = choose(Features(asked="auto", kind=kind, moment=moment), board, draw=0.5, shadow_draw=1.0)
        assert plan.decision is not None
        # What the journal keeps is explained in the same words.
        kept = msgspec.json.decode(msgspec.json.encode(plan.decision), type=Decision)
        return next(line for line in explained(kept) if line.startswith("  own: "))

    said = "as the route's priors say"
    assert own("code", board) == f"  own: own, nothing learned of it on this kind yet; starts at 0.800, {said}"
    belief = believe([lesson(number, "chat", number % 2, 0.0) for number in range(60)], pool).belief
    learned = msgspec.structs.replace(board, beliefs={("default", "auto"): unfold(belief)})
    assert own("code", learned) == own("code", board)
    assert (
        own("chat", learned, Moment(resting={"own": "it rests", "rented": "it rests"})) == "  own: own, out: it rests"
    )
    # The incumbent is at 10 / 80, since none of 60 was right. The own model is better on half of its 60, and the
    # 20 outcomes that its gain begins with count as 0.9.
    assert f"quality {(60 * (0.125 + 0.5) + 20 * 0.9) / 80:.3f}" in own("chat", learned)
    assert f"n 60), 25.0% of it the start at 0.900, {said}, " in own("chat", learned)


def test_who_stands_in_is_told() -> None:
    decision = msgspec.structs.replace(
        decide(POOL.models, "rented", None, "chat", lambda: read("")), stand_ins=("a", "b")
    )
    assert "if it fails before its first words, in turn: a, b" in list(explained(decision))


def test_what_waiting_is_charged_is_told() -> None:
    learned = unfold(msgspec.structs.replace(LEARNED.belief, latency_price=0.05))
    lines = list(explained(decide(POOL.models, "rented", learned, "chat", lambda: read(""))))
    assert "900 ms (worth -0.045)" in lines[3]
    assert "latency: 0.05 a second" in lines
