"""Decoders of every dialect against twenty thousand bent inputs each: nothing but a Fault ever leaves them.

Inputs are bent from true ones (a stream, an answer, a request of the dialect's own making), since pure noise is refused
at the door. `UNDERSTUDY_FUZZ` sets another number of inputs for longer runs.
"""

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.test_contract import ALL, ECHO, REQUEST, TARGET

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Refusal, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason, events_of
from understudy.canon.usage import Usage
from understudy.dialects.contract import Dialect

INPUTS = int(os.environ.get("UNDERSTUDY_FUZZ", "20000"))
# One hypothesis example bends this many inputs, since an example costs more than a decoding.
PER_EXAMPLE = 40
# The same inputs every time: a find of chance must not stop somebody else's change.
BENDINGS = settings(
    max_examples=INPUTS // PER_EXAMPLE,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
REPLY = Reply(
    id="r",
    model="m",
    dialect="elsewhere",
    parts=(
        Thinking("So", "c2VhbA==", "anthropic"),
        Text("Hello there"),
        ToolCall("call_1", "add", '{"a":[1,{"b":null}]}'),
        ToolCall("call_2", "sub", "{}"),
        Refusal("No"),
        Opaque("odd", {"x": 1}),
    ),
    stop=StopReason.TOOL_CALLS,
    usage=Usage(3, 2, 1, None, 5, 2),
)
# Values that a JSON value is exchanged for.
ODD: tuple[Any, ...] = (None, True, -1, 1e308, 2**70, "", "\ud800", [], {}, [[]], {"type": "text"}, "x" * 300)


def stream_of(dialect: Dialect) -> bytes:
    encoder = dialect.reply_encoder(REQUEST, ECHO)
    return b"".join(map(encoder.send, events_of(REPLY))) + encoder.end(ECHO)


def bent(raw: bytes, lot: random.Random) -> bytes:
    """The bytes with one to three things wrong: a value exchanged, bytes changed, cut out, doubled or moved."""
    for _ in range(lot.randint(1, 3)):
        way = lot.randrange(5)
        place, end = sorted((lot.randrange(len(raw) + 1), lot.randrange(len(raw) + 1)))
        if way == 0:
            raw = raw[:place] + raw[end:]
        elif way == 1:
            raw = raw[:place] + bytes([lot.randrange(256)]) + raw[place + 1 :]
        elif way == 2:
            raw = raw[:end] + raw[place:end] + raw[end:]
        else:
            raw = exchanged(raw, lot)
    return raw


def exchanged(raw: bytes, lot: random.Random) -> bytes:
    """The bytes with a value of one of their JSON objects exchanged for an odd one; as they are if they hold none."""
    starts = [place for place, byte in enumerate(raw) if byte == ord("{")]
    if not starts:
        return raw
    start = lot.choice(starts)
    try:
        text = raw[start:].decode("utf-8", "surrogateescape")
        value, length = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return raw
    places = list(holders(value))
    holder, key = lot.choice(places) if places else (value, "new")
    holder[key] = lot.choice(ODD)
    told = json.dumps(value).encode()
    return raw[:start] + told + text[length:].encode("utf-8", "surrogateescape")


def holders(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value at which something stands."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from holders(value[key])


@ALL
def test_a_bent_stream_is_read_or_refused(dialect: Dialect) -> None:
    raw = stream_of(dialect)

    @BENDINGS
    @given(st.randoms(use_true_random=False))
    def run(lot: random.Random) -> None:
        for _ in range(PER_EXAMPLE):
            wrong = bent(raw, lot)
            decoder = dialect.reply_decoder("anthropic")
            cut = lot.randrange(len(wrong) + 1)
            try:
                for frame in [*decoder.feed(wrong[:cut]), *decoder.feed(wrong[cut:]), *decoder.close()]:
                    # What is malformed is dropped before anybody edits it.
                    if not frame.malformed:
                        dialect.edit_frame(frame, REQUEST, ECHO)
            except Fault:
                continue

    run()


@ALL
def test_a_bent_answer_is_read_or_refused(dialect: Dialect) -> None:
    raw = dialect.encode_reply(REPLY, REQUEST, ECHO).body

    @BENDINGS
    @given(st.randoms(use_true_random=False))
    def run(lot: random.Random) -> None:
        for _ in range(PER_EXAMPLE):
            try:
                dialect.decode_reply(bent(raw, lot), "anthropic")
            except Fault:
                continue

    run()


@ALL
def test_a_bent_request_is_read_or_refused(dialect: Dialect) -> None:
    raw = dialect.encode_request(REQUEST, TARGET).body
    path = dialect.path_to(REQUEST, TARGET)

    @BENDINGS
    @given(st.randoms(use_true_random=False))
    def run(lot: random.Random) -> None:
        for _ in range(PER_EXAMPLE):
            try:
                dialect.decode_request(bent(raw, lot), path)
            except Fault:
                continue

    run()


@ALL
@pytest.mark.parametrize("status", [200, 400, 529])
def test_a_bent_error_is_a_fault(dialect: Dialect, status: int) -> None:
    _, raw = dialect.encode_fault(Fault("no", kind=FaultKind.RATE_LIMITED), "ex_1")
    lot = random.Random(7)
    for _ in range(INPUTS // 10):
        assert dialect.decode_fault(status, bent(raw, lot), None).message
