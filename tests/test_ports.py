"""Ports: the records that pass through the spool come back as they went in, and the journal holds no words."""

import typing

import msgspec
import pytest

from understudy.canon.faults import FaultKind
from understudy.canon.messages import Message
from understudy.canon.omissions import Omission
from understudy.canon.parts import Text
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request
from understudy.canon.usage import Usage
from understudy.ports import (
    RECORD_DECODER,
    RECORD_ENCODER,
    Answered,
    Attempt,
    Exchange,
    Live,
    Paired,
    Record,
    Sampled,
)

REQUEST = Request(model="r", dialect="d", messages=(Message("user", (Text("hi"),)),), source=b"\x00\xff")
REPLY = Reply(id="1", model="m", dialect="d", parts=(Text("ho"),), stop=StopReason.LENGTH, usage=Usage(out=1))
ANSWER = Answered(model="m", build="b", reply=REPLY, cost_nano_usd=5, latency_ms=1.5)
LOST = Answered(model="m", build="b", missing="timeout")

RECORDS: list[Record] = [
    Exchange(id="e", at_s=1.0),
    Exchange(
        id="e",
        at_s=1.0,
        purpose="shadow",
        status="incomplete",
        fault=FaultKind.TIMEOUT.value,
        usage=Usage(uncached_in=1, out=2, flags=("usage_odd",)),
        attempts=(Attempt("m", "ok", 200, 1.0),),
        omissions=(Omission("seed", "no such knob"),),
        cost_nano_usd=2**62,
    ),
    Sampled(exchange_id="e", at_s=1.0, hypothesis="h", unit="u", served="candidate", deadline_s=2.0, propensity=0.25),
    Paired(
        exchange_id="e",
        at_s=1.0,
        settled_at_s=2.0,
        deadline_s=3.0,
        hypothesis="h",
        unit="u",
        served="incumbent",
        request=REQUEST,
        candidate=ANSWER,
        incumbent=LOST,
    ),
    Live(exchange_id="e", at_s=1.0, hypothesis="h", side="candidate", request=REQUEST, answer=LOST),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_as_it_went_in(record: Record) -> None:
    again = RECORD_DECODER.decode(RECORD_ENCODER.encode(record))
    assert again == record
    assert type(again) is type(record)


def test_the_names_of_records_on_disk_stay_as_they_are() -> None:
    tags = [msgspec.msgpack.decode(RECORD_ENCODER.encode(record))["type"] for record in RECORDS]
    assert tags == ["exchange", "exchange", "sampled", "paired", "live"]


def test_an_unknown_record_is_never_taken_for_another() -> None:
    with pytest.raises(msgspec.ValidationError):
        RECORD_DECODER.decode(msgspec.msgpack.encode({"type": "other", "id": "e", "at_s": 1.0}))
    with pytest.raises(msgspec.ValidationError):
        RECORD_DECODER.decode(msgspec.msgpack.encode({"id": "e", "at_s": 1.0}))


def test_a_record_of_a_later_release_can_be_read() -> None:
    raw = msgspec.msgpack.encode({"type": "exchange", "id": "e", "at_s": 1.0, "of_tomorrow": 1})
    assert RECORD_DECODER.decode(raw) == Exchange(id="e", at_s=1.0)


def test_the_journal_has_no_place_for_words() -> None:
    kinds = str(typing.get_type_hints(Exchange))
    for kind in (Request, Reply, Message):
        assert kind.__name__ not in kinds


@pytest.mark.parametrize("record", RECORDS[:3], ids=lambda record: type(record).__name__)
def test_records_are_frozen(record: Record) -> None:
    with pytest.raises(AttributeError):
        record.at_s = 2.0  # type: ignore[misc]
