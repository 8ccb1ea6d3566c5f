import json
from typing import Any

import msgspec
import pytest
from tests.dialects.gemini.samples import ELSEWHERE, PATH, TARGET, asked, body, from_chat, left_out, sent

from understudy.canon.faults import Fault
from understudy.canon.request import Request
from understudy.dialects.contract import Target
from understudy.dialects.gemini import DIALECT

TOOL = {
    "type": "function",
    "function": {"name": "f", "parameters": {"type": "object", "properties": {"z": {}, "a": {}}}},
}


def test_a_caller_of_this_dialect_is_passed_on_byte_for_byte() -> None:
    raw = b'{"unknown_field":{"b":1,"a":2},"contents":[{"parts":[{"text":"\\u00e9"}]}],"generation_config":{"topP":1}}'
    assert DIALECT.encode_request(DIALECT.decode_request(raw, PATH), TARGET).body == raw


def test_the_model_is_renamed_where_the_body_names_it() -> None:
    assert sent(asked(body(model="models/asked")))["model"] == "models/gem-1"


def test_T40_signatures_of_this_maker_do_not_reach_another() -> None:
    parts = [
        {"text": "hm", "thought": True, "thoughtSignature": "s"},
        {"functionCall": {"name": "f"}, "thoughtSignature": "s"},
    ]
    request = asked(body(contents=[{"role": "model", "parts": parts}]))
    assert sent(request)["contents"][0]["parts"] == parts
    assert sent(request, ELSEWHERE)["contents"][0]["parts"] == [{"functionCall": {"name": "f"}}]
    assert left_out(request, ELSEWHERE) == ["contents[0].parts"]


def test_T65_T68_a_schema_goes_out_as_json_schema_in_its_own_order() -> None:
    request = from_chat(tools=[TOOL], tool_choice={"type": "function", "function": {"name": "f"}})
    fields = sent(request)
    (declared,) = fields["tools"][0]["functionDeclarations"]
    assert list(declared["parametersJsonSchema"]["properties"]) == ["z", "a"]
    assert fields["toolConfig"] == {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}}


def test_knobs_get_their_names_here() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
    request = from_chat(temperature=0.5, stop=["x"], seed=7, max_completion_tokens=9, response_format=schema)
    assert sent(request)["generationConfig"] == {
        "seed": 7,
        "temperature": 0.5,
        "stopSequences": ["x"],
        "responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object"},
        "maxOutputTokens": 9,
    }


def test_T19_T63_what_has_no_word_here_is_an_omission() -> None:
    request = from_chat(tools=[TOOL], parallel_tool_calls=False, logit_bias={"1": 2}, user="u")
    assert {"parallel_tools", "logit_bias", "user"} <= set(left_out(request))


def test_T62_too_many_stops_and_answers_are_refused() -> None:
    with pytest.raises(Fault, match="at most 5"):
        sent(asked_elsewhere(stop=tuple("abcdef")))
    with pytest.raises(Fault, match="one answer a request"):
        sent(from_chat(n=2))


def asked_elsewhere(**sampling: Any) -> Request:
    request = from_chat()
    return msgspec.structs.replace(request, sampling=msgspec.structs.replace(request.sampling, **sampling))


def test_T61_a_temperature_above_the_most_is_lowered() -> None:
    request = asked_elsewhere(temperature=3.0)
    assert sent(request)["generationConfig"]["temperature"] == 2.0
    assert left_out(request) == ["temperature"]


def test_T18_a_choice_that_the_target_does_not_take_is_refused() -> None:
    with pytest.raises(Fault, match="tool_choice"):
        sent(from_chat(tools=[TOOL], tool_choice="required"), Target("gem-1", "gemini", tool_choices=("auto",)))


def test_the_provider_may_refuse_and_rename_fields() -> None:
    target = Target("gem-1", "gemini", renames={"contents": "turns"}, unsupported=("safetySettings",))
    request = asked(body(safetySettings=[]))
    assert list(sent(request, target)) == ["turns"]
    assert left_out(request, target) == ["safetySettings"]


def test_T21_a_tool_of_another_provider_is_refused_by_name() -> None:
    with pytest.raises(Fault, match="openai_chat"):
        sent(from_chat(tools=[{"type": "web_search"}]))


def test_a_request_whose_bytes_are_gone_says_the_same() -> None:
    whole = body(
        systemInstruction={"parts": [{"text": "Be brief."}]},
        tools=[{"functionDeclarations": [{"name": "f"}]}, {"googleSearch": {}}],
        toolConfig={"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f", "g"]}, "more": 1},
        generationConfig={"candidateCount": 2, "thinkingConfig": {"thinkingBudget": 0, "includeThoughts": False}},
        labels={"a": "b"},
    )
    assert sent(msgspec.structs.replace(asked(whole), source=b"")) == json.loads(json.dumps(whole))
