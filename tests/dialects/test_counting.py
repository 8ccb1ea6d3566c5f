"""The estimate of tokens: close to counts that providers gave, growing with what is asked, cheap."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.openai_chat.samples import refused

from understudy.canon.messages import Message
from understudy.canon.parts import Audio, Document, Image, Inline, Opaque, Part, Remote, Text, ToolCall, ToolResult
from understudy.canon.request import BuiltinTool, Format, Request, Tool
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Counting, Dialect
from understudy.dialects.converse import DIALECT as CONVERSE
from understudy.dialects.counting import PER_IMAGE, PER_PAGE, PER_SECOND, SECOND_BYTES, estimate, of_text
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.openai_responses import DIALECT as RESPONSES

HELLO = [{"role": "user", "content": "Hello"}]


def asked(*parts: Part, **fields: object) -> Request:
    return Request(model="m", messages=(Message("user", parts),), dialect="x", **fields)  # type: ignore[arg-type]


# What the tokenizer cl100k_base makes of these texts, counted with tiktoken 0.12.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The harbour is quiet tonight, and the boats lie still.", 12),
        ('{"city": "Lisbon", "days": 3, "units": "metric"}', 19),
        ("for index in range(len(values)):\n    total += values[index]\n", 15),
        ("Internationalization of 1234567 items", 7),
        ("Der Hafen ist heute Nacht still.", 9),
    ],
)
def test_it_is_near_what_a_tokenizer_says(text: str, tokens: int) -> None:
    assert tokens * 0.6 <= of_text(text) <= tokens * 1.6


@given(st.text(max_size=60), st.text(max_size=60))
def test_more_text_never_costs_less(first: str, second: str) -> None:
    assert of_text(first) <= of_text(first + " " + second)


def test_everything_that_is_sent_is_counted() -> None:
    bare = estimate(asked(Text("Hi")))
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    for more in (
        asked(Text("Hi"), Text("there")),
        asked(Text("Hi"), ToolCall("c", "add", '{"a":1}')),
        asked(Text("Hi"), ToolResult("c", (Text("2"),))),
        asked(Text("Hi"), Opaque("audio", {"data": "x"})),
        asked(Text("Hi"), tools=(Tool("add", "Adds", schema),)),
        asked(Text("Hi"), tools=(BuiltinTool("bash", {"type": "bash"}),)),
        asked(Text("Hi"), format=Format("json_schema", schema=schema)),
    ):
        assert estimate(more) > bare
    assert (
        estimate(asked(Text("Hi"), tools=(Tool("add"),)), 346)
        == estimate(asked(Text("Hi"), tools=(Tool("add"),))) + 346
    )
    assert estimate(asked(Text("Hi")), 346) == bare


def test_pictures_and_pages_are_counted_by_their_kind_and_not_their_bytes() -> None:
    assert PER_IMAGE <= estimate(asked(Image(Inline("image/png", "A" * 10**6)))) < PER_IMAGE * 1.1
    assert PER_PAGE <= estimate(asked(Document(Remote("https://a.example/b.pdf")))) < PER_PAGE * 1.1
    assert estimate(asked(Document(Inline("application/pdf", "A" * 300_000)))) > PER_PAGE * 4
    minute = asked(Audio(Inline("audio/mp3", "A" * 60 * SECOND_BYTES)))
    assert PER_SECOND * 60 <= estimate(minute) < PER_SECOND * 60 * 1.1


@pytest.mark.parametrize(
    ("dialect", "body", "path", "told"),
    [
        (MESSAGES, {"model": "m", "messages": HELLO}, "/v1/messages/count_tokens", {"input_tokens": 7}),
        (
            RESPONSES,
            {"model": "m", "input": "Hello"},
            "/v1/responses/input_tokens",
            {"object": "response.input_tokens", "input_tokens": 7},
        ),
        (
            GEMINI,
            {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
            "/v1beta/models/m:countTokens",
            {"totalTokens": 7},
        ),
        (
            GEMINI,
            {"generateContentRequest": {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}},
            "/v1beta/models/m:countTokens",
            {"totalTokens": 7},
        ),
        (
            CONVERSE,
            {"input": {"converse": {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}}},
            "/model/m/count-tokens",
            {"inputTokens": 7},
        ),
    ],
)
def test_each_dialect_asks_and_is_told_in_its_own_shape(
    dialect: Dialect, body: dict[str, object], path: str, told: dict[str, object]
) -> None:
    means = dialect.counting
    assert isinstance(means, Counting)
    request = means.read(json.dumps(body).encode(), path)
    assert request.model == "m"
    assert json.loads(means.write(estimate(request, means.preamble))) == told
    for wrong in (b"{", b"[]", b"\xff", b"{}"):
        assert refused(means.read, wrong, path).message
