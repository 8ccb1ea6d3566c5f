"""Requests, read: a caller's body into canon, or a fault that names the field.

`instructions` stand before the conversation and hold for this call alone. What is told of it by reference (an earlier
answer, a template) is opaque content at its beginning: only a host of this dialect can look it up. `spelling` remembers
the instructions, how tools were declared, and that the answer is not to be kept. Fields that canon has no word for, and
fields that are null, stay in the extras of what they belong to.
"""

from typing import Any

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message
from understudy.canon.parts import Opaque, Text
from understudy.canon.request import Format, Request, Sampling, ThinkingAsk, ToolChoice
from understudy.dialects.bodies import read_body
from understudy.dialects.fields import ARRAY, FLAG, INTEGER, NUMBER, OBJECT, STRING
from understudy.dialects.openai_fields import Fields, read_user, wrong
from understudy.dialects.openai_responses.items import read_input
from understudy.dialects.openai_responses.tools import read_tools
from understudy.dialects.openai_responses.words import ELSEWHERE, INSTRUCTIONS, NAME, SEALS, UNSTORED

_MODES = ("auto", "none", "required")


def read_request(body: bytes) -> Request:
    """The request that a body holds; a Fault names what is wrong with it."""
    return read_body(body, lambda value: _read(value, body))


def read_counted(body: bytes, address: str) -> Request:
    """The request whose tokens are to be counted: the body is that of a request."""
    return read_request(body)


def _read(value: Any, source: bytes) -> Request:
    top = Fields(value, "")
    model = top.need("model", STRING)
    spelling: list[str] = []
    tools = read_tools(top, spelling)
    if top.take("store", FLAG) is False:
        spelling.append(UNSTORED)
    user = read_user(top, spelling)
    return Request(
        model=model,
        messages=_read_messages(top, spelling),
        dialect=NAME,
        tools=tools,
        tool_choice=_read_choice(top),
        parallel_tools=top.take("parallel_tool_calls", FLAG),
        max_tokens=top.take("max_output_tokens", INTEGER),
        sampling=Sampling(
            temperature=top.take("temperature", NUMBER),
            top_p=top.take("top_p", NUMBER),
            top_logprobs=top.take("top_logprobs", INTEGER),
        ),
        thinking=_read_thinking(top),
        format=_read_format(top),
        stream=top.take("stream", FLAG),
        # A stream of this dialect always tells its usage.
        stream_usage=True,
        user=user,
        spelling=tuple(spelling),
        extras=_read_include(top),
        source=source,
    )


def _read_messages(top: Fields, spelling: list[str]) -> tuple[Message, ...]:
    words = top.take("instructions", STRING)
    said = top.rest.pop("input", None)
    kept = {name: top.rest.pop(name) for name in ELSEWHERE if top.rest.get(name)}
    if said is None and not kept:
        raise bad_request("Missing required parameter: 'input'.", "input")
    if said == [] and not kept:
        raise wrong("input", "expected at least one item")
    messages = () if said is None else read_input(said, "input")
    if kept:
        messages = (Message("user", tuple(Opaque(name, {name: value}) for name, value in kept.items())), *messages)
    if words is None:
        return messages
    spelling.append(INSTRUCTIONS)
    return (Message("system", (Text(words),), plain=True), *messages)


def _read_choice(top: Fields) -> ToolChoice | None:
    match top.rest.get("tool_choice"):
        case str(word) if word in _MODES:
            del top.rest["tool_choice"]
            return ToolChoice(word)  # type: ignore[arg-type]
        case {"type": "function" | "custom", **body}:
            del top.rest["tool_choice"]
            fields = Fields(body, "tool_choice")
            return ToolChoice("named", fields.need("name", STRING), fields.rest)
        case str() | dict() | None:
            # Absent, null, or of a kind that only an upstream of this dialect may know.
            return None
    raise wrong("tool_choice", "expected a string or an object")


def _read_thinking(top: Fields) -> ThinkingAsk | None:
    body = top.take("reasoning", OBJECT)
    if body is None:
        return None
    fields = Fields(body, "reasoning")
    effort = fields.take("effort", STRING)
    return ThinkingAsk(effort=effort, extras=fields.rest)


def _read_format(top: Fields) -> Format | None:
    body = top.take("text", OBJECT)
    if body is None:
        return None
    text = Fields(body, "text")
    form = text.take("format", OBJECT)
    kept, read = _format(form) if form is not None else ({}, None)
    rest = {**text.rest, **kept}
    if rest:
        top.rest["text"] = rest
    return read


def _format(form: dict[str, Any]) -> tuple[dict[str, Any], Format | None]:
    """The form of the answer, or the field as it came where its kind is one from the future."""
    fields = Fields(form, "text.format")
    kind = fields.need("type", STRING)
    if kind in ("text", "json_object"):
        return {}, Format(kind, extras=fields.rest)  # type: ignore[arg-type]
    if kind != "json_schema":
        return {"format": form}, None
    return {}, Format(
        "json_schema",
        fields.need("name", STRING),
        fields.take("description", STRING),
        fields.need("schema", OBJECT),
        fields.take("strict", FLAG),
        fields.rest,
    )


def _read_include(top: Fields) -> dict[str, Any]:
    """The extras: what is left of the body. Every caller is sent the seals, so to ask for them asks for nothing."""
    asked = top.take("include", ARRAY)
    others = [name for name in asked or () if name != SEALS]
    if others:
        top.rest["include"] = others
    return top.rest
