"""Sanity: which judge is believed, by what it said of answers that say nothing."""

import pytest

from tests.jobs.test_pool_verdicts import JUDGE, probe
from understudy.canon.parts import Text, ToolCall, text_of
from understudy.canon.reply import Reply, StopReason
from understudy.jobs.sanity import FIRST, PLANTED, WINDOW, Sanity, planted, sanity


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


def reply(*parts: Text | ToolCall, stop: StopReason = StopReason.STOP) -> Reply:
    return Reply(id="x", model="rented", dialect="openai_chat", parts=parts, stop=stop)


def test_what_says_nothing_is_planted_beside_answers_that_say_something() -> None:
    found = [planted(reply(Text("42")), number) for number in range(4)]
    assert [text_of(one.parts) for one in found if one is not None] == [*PLANTED, PLANTED[0]]
    assert planted(reply(ToolCall(id="c", name="add", arguments="{}")), 0) is not None
    for nothing in (reply(), reply(Text(" ")), reply(Text("I cannot"), stop=StopReason.REFUSAL)):
        assert planted(nothing, 0) is None
