"""Recorded streams cut off at any byte: never an ending that was not sent, never a word that was not said.

The decoders are asked directly, since there are hundreds of thousands of cuts. Streams of at most WHOLE_BYTES are cut
at every offset, longer ones around the edges of their frames.
"""

import base64
import copy

import pytest

from tests.kit.page import Measured
from tests.kit.recordings import CHAT, CONVERSE, DIALECTS, GEMINI, MESSAGES, RESPONSES, Recording, chosen
from understudy.canon.faults import Fault
from understudy.canon.grammar import Grammar
from understudy.canon.reply import Event, Failed, Finished
from understudy.dialects.anthropic import DIALECT as ANTHROPIC
from understudy.dialects.contract import Dialect, ReplyDecoder
from understudy.dialects.converse import DIALECT as BEDROCK
from understudy.dialects.gemini import DIALECT as GOOGLE
from understudy.dialects.openai_chat import DIALECT as OPENAI
from understudy.dialects.openai_responses import DIALECT as ITEMS

SPOKEN: dict[str, Dialect] = {CHAT: OPENAI, RESPONSES: ITEMS, MESSAGES: ANTHROPIC, GEMINI: GOOGLE, CONVERSE: BEDROCK}
WHOLE_BYTES = 4_096
# How far to either side of a frame's edge a longer stream is cut.
AROUND = 3


def bytes_of(recording: Recording) -> bytes:
    """The stream as the provider sent it."""
    response = recording.response
    return response["sse_text"].encode() if "sse_text" in response else base64.b64decode(response["body_b64"])


def offsets(raw: bytes, edges: list[int]) -> list[int]:
    """Where a stream is cut."""
    if len(raw) <= WHOLE_BYTES:
        return list(range(len(raw)))
    near = {edge + step for edge in edges for step in range(-AROUND, AROUND + 1)}
    return sorted(place for place in near if 0 <= place < len(raw))


def ended(decoder: ReplyDecoder) -> list[Event]:
    """What the decoder tells when the stream ends here; its state stays as it was."""
    twin = copy.deepcopy(decoder)
    return [event for frame in twin.close() for event in frame.events]


def events_of(decoder: ReplyDecoder, data: bytes) -> list[Event]:
    """What these bytes complete."""
    return [event for frame in decoder.feed(data) for event in frame.events]


@pytest.mark.parametrize("protocol", DIALECTS)
def test_F1_F2_T50_a_cut_stream_tells_a_beginning_of_the_answer_and_no_ending(
    protocol: str, measured: Measured
) -> None:
    cuts = 0
    streams = [one for one in chosen()[0] if one.stream and one.protocol == protocol]
    assert len(streams) > 20
    for recording in streams:
        cuts += _cut(recording, SPOKEN[protocol])
    measured.cuts[protocol] = (len(streams), cuts)


def _cut(recording: Recording, dialect: Dialect) -> int:
    raw = bytes_of(recording)
    reference = dialect.reply_decoder(dialect.name)
    frames = reference.feed(raw)
    whole = [event for frame in frames for event in frame.events]
    whole += [event for frame in reference.close() for event in frame.events]
    grammar = Grammar()
    for event in whole:
        grammar.check(event)
    edges = [sum(len(frame.raw) for frame in frames[:place]) for place in range(len(frames))]
    decoder, told, before = dialect.reply_decoder(dialect.name), list[Event](), 0
    places = offsets(raw, edges)
    for place in places:
        told += events_of(decoder, raw[before:place])
        before = place
        # Whatever came is the beginning of the answer, byte for byte.
        assert told == whole[: len(told)], (recording.id, place)
        if not any(isinstance(event, Finished | Failed) for event in told):
            last = ended(decoder)
            finished = [event for event in last if isinstance(event, Finished)]
            # An ending at the cut is the true one, with everything before it.
            assert not finished or [*told, *last] == whole[: len(told) + len(last)], (recording.id, place)
    told += events_of(decoder, raw[before:])
    assert [*told, *ended(decoder)] == whole, recording.id
    return len(places)


@pytest.mark.parametrize("protocol", DIALECTS)
def test_F4_a_stream_in_single_bytes_with_comments_and_other_line_ends_says_the_same(protocol: str) -> None:
    dialect = SPOKEN[protocol]
    for recording in chosen()[0]:
        raw = bytes_of(recording) if recording.stream and recording.protocol == protocol else b""
        if not raw or len(raw) > WHOLE_BYTES:
            continue
        whole = _told(dialect, raw, len(raw))
        assert _told(dialect, raw, 1) == whole, recording.id
        if protocol != CONVERSE:
            bare = raw.replace(b"\r\n", b"\n")
            assert _told(dialect, bare.replace(b"\n", b"\r\n"), 7) == whole, recording.id
            assert _told(dialect, b": ping\n\n" + bare.replace(b"\n\n", b"\n\n: ping\n\n"), 11) == whole, recording.id


def _told(dialect: Dialect, raw: bytes, step: int) -> list[Event] | str:
    decoder = dialect.reply_decoder(dialect.name)
    try:
        told = [event for place in range(0, len(raw), step) for event in events_of(decoder, raw[place : place + step])]
    except Fault as fault:
        return fault.message
    return [*told, *ended(decoder)]
