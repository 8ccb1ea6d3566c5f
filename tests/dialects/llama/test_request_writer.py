"""Requests for an upstream of this dialect: a caller's own with named edits, any other made anew."""

import msgspec
from tests.dialects.llama.samples import CALL, FUNCTION, TARGET, asked, from_chat, left_out, refused, said, sent

from understudy.canon.messages import Message
from understudy.canon.parts import Image, Inline, Opaque, Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import ThinkingAsk
from understudy.dialects.contract import Target
from understudy.dialects.llama import DIALECT
from understudy.dialects.turntaking import FAILED

PICTURE = Image(Inline("image/png", "aGk="), "low")


def test_a_callers_own_body_goes_as_it_came_but_for_the_model() -> None:
    raw = b'{"zeta":1,"model":"asked","messages":[{"role":"user","content":"x"}],"odd":[1.50]}'
    encoded = DIALECT.encode_request(DIALECT.decode_request(raw), TARGET)
    assert encoded.body == raw.replace(b'"asked"', b'"up-1"')
    assert left_out(DIALECT.decode_request(raw), Target("m", "meta", unsupported=("odd",))) == ["odd"]


def test_every_knob_that_has_a_place_here_is_told() -> None:
    request = from_chat(
        max_tokens=9, temperature=0.5, top_p=0.9, tools=[FUNCTION], tool_choice="required", stream=True, user="u",
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
    )  # fmt: skip
    body = sent(request)
    assert {name: value for name, value in body.items() if name not in ("model", "messages")} == {
        "tools": [FUNCTION],
        "tool_choice": "required",
        "max_completion_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
        "stream": True,
        "user": "u",
    }
    assert left_out(request) == []
    named = from_chat(tools=[FUNCTION], tool_choice={"type": "function", "function": {"name": "add"}})
    assert sent(named)["tool_choice"] == {"type": "function", "function": {"name": "add"}}


def test_T61_T62_T63_T67_limits_and_absent_knobs() -> None:
    request = from_chat(temperature=1.5, seed=1, stop=["x"], parallel_tool_calls=False, reasoning_effort="low")
    assert sent(request)["temperature"] == 1
    assert left_out(request) == ["parallel_tools", "temperature", "stop", "seed", "thinking"]
    assert refused(sent, from_chat(n=2)).param == "n"
    assert left_out(from_chat(response_format={"type": "json_object"}, tool_choice="auto")) == [
        "tool_choice",
        "response_format",
    ]
    described = {"type": "json_schema", "json_schema": {"name": "n", "description": "d", "schema": {"type": "object"}}}
    assert left_out(from_chat(response_format=described)) == ["response_format.description"]
    assert left_out(said(Message("user", (Text("x"),)), thinking=ThinkingAsk("enabled", 2000))) == ["thinking"]


def test_T3_T11_T20_roles_results_and_calls() -> None:
    request = said(
        Message("developer", (Text("Be brief."),)),
        Message("user", (PICTURE, Text("?"))),
        Message("assistant", (Thinking("So", "s", "anthropic"), Text("On "), Text("it"), ToolCall("a", "f"))),
        Message("user", (ToolResult("a", (Text("no"),), is_error=True), Text("Go on"))),
    )
    call = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    assert sent(request)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
                {"type": "text", "text": "?"},
            ],
        },
        {"role": "assistant", "content": "On it", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": FAILED + "no"},
        {"role": "user", "content": "Go on"},
    ]
    assert left_out(request) == ["messages[1].content[0].detail", "messages[2].content[0]"]


def test_what_has_no_form_here_is_refused_by_name() -> None:
    for role, part in (("user", Opaque("audio", {})), ("assistant", PICTURE)):
        assert refused(sent, said(Message(role, (part,)))).param == "messages[0].content[0]"  # type: ignore[arg-type]
    assert refused(sent, said(Message("user", (ToolResult("a", (PICTURE,)),)))).param is not None
    assert refused(sent, said(Message("user", (Text(""),)))).param == "messages"


def test_a_body_that_is_gone_is_made_again_from_what_was_read() -> None:
    request = asked(
        messages=[
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": "On it", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": "2"},
        ],
        tools=[FUNCTION],
        tool_choice="auto",
        repetition_penalty=1.1,
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {}}},
    )
    bare = msgspec.structs.replace(request, source=b"", model="up-1")
    again = DIALECT.decode_request(DIALECT.encode_request(bare, TARGET).body)
    assert msgspec.structs.replace(again, source=b"") == bare
