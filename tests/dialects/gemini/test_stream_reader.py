import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.gemini.samples import USAGE, array, chunk, collected, reply_in, sse

from understudy.canon.faults import Fault
from understudy.canon.parts import Text
from understudy.canon.reply import StopReason
from understudy.dialects.gemini import DIALECT

CHUNKS = [chunk({"text": "Grüß "}), chunk({"text": "dich"}), chunk({"text": "!"}, finish="STOP", usageMetadata=USAGE)]
FORMS = pytest.mark.parametrize("form", [sse, array])


@FORMS
@pytest.mark.parametrize("step", [0, 1, 7])
def test_T54_both_forms_are_read_wherever_they_are_cut(form: object, step: int) -> None:
    reply = reply_in(form(*CHUNKS), step=step)  # type: ignore[operator]
    assert (reply.parts, reply.stop, reply.usage.out) == ((Text("Grüß dich!"),), StopReason.STOP, 5)


@FORMS
def test_T50_a_stream_cut_anywhere_never_looks_complete(form: object) -> None:
    raw = form(*CHUNKS)  # type: ignore[operator]
    whole = raw.rstrip()
    # The last blank line of an event adds nothing to it: with all its JSON there, the chunk is whole.
    certain = whole.rindex(b"}") + 1 if form is sse else len(whole)
    for place in range(certain):
        cut = collected(raw[:place])
        assert cut.finished is None, place
    assert collected(raw).finished is not None


def test_bytes_that_look_like_an_ending_leave_only_with_it() -> None:
    decoder = DIALECT.reply_decoder("gemini")
    early = decoder.feed(sse(*CHUNKS))
    assert b"finishReason" not in b"".join(frame.raw for frame in early)
    (last,) = decoder.close()
    assert last.terminal
    assert b"finishReason" in last.raw


def test_older_models_say_stop_in_every_chunk() -> None:
    reply = reply_in(sse(chunk({"text": "a"}, finish="STOP"), chunk({"text": "b"}, finish="MAX_TOKENS")))
    assert (reply.parts, reply.stop) == ((Text("ab"),), StopReason.LENGTH)


def test_figures_after_the_ending_are_read() -> None:
    late = {"usageMetadata": USAGE, "responseId": "r1"}
    assert reply_in(sse(chunk({"text": "a"}, finish="STOP"), late)).usage.out == 5


def test_T53_an_error_takes_the_place_of_the_ending() -> None:
    failed = collected(sse(*CHUNKS, {"error": {"code": 500, "message": "m", "status": "INTERNAL"}}))
    assert failed.failed is not None
    assert failed.finished is None


def test_a_line_that_is_no_chunk_is_marked_and_left_out() -> None:
    frames = DIALECT.reply_decoder("gemini").feed(b"data: nonsense\n\n" + sse(CHUNKS[0]))
    assert [frame.malformed for frame in frames] == [True, False]


@given(st.binary(max_size=200))
def test_garbage_raises_nothing_but_a_fault(raw: bytes) -> None:
    decoder = DIALECT.reply_decoder("gemini")
    try:
        decoder.feed(raw), decoder.close()
    except Fault:
        return
