"""Why an answer stopped: own words stay, cut-off calls are never run, calls stand before a plain stop."""

import pytest

from understudy.canon.reply import StopReason
from understudy.dialects.stopping import Calls, word_for

WORDS = {reason: reason.value for reason in StopReason}


@pytest.mark.parametrize(
    ("reason", "own", "calls", "broken", "word"),
    [
        (StopReason.STOP, True, True, True, "native"),
        (StopReason.STOP, False, False, False, "stop"),
        (StopReason.STOP, False, True, False, "tool_calls"),
        (StopReason.TOOL_CALLS, False, True, True, "length"),
        (StopReason.STOP, False, True, True, "length"),
        (StopReason.REFUSAL, False, True, True, "refusal"),
        (StopReason.OTHER, False, True, False, "other"),
    ],
)
def test_T26_the_word_that_a_caller_gets(reason: StopReason, own: bool, calls: bool, broken: bool, word: str) -> None:
    told = word_for(WORDS, reason, "native", own=own, calls=calls, broken=broken)
    assert told == (StopReason(word).value if word != "native" else word)


def test_reasons_that_give_way_to_calls_are_the_dialects_choice() -> None:
    called = (StopReason.STOP, StopReason.OTHER)
    told = word_for(WORDS, StopReason.OTHER, None, own=False, calls=True, broken=False, called=called)
    assert told == StopReason.TOOL_CALLS.value


@pytest.mark.parametrize(("pieces", "broken"), [(['{"a":', "1}"], False), (['{"a":', ""], True), (["", ""], False)])
def test_T14_a_call_is_broken_if_its_arguments_end_too_early(pieces: list[str], broken: bool) -> None:
    calls = Calls()
    calls.begin(pieces[0])
    calls.say(pieces[1])
    calls.end()
    calls.begin("{}")
    calls.end()
    assert (calls.any, calls.broken) == (True, broken)


@pytest.mark.parametrize(
    ("reason", "own", "word"),
    [(StopReason.STOP, False, "refusal"), (StopReason.LENGTH, False, "length"), (StopReason.STOP, True, "native")],
)
def test_T29_an_answer_that_holds_a_refusal_is_one(reason: StopReason, own: bool, word: str) -> None:
    assert word_for(WORDS, reason, "native", own=own, calls=False, broken=False, refused=True) == word


def test_T15_nothing_was_told_of_a_call_until_something_is() -> None:
    calls = Calls()
    calls.begin("")
    calls.say("")
    assert calls.silent
    calls.say("{")
    assert not calls.silent
