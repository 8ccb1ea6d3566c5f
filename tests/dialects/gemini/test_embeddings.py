"""Gemini's embeddings: both verbs, what passes as it came, what is refused."""

import json
from typing import Any

import pytest

from understudy.canon.embeddings import Embedded, EmbedRequest
from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.contract import Target
from understudy.dialects.gemini.embeddings import GeminiEmbeddings

EMBEDDINGS = GeminiEmbeddings(("/v1beta",))
TARGET = Target("text-1", "google")


def content(text: str) -> dict[str, Any]:
    return {"parts": [{"text": text}]}


def read(verb: str, body: dict[str, Any]) -> EmbedRequest:
    return EMBEDDINGS.read(json.dumps(body).encode(), f"/v1beta/models/a%2Fb:{verb}?key=k")


def test_both_verbs_are_read_and_go_on_by_the_same() -> None:
    one = read("embedContent", {"content": content("x"), "outputDimensionality": 3})
    assert (one.model, one.inputs, one.dimensions, one.single) == ("a/b", ("x",), 3, True)
    assert EMBEDDINGS.path_to(one, TARGET) == "/models/text-1:embedContent"
    two = read("batchEmbedContents", {"requests": [{"model": "models/a/b", "content": content(t)} for t in "xy"]})
    assert (two.inputs, two.single, EMBEDDINGS.path_to(two, TARGET)) == (
        ("x", "y"),
        False,
        "/models/text-1:batchEmbedContents",
    )
    asked = json.loads(EMBEDDINGS.write(two, TARGET).body)["requests"]
    assert [one["model"] for one in asked] == ["models/text-1"] * 2


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("embedContent", {}),
        ("embedContent", {"content": {"parts": []}}),
        ("embedContent", {"content": {"parts": [{"inlineData": {}}]}}),
        ("batchEmbedContents", {"requests": []}),
        ("batchEmbedContents", {"requests": [{"content": content("x"), "outputDimensionality": n} for n in (1, 2)]}),
    ],
)
def test_what_cannot_be_embedded_is_refused(verb: str, body: dict[str, Any]) -> None:
    with pytest.raises(Fault) as caught:
        read(verb, body)
    assert caught.value.kind is FaultKind.BAD_REQUEST


def test_texts_of_another_dialect_go_as_a_batch_and_tokens_do_not() -> None:
    asked = EmbedRequest(model="m", inputs=("x", "y"), dialect="openai", dimensions=2, extras={"user": "u"})
    written = EMBEDDINGS.write(asked, TARGET)
    assert json.loads(written.body)["requests"][1] == {
        "model": "models/text-1",
        "content": content("y"),
        "outputDimensionality": 2,
    }
    assert [omission.field for omission in written.omissions] == ["user"]
    with pytest.raises(Fault, match="token ids"):
        EMBEDDINGS.write(EmbedRequest(model="m", inputs=((1,),), dialect="openai"), TARGET)


def test_answers_of_both_forms_are_read_and_told() -> None:
    one = EMBEDDINGS.read_reply(b'{"embedding": {"values": [1]}}')
    two = EMBEDDINGS.read_reply(b'{"embeddings": [{"values": [1]}, {"values": [2]}]}')
    assert (one.vectors, two.vectors) == ((b"[1]",), (b"[1]", b"[2]"))
    told = Embedded(vectors=(b"[1]",), dialect="openai")
    single = read("embedContent", {"content": content("x")})
    assert json.loads(EMBEDDINGS.write_reply(told, single)) == {"embedding": {"values": [1.0]}}
    batch = read("batchEmbedContents", {"requests": [{"content": content("x")}]})
    assert json.loads(EMBEDDINGS.write_reply(told, batch)) == {"embeddings": [{"values": [1.0]}]}
