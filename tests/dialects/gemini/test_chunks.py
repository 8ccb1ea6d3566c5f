import json
from typing import Any

import pytest
from tests.dialects.gemini.samples import USAGE, chunk

from understudy.canon.parts import Opaque, Text, Thinking, ToolCall
from understudy.canon.reply import Failed, Metered, Reply, StopReason, reply_of
from understudy.dialects.gemini.chunks import Chunks, Malformed


def told(*chunks: dict[str, Any]) -> Reply:
    reader = Chunks("gemini")
    return reply_of([event for one in chunks for event in reader.take(one)] + reader.finish())


def test_neighbouring_words_are_one_part_and_thoughts_another() -> None:
    thought = {"text": "hm", "thought": True}
    reply = told(chunk(thought), chunk(thought), chunk({"text": "a"}), chunk({"text": "b"}, finish="STOP"))
    assert reply.parts == (Thinking("hmhm"), Text("ab"))
    assert (reply.id, reply.model, reply.stop) == ("r1", "gem-1", StopReason.STOP)


def test_T38_a_seal_stands_before_what_it_seals() -> None:
    sealed = {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "s"}
    reply = told(chunk({"text": "a"}), chunk(sealed, finish="STOP"))
    assert reply.parts == (
        Text("a"),
        Thinking("", "s", "gemini", redacted=True),
        ToolCall("gm_r1_0", "f", '{"a":1}'),
    )
    assert reply.stop is StopReason.TOOL_CALLS


def test_a_thought_carries_its_own_seal() -> None:
    reply = told(
        chunk({"text": "hm", "thought": True}), chunk({"thought": True, "thoughtSignature": "s"}, finish="STOP")
    )
    assert reply.parts == (Thinking("hm", "s", "gemini"),)


def test_T27_a_blocked_prompt_is_a_refusal_with_its_word() -> None:
    reply = told({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 3}})
    assert (reply.stop, reply.native_stop, reply.parts) == (StopReason.REFUSAL, "PROHIBITED_CONTENT", ())


def test_T32_the_last_word_on_usage_holds() -> None:
    reply = told(chunk({"text": "a"}, usageMetadata={"promptTokenCount": 8}), chunk(finish="STOP", usageMetadata=USAGE))
    assert (reply.usage.total_in, reply.usage.out, reply.usage.reasoning) == (9, 5, 2)


def test_only_the_first_candidate_is_read() -> None:
    other = {"candidates": [{"content": {"parts": [{"text": "no"}]}, "index": 1}]}
    assert told(chunk({"text": "a"}), other, chunk(finish="STOP")).parts == (Text("a"),)


def test_T46_what_canon_has_no_word_for_is_kept_with_the_ending() -> None:
    reader = Chunks("gemini")
    one = chunk({"executableCode": {"code": "1"}}, finish="STOP")
    one["candidates"][0]["groundingMetadata"] = {"webSearchQueries": ["q"]}
    reply = reply_of(reader.take(one) + reader.finish())
    assert reply.parts == (Opaque("executableCode", {"executableCode": {"code": "1"}}),)
    assert reader.extras == {"groundingMetadata": {"webSearchQueries": ["q"]}}


def test_T53_an_error_inside_is_a_failure() -> None:
    (failed,) = Chunks("gemini").take({"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}})
    assert isinstance(failed, Failed)
    assert failed.message == "m"


WORDS = [
    chunk({"text": "hm", "thought": True}, createTime="2026"),
    chunk({"text": "a"}, usageMetadata={"promptTokenCount": 8, "promptTokensDetails": [{"modality": "TEXT"}]}),
    chunk({"text": "b"}, usageMetadata={"promptTokenCount": 8, "candidatesTokenCount": 1}),
    chunk({"text": "c"}, usageMetadata={"promptTokenCount": 8, "candidatesTokenCount": 1}),
    chunk({"text": ""}, usageMetadata={"thoughtsTokenCount": 2}),
]
ODD = [
    chunk({"text": "a"}, usageMetadata={"promptTokenCount": "8", "candidatesTokenCount": -1, "thoughtsTokenCount": 2}),
    chunk({"text": "a", "thoughtSignature": "s"}),
    chunk({"text": "a"}, {"text": "b"}),
    chunk({"functionCall": {"name": "f", "args": {}}}, odd=1),
    {"candidates": [{"content": {"parts": [{"text": "no"}]}, "index": 1}]},
    {"candidates": [{"content": None}], "usageMetadata": None, "responseId": None},
    {"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}},
]


@pytest.mark.parametrize("said", [WORDS, ODD, [WORDS[1], *ODD, *WORDS]], ids=["words", "odd", "both"])
def test_words_have_a_decoder_of_their_own_that_tells_what_the_other_tells(said: list[dict[str, Any]]) -> None:
    usage = {**USAGE, "promptTokensDetails": [{"modality": "TEXT"}]}
    said = [*said, chunk(finish="STOP", usageMetadata=usage)]
    quick, slow = Chunks("gemini"), Chunks("gemini")
    for one in said:
        assert quick.read(json.dumps(one).encode()) == slow.take(one)
    assert (quick.finish(), quick.extras) == (slow.finish(), slow.extras)
    assert quick.extras["usageMetadata"] == {"promptTokensDetails": [{"modality": "TEXT"}]}


def test_T32_counts_are_told_as_they_grow_and_no_oftener() -> None:
    reader = Chunks("gemini")
    told = [event for one in WORDS for event in reader.read(json.dumps(one).encode()) if isinstance(event, Metered)]
    assert [(event.usage.total_in, event.usage.out) for event in told] == [(8, None), (8, 1), (8, 3)]


BROKEN = {"candidates": [{"content": {"parts": [7]}}]}


@pytest.mark.parametrize(
    "value", [None, [], {"candidates": 7}, {"candidates": [7]}, BROKEN, chunk({"functionCall": {}})]
)
def test_what_is_no_chunk_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        Chunks("gemini").take(value)


def test_an_answer_without_a_word_on_its_end_has_none() -> None:
    assert told(chunk({"text": "a"})).stop is None
