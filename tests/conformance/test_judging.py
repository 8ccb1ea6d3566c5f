"""The judge is judged: what is told as it must be is right, and every kind of lie is found in every dialect."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.conformance.forms import body, broken, case, event, refused, streamed, word_of

from understudy.conformance import sse
from understudy.conformance.answers import STOP_SEQUENCE, Answer, Wire
from understudy.conformance.asking import Got
from understudy.conformance.judging import RELEASE_S, SILENT_S, applies, difference, wrong
from understudy.conformance.scenarios import BY_NAME, SCENARIOS
from understudy.conformance.upstream import FORMS, PAGE, WIRES, Visit, frames

every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
SAID = [scenario.name for scenario in SCENARIOS if scenario.group == "said"]
ERRORS = [scenario.name for scenario in SCENARIOS if scenario.group == "errors"]
BROKEN = [one.name for one in SCENARIOS if one.opened and one.cause is not None]
GONE = Visit(stops=[STOP_SEQUENCE], gone=True)


def told(wire: Wire, answer: Answer, *, stream: bool) -> Got:
    """An answer as this dialect tells it."""
    if stream:
        return streamed(wire.frames(answer))
    return Got(200, {}, json.dumps(wire.whole(answer)).encode())


@every_wire
@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_told_as_it_was_said_is_right(wire: Wire, name: str, stream: bool) -> None:
    if applies(wire, BY_NAME[name]):
        got = told(wire, BY_NAME[name].said, stream=stream)
        assert wrong(case(wire, name, stream=stream), got, GONE) == ""


def lies() -> list[tuple[str, Answer]]:
    said = {name: BY_NAME[name].said for name in SAID}
    first, second = said["tools"].calls
    return [
        ("text", replace(said["text"], text="The harbour is calm")),
        ("tools", replace(said["tools"], calls=(first,))),
        ("tools", replace(said["tools"], calls=(second, first))),
        ("tools", replace(said["tools"], calls=(("weather", {"city": "Oslo"}), second))),
        ("length", replace(said["length"], stop="stop")),
        ("usage", replace(said["usage"], cached=0)),
        ("usage", replace(said["usage"], prompt=1_600)),
        ("usage", replace(said["usage"], out=12)),
        ("thinking", replace(said["thinking"], thinking="")),
        ("refusal", replace(said["refusal"], stop="stop")),
        ("stop", replace(said["stop"], stop="length")),
    ]


@every_wire
@pytest.mark.parametrize(("name", "lie"), lies())
@pytest.mark.parametrize("stream", [False, True])
def test_every_lie_is_found(wire: Wire, name: str, lie: Answer, stream: bool) -> None:
    if applies(wire, BY_NAME[name]) and wire.within(lie) != wire.within(BY_NAME[name].said):
        assert wrong(case(wire, name, stream=stream), told(wire, lie, stream=stream), GONE)


@every_wire
def test_a_stop_sequence_that_does_not_arrive_is_found(wire: Wire) -> None:
    words = wrong(case(wire, "stop"), told(wire, BY_NAME["stop"].said, stream=True), Visit(stops=[]))
    assert words == ("" if wire.stop_sequences({}) is None else "the upstream was to stop at [], for ['EBB']")


@every_wire
def test_a_stream_that_says_nothing_of_its_end_is_found(wire: Wire) -> None:
    half = frames(wire, BY_NAME["eof"])
    assert wrong(case(wire, "nodone"), streamed(half), None) == "no ending was told"
    failed = broken(wire, "eof")
    assert wrong(case(wire, "nodone"), streamed(failed), None).startswith("an error was told")
    assert "torn" in wrong(case(wire, "text"), streamed(wire.frames(BY_NAME["text"].said), torn=True), None)


@every_wire
def test_F4_a_malformed_event_that_is_passed_on_is_found(wire: Wire) -> None:
    whole = wire.frames(BY_NAME["garbage"].said)
    assert wrong(case(wire, "garbage"), streamed(whole), GONE) == ""
    words = wrong(case(wire, "garbage"), streamed(frames(wire, BY_NAME["garbage"])), GONE)
    assert "is no JSON" in words or words.startswith("not an answer of this dialect")


@every_wire
@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("stream", [False, True])
def test_F6_an_error_is_right_in_its_own_words_alone(wire: Wire, name: str, stream: bool) -> None:
    cell = case(wire, name, stream=stream)
    cause = cell.scenario.cause
    assert cause is not None
    assert wrong(cell, refused(wire, cause), None) == ""
    assert wrong(cell, refused(wire, cause, status=418), None).startswith("status 418 for ")
    assert wrong(cell, refused(wire, cause, word="OddError"), None).startswith("told as ")
    assert wrong(cell, refused(wire, cause, message="it failed"), None) == "the upstream's message is lost"
    assert wrong(cell, refused(wire, cause, status=200), None).startswith("status 200 for ")
    bare = Got(cell.due.statuses[0] if cell.due else 0, {"retry-after": "1"}, b'{"detail": "no"}')
    assert wrong(cell, bare, None) == "an error in no form of this dialect"
    if name == "error-429":
        assert wrong(cell, refused(wire, cause, headers={}), None) == "no retry-after"


@every_wire
@pytest.mark.parametrize("name", BROKEN)
def test_F1_F2_F3_F5_F7_F8_F9_a_broken_stream_is_right_with_an_error_and_no_ending(wire: Wire, name: str) -> None:
    cell, events = case(wire, name), broken(wire, name)
    assert wrong(cell, streamed(events), GONE) == ""
    assert wrong(cell, streamed(events[:-1]), GONE) == "the stream stops without an error"
    assert "torn" in wrong(cell, streamed(events, torn=True), GONE)
    told = wrong(cell, streamed(broken(wire, name, word="OddError")), GONE)
    assert bool(told) is bool(cell.due and cell.due.inband)
    lost = wrong(cell, streamed(broken(wire, name, message="it failed")), GONE)
    assert lost == ("the upstream's message is lost" if name.startswith("inband") else "")
    ending = "an ending was told of an answer that broke off"
    assert wrong(cell, streamed(wire.frames(cell.scenario.said)), GONE) == ending
    assert wrong(cell, streamed([*events, *wire.frames(Answer())[-3:]]), GONE) == ending


@every_wire
@pytest.mark.parametrize("name", BROKEN)
def test_F1_F3_F7_the_same_may_be_told_by_a_status_while_nothing_was_sent(wire: Wire, name: str) -> None:
    cell = case(wire, name)
    cause = cell.scenario.cause
    assert cause is not None
    assert wrong(cell, refused(wire, cause), GONE) == ""
    assert wrong(cell, refused(wire, cause, status=400), GONE) == f"status 400 for {wire.due[cause].statuses[0]}"


@every_wire
def test_F5a_F6_F10_what_comes_before_the_first_word_has_a_status(wire: Wire) -> None:
    for name in ("inband-first", "error-500", "page"):
        cell = case(wire, name)
        got = streamed([event(wire, [], word_of(wire, "500"))])
        assert cell.due is not None
        assert wrong(cell, got, None) == f"status 200 for {cell.due.statuses[0]}"


@every_wire
def test_F10_a_page_that_is_passed_on_is_found(wire: Wire) -> None:
    assert wrong(case(wire, "page"), refused(wire, "page"), None) == ""
    assert wrong(case(wire, "page"), Got(502, {}, PAGE.encode()), None) == "the upstream's page was passed on"
    told = refused(wire, "page", message=PAGE)
    assert wrong(case(wire, "page"), told, None) == "the upstream's page was passed on"


@every_wire
def test_F8_a_half_call_that_is_told_as_done_is_found(wire: Wire) -> None:
    said = BY_NAME["halftool"].said
    # All but the last two events, or as many as tell an ending: the call is closed, and no end is told.
    whole = [*wire.frames(replace(said, stop="stop"))]
    cut = next(n for n in range(len(whole), 0, -1) if not wire.listen(wire.events(b"".join(whole[:n]))).ended)
    events = [*whole[:cut], event(wire, whole[:cut], word_of(wire, "broken"))]
    words = wrong(case(wire, "halftool"), streamed(events), None)
    # The Llama API has no word for a call's end but the answer's own.
    assert words == ("" if wire.name == "llama" else "a call that was cut off was told as done")


@every_wire
def test_words_that_were_never_said_are_found(wire: Wire) -> None:
    half = wire.frames(Answer("The harbour is stormy and will stay so."))[:7]
    events = [*half, event(wire, half, word_of(wire, "broken"))]
    assert wrong(case(wire, "eof"), streamed(events), None).startswith("text 'The harbour is")


@every_wire
def test_F3_F5_F7_F9_a_connection_that_is_kept_is_found(wire: Wire) -> None:
    words = f"the upstream's connection was still open {RELEASE_S * 1000:.0f} ms after the end"
    got = streamed(broken(wire, "stall"))
    assert wrong(case(wire, "stall"), got, Visit(gone=True)) == ""
    assert wrong(case(wire, "stall"), got, Visit()) == words


@every_wire
def test_F3_a_silence_at_which_clients_give_up_is_found(wire: Wire) -> None:
    got = streamed(broken(wire, "stall"), silent_s=SILENT_S + 1)
    assert wrong(case(wire, "stall"), got, GONE) == "silent for 12 s"


@every_wire
def test_a_client_that_goes_must_have_heard_something_and_be_let_go(wire: Wire) -> None:
    heard = streamed(frames(wire, BY_NAME["hangup"]))
    assert wrong(case(wire, "hangup"), heard, GONE) == ""
    assert "still open" in wrong(case(wire, "hangup"), heard, Visit())
    assert wrong(case(wire, "hangup"), Got(502), GONE) == "no words came, status 502"


def renumbered(name: str, raw: bytes) -> bytes:
    """The same stream with a number left out, or a name that is not the type."""
    match name:
        case "responses":
            return raw.replace(b'"sequence_number": 3', b'"sequence_number": 30')
        case "messages":
            return raw.replace(b'"index": 0', b'"index": 1')
        case _:
            return raw.replace(b'"contentBlockIndex": 0', b'"contentBlockIndex": 1')


@pytest.mark.parametrize(
    "wire", [wire for wire in WIRES if wire.name in ("responses", "messages")], ids=lambda w: w.name
)
def test_numbers_with_gaps_and_names_that_are_not_types_are_found(wire: Wire) -> None:
    raw = b"".join(wire.frames(BY_NAME["text"].said))
    words = wrong(case(wire, "text"), Got(200, {}, renumbered(wire.name, raw)), None)
    assert words.startswith(("sequence_number 30 after 2", "blocks numbered [1]"))
    kind = b"response.created" if wire.name == "responses" else b"message_start"
    odd = raw.replace(b"event: " + kind, b"event: other")
    assert wrong(case(wire, "text"), Got(200, {}, odd), None).startswith("the event 'other' is of type")


def test_what_only_one_dialect_asks_for_is_found() -> None:
    wires: dict[str, Any] = {wire.name: wire for wire in WIRES}
    llama = [*wires["llama"].frames(BY_NAME["text"].said), sse.DONE]
    assert wrong(case(wires["llama"], "text"), streamed(llama), None) == "the data '[DONE]' is no JSON"
    gemini = body(wires["gemini"], "UNAVAILABLE")
    gemini["error"]["code"] = 502
    events = [*broken(wires["gemini"], "eof")[:-1], sse.told(gemini)]
    words = wrong(case(wires["gemini"], "eof"), streamed(events), None)
    assert words == "the error 'UNAVAILABLE' has the code 502"
    converse = b"".join(wires["converse"].frames(BY_NAME["text"].said))
    flipped = converse[:-1] + bytes([converse[-1] ^ 1])
    words = wrong(case(wires["converse"], "text"), Got(200, {}, flipped), None)
    assert words == "not an answer of this dialect (ValueError: a message's checksum is wrong)"
    responses = broken(wires["responses"], "halftool")
    emptied = responses[-1].replace(b'"output": [{', b'"output": [], "was": [{')
    words = wrong(case(wires["responses"], "halftool"), streamed([*responses[:-1], emptied]), None)
    assert words == "the failed response does not hold the items that were done"
    waiting = [*wires["gemini"].frames(BY_NAME["text"].said), sse.COMMENT]
    assert wrong(case(wires["gemini"], "text"), streamed(waiting), None) == "the data ': waiting' is no JSON"
    unnamed = [*broken(wires["llama"], "eof")[:-1], sse.told(body(wires["llama"], "server_error"))]
    assert wrong(case(wires["llama"], "eof"), streamed(unnamed), None).startswith("not an answer of this dialect")


def test_T54_an_array_is_whole_and_its_error_is_its_last_element() -> None:
    array, gemini = FORMS["gemini"], next(wire for wire in WIRES if wire.name == "gemini")
    chunks = [event.data for event in sse.read(b"".join(array.frames(BY_NAME["eof"].said)))]
    half, failed = chunks[: len(chunks) // 2], body(gemini, "UNAVAILABLE")
    assert wrong(case(array, "nodone"), Got(200, {}, json.dumps(chunks).encode()), None) == ""
    assert wrong(case(array, "eof"), Got(200, {}, json.dumps([*half, failed]).encode()), None) == ""
    stopped = Got(200, {}, json.dumps(half).encode())
    assert wrong(case(array, "eof"), stopped, None) == "the stream stops without an error"
    unclosed = json.dumps([*half, failed]).encode()[:-1]
    assert wrong(case(array, "eof"), Got(200, {}, unclosed), None).startswith("not an answer of this dialect")
    assert wrong(case(array, "eof"), Got(200, {}, b"{}"), None).startswith("not an answer of this dialect")


def test_no_answer_and_no_answer_of_the_dialect_are_told_in_words() -> None:
    chat = WIRES[0]
    assert wrong(case(chat, "text"), Got(lost="ClientOSError"), None) == "no answer: ClientOSError"
    assert wrong(case(chat, "text"), Got(404, {}, b"no"), None) == "status 404: no"
    assert wrong(case(chat, "text", stream=False), Got(200, {}, b"{}"), None).startswith(
        "not an answer of this dialect"
    )


def test_a_difference_names_what_was_heard_and_what_was_said() -> None:
    assert difference(Answer("a"), Answer("b"), "text") == "text 'b' for 'a'"
    assert difference(Answer("a", stop="refusal"), Answer("", stop="refusal"), "refusal") == ""
    assert difference(Answer(cached=None), Answer(cached=0), "text") == ""


def test_what_an_upstream_cannot_say_is_not_asked_of_it() -> None:
    llama = WIRES[-1]
    assert llama.name == "llama"
    assert [one.name for one in SCENARIOS if not applies(llama, one)] == ["thinking", "refusal", "nodone"]
