"""OpenAI's embeddings: what passes as it came, what is refused, what a caller of another dialect gets."""

import json
from typing import Any

import pytest

from understudy.canon.embeddings import Embedded, EmbedRequest
from understudy.canon.faults import Fault, FaultKind
from understudy.canon.usage import Usage
from understudy.dialects.contract import Target
from understudy.dialects.openai_embeddings import EMBEDDINGS

TARGET = Target("upstream-1", "maker")


def read(**fields: Any) -> EmbedRequest:
    return EMBEDDINGS.read(json.dumps({"model": "m", **fields}).encode(), "/v1/embeddings")


@pytest.mark.parametrize(
    ("told", "inputs"),
    [("a", ("a",)), (["a", "b"], ("a", "b")), ([1, 2], ((1, 2),)), ([[1], [2, 3]], ((1,), (2, 3)))],
)
def test_every_form_of_input_is_read(told: Any, inputs: tuple[Any, ...]) -> None:
    assert read(input=told).inputs == inputs


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({}, "input"),
        ({"input": ""}, "input[0]"),
        ({"input": []}, "input"),
        ({"input": ["a", 1]}, "input[1]"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
        ({"input": "a", "dimensions": "3"}, "dimensions"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(Fault) as caught:
        read(**fields)
    assert caught.value.param == param


def test_a_body_of_this_dialect_passes_with_the_models_name_alone_changed() -> None:
    source = b'{"user": "u", "model": "m", "later": {"b": 1, "a": 2}, "input": "a"}'
    written = EMBEDDINGS.write(EMBEDDINGS.read(source, ""), TARGET)
    assert written.body == b'{"user":"u","model":"upstream-1","later":{"b": 1, "a": 2},"input":"a"}'
    assert written.omissions == ()


def test_vectors_are_put_in_order_and_metered() -> None:
    rows = [{"index": 1, "embedding": [2.0]}, {"index": 0, "embedding": [1.0]}]
    reply = EMBEDDINGS.read_reply(json.dumps({"data": rows, "usage": {"prompt_tokens": 4}}).encode())
    assert (reply.vectors, reply.usage.total_in) == ((b"[1.0]", b"[2.0]"), 4)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": [1]}', b"<html>"])
def test_what_is_no_answer_is_the_upstreams_fault(body: bytes) -> None:
    with pytest.raises(Fault) as caught:
        EMBEDDINGS.read_reply(body)
    assert caught.value.kind is FaultKind.UPSTREAM


@pytest.mark.parametrize(("form", "told"), [(None, [1.0]), ("float", [1.0]), ("base64", "AACAPw==")])
def test_T70_vectors_of_another_dialect_are_told_in_the_form_that_was_asked_for(form: str | None, told: Any) -> None:
    asked = read(input="a", **({"encoding_format": form} if form else {}))
    body = EMBEDDINGS.write_reply(Embedded(vectors=(b"[1]",), dialect="gemini", usage=Usage(uncached_in=3)), asked)
    value = json.loads(body)
    assert value["data"] == [{"object": "embedding", "index": 0, "embedding": told}]
    assert (value["model"], value["usage"]) == ("m", {"prompt_tokens": 3, "total_tokens": 3})


def test_a_request_of_another_dialect_says_what_stays_behind() -> None:
    asked = EmbedRequest(model="m", inputs=("a",), dialect="gemini", dimensions=3, extras={"task_type": "QUERY"})
    written = EMBEDDINGS.write(asked, TARGET)
    assert json.loads(written.body) == {
        "model": "upstream-1",
        "input": ["a"],
        "encoding_format": "float",
        "dimensions": 3,
    }
    assert [omission.field for omission in written.omissions] == ["task_type"]
