"""Sanity: which judge is believed, by what it said of answers that say nothing."""

import msgspec
import pytest

from tests.jobs.test_pool_verdicts import JUDGE, probe
from understudy.canon.parts import Text, ToolCall, text_of
from understudy.canon.reply import Reply, StopReason
from understudy.jobs.sanity import FIRST, PLANTED, WINDOW, Sanity, planted, sanity, standing, vouched_s


def of(*scores: float | None) -> Sanity:
    """The sanity of a judge that has said this, newest first."""
    return sanity(JUDGE.name, JUDGE.version, [probe(number, score) for number, score in enumerate(scores)])


def test_few_probes_say_nothing_yet() -> None:
    young = of(*[-1.0] * (FIRST - 1))
    assert (young.known, young.believed) == (False, False)
    assert young.words == "judge third is being tried: it rejected 9 of 9 answers that say nothing; " + (
        "10 are asked before its verdicts count"
    )
    assert of(*[-1.0] * FIRST).words == "judge third is believed: it rejected 10 of 10 answers that say nothing"


@pytest.mark.parametrize("kept", [0.0, 0.5, 1.0, None])
def test_only_a_verdict_against_it_rejects_and_one_in_ten_may_fail(kept: float | None) -> None:
    assert of(kept, *[-0.25] * 9).believed
    assert not of(kept, kept, *[-0.25] * 9).believed
    assert of(kept, *[-1.0] * 18, kept).believed
    assert not of(kept, *[-1.0] * 17, kept, kept).believed


def test_the_newest_count_and_another_version_begins_anew() -> None:
    assert of(*[-1.0] * WINDOW, *[1.0] * 9).believed
    told = [probe(number, 1.0) for number in range(FIRST)]
    for by, version in ((JUDGE.name, "other"), ("other", JUDGE.version)):
        assert (sanity(by, version, told).asked, sanity(by, version, told).known) == (0, False)


def test_a_judge_stands_as_it_was_tried_last() -> None:
    told = [probe(number, -1.0) for number in range(FIRST)]
    newer = msgspec.structs.replace(told[0], version="newer", score=1.0)
    assert standing(JUDGE.name, told).believed
    assert standing(JUDGE.name, [newer, *told]) == Sanity(JUDGE.name, 1, 0)
    assert standing(JUDGE.name, []) == Sanity(JUDGE.name)


@pytest.mark.parametrize(
    ("scores", "place"),
    [
        ("rrrr", 0),
        ("frrr", 1),
        ("ffrrr", 2),
        # One of the planted texts convinces it, and it was given that one by turns.
        ("frrfrrfrrr", 7),
        ("frfrrrr", 3),
        ("frr", None),
        ("rr", None),
        ("", None),
    ],
)
def test_it_is_vouched_for_until_the_end_of_the_last_round_that_it_passed(scores: str, place: int | None) -> None:
    """Newest first: r was rejected, f was not."""
    told = [
        msgspec.structs.replace(probe(number, -0.5 if one == "r" else 0.0), at_s=100.0 - number)
        for number, one in enumerate(scores)
    ]
    other = [msgspec.structs.replace(probe(99, -1.0), version="other")] * 3
    assert vouched_s(JUDGE.name, JUDGE.version, [*told, *other]) == (0.0 if place is None else 100.0 - place)


def reply(*parts: Text | ToolCall, stop: StopReason = StopReason.STOP) -> Reply:
    return Reply(id="x", model="rented", dialect="openai_chat", parts=parts, stop=stop)


def test_what_says_nothing_is_planted_beside_answers_that_say_something() -> None:
    found = [planted(reply(Text("42")), number) for number in range(4)]
    assert [text_of(one.parts) for one in found if one is not None] == [*PLANTED, PLANTED[0]]
    assert planted(reply(ToolCall(id="c", name="add", arguments="{}")), 0) is not None
    for nothing in (reply(), reply(Text(" ")), reply(Text("I cannot"), stop=StopReason.REFUSAL)):
        assert planted(nothing, 0) is None
