"""The doors of a body: what is no JSON is refused, and a provider gets the names that it knows."""

from typing import Any

import msgspec
import pytest
from tests.dialects.openai_chat.samples import refused

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.canon.request import Request
from understudy.dialects.bodies import aimed, answering, read_body
from understudy.dialects.contract import Target
from understudy.dialects.openai_fields import Losses

TARGET = Target("m", "x", renames={"a": "b"}, unsupported=("c", "d"))


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    assert refused(read_body, raw, lambda value: value).message.startswith("The body is")


def test_a_body_is_handed_on_as_its_value() -> None:
    seen: list[Any] = []
    request = Request(model="m", messages=(), dialect="x")

    def read(value: Any) -> Request:
        seen.append(value)
        return request

    assert read_body(b'{"a":[1]}', read) is request
    assert seen == [{"a": [1]}]


def test_fields_are_renamed_or_refused_and_what_nobody_asked_for_goes_in_silence() -> None:
    losses = Losses()
    assert aimed({"z": 0, "a": 1, "c": 2, "d": 3}, TARGET, losses, unasked=("d",)) == {"z": 0, "b": 1}
    assert [omission.field for omission in losses.items] == ["c"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: msgspec.json.decode(b"{"), "is no JSON of this dialect"),
        (lambda: msgspec.json.decode(b"[" * 100_000), "is no JSON of this dialect"),
    ],
)
def test_what_is_wrong_with_an_answer_is_the_upstreams_fault(wrong: Any, words: str) -> None:
    with pytest.raises(Fault, match=words) as caught, answering():
        wrong()
    assert caught.value.kind is FaultKind.UPSTREAM


def test_a_field_that_is_wrong_makes_an_answer_malformed() -> None:
    with pytest.raises(Fault, match="malformed: Missing") as caught, answering():
        raise bad_request("Missing 'output'.", "output")
    assert caught.value.kind is FaultKind.UPSTREAM
