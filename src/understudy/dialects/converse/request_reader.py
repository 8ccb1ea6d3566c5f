"""Requests, read: a caller's body and address into canon, or a fault that names the field.

The model and the streaming stand in the address. Fields that canon has no word for, and fields that are null, stay in
the extras of what they belong to.
"""

from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, begun
from understudy.canon.request import BuiltinTool, Format, Request, Sampling, ThinkingAsk, Tool, ToolChoice
from understudy.dialects.bodies import read_body
from understudy.dialects.converse.addresses import COUNT, WHOLE, read_address
from understudy.dialects.converse.fields import Fields, at, wrong
from understudy.dialects.converse.pieces import read_pieces
from understudy.dialects.converse.words import NAME
from understudy.dialects.fields import ARRAY, INTEGER, NUMBER, OBJECT, STRING, object_of

# Where models by Anthropic are told how much to think, under either of two names.
MORE = "additionalModelRequestFields"
REASONING = ("reasoning_config", "thinking")


def read_request(body: bytes, address: str) -> Request:
    """The request that a body and its address hold; a Fault names what is wrong with it."""
    return read_body(body, lambda value: _read(value, body, address))


def read_counted(body: bytes, address: str) -> Request:
    """The request whose tokens are to be counted, which stands below `input.converse`."""
    try:
        top = Fields(msgspec.json.decode(body), "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"the body is not valid JSON: {error}") from error
    inner = Fields(top.need("input", OBJECT), "input").need("converse", OBJECT)
    return read_request(msgspec.json.encode(inner), address.removesuffix(COUNT) + WHOLE)


def _read(value: Any, source: bytes, address: str) -> Request:
    top = Fields(value, "")
    model, streamed = read_address(address)
    system: list[Any] = top.take("system", ARRAY) or []
    messages = [Message("system", read_pieces(system, "system"))] if system else []
    said: list[Any] = top.need("messages", ARRAY)
    if not said:
        raise wrong("messages", "at least one message is required")
    messages += [_read_message(one, at("messages", place)) for place, one in enumerate(said)]
    max_tokens, sampling = _read_config(top)
    tools, choice = _read_tools(top)
    return Request(
        model=model,
        messages=tuple(messages),
        dialect=NAME,
        tools=tools,
        tool_choice=choice,
        max_tokens=max_tokens,
        sampling=sampling,
        thinking=_read_thinking(top),
        format=_read_format(top),
        stream=streamed,
        stream_usage=True,
        extras=top.rest,
        source=source,
        continues=begun(messages),
    )


def _read_message(value: Any, path: str) -> Message:
    fields = Fields(value, path)
    role = fields.need("role", STRING)
    if role not in ("user", "assistant"):
        raise wrong(at(path, "role"), f"expected 'user' or 'assistant', found {role[:60]!r}")
    parts = read_pieces(fields.need("content", ARRAY), at(path, "content"))
    return Message(role, parts, extras=fields.rest)  # type: ignore[arg-type]


def _read_config(top: Fields) -> tuple[int | None, Sampling]:
    body = top.take("inferenceConfig", OBJECT)
    fields = Fields(body or {}, "inferenceConfig")
    max_tokens, temperature = fields.take("maxTokens", INTEGER), fields.take("temperature", NUMBER)
    top_p, stop = fields.take("topP", NUMBER), fields.take("stopSequences", ARRAY)
    if stop is not None and not all(isinstance(word, str) for word in stop):
        raise wrong("inferenceConfig.stopSequences", "expected an array of strings")
    if fields.rest:
        top.rest["inferenceConfig"] = fields.rest
    words = None if stop is None else tuple(stop)
    return max_tokens, Sampling(temperature=temperature, top_p=top_p, stop=words)


def _read_tools(top: Fields) -> tuple[tuple[Tool | BuiltinTool, ...] | None, ToolChoice | None]:
    body = top.take("toolConfig", OBJECT)
    if body is None:
        return None, None
    fields = Fields(body, "toolConfig")
    tools: list[Any] = fields.take("tools", ARRAY) or []
    read = tuple(_read_tool(tool, at("toolConfig.tools", place)) for place, tool in enumerate(tools))
    return read, _read_choice(fields.take("toolChoice", OBJECT))


def _read_tool(value: Any, path: str) -> Tool | BuiltinTool:
    fields = Fields(value, path)
    if "toolSpec" not in fields.rest:
        # A mark for the cache asks for nothing of the model's; whoever has no such mark does without.
        return BuiltinTool(next(iter(value), "empty"), value, optional="cachePoint" in value)
    inner = Fields(fields.need("toolSpec", OBJECT), at(path, "toolSpec"))
    schema = Fields(inner.need("inputSchema", OBJECT), at(inner.path, "inputSchema"))
    name, about = inner.need("name", STRING), inner.take("description", STRING)
    return Tool(name, about, schema.need("json", OBJECT), extras=inner.rest)


def _read_choice(body: dict[str, Any] | None) -> ToolChoice | None:
    if body is None:
        return None
    if isinstance(body.get("tool"), dict):
        return ToolChoice("named", Fields(body["tool"], "toolConfig.toolChoice.tool").need("name", STRING))
    if "any" in body or "auto" in body:
        return ToolChoice("required" if "any" in body else "auto")
    raise wrong("toolConfig.toolChoice", "expected one of 'auto', 'any' and 'tool'")


def _read_thinking(top: Fields) -> ThinkingAsk | None:
    more = object_of(top.rest.get(MORE))
    for name in REASONING:
        ask = object_of(more.get(name))
        if ask.get("type") in ("enabled", "disabled"):
            rest = {key: value for key, value in more.items() if key != name}
            del top.rest[MORE]
            top.rest |= {MORE: rest} if rest else {}
            budget = ask.get("budget_tokens")
            return ThinkingAsk(ask["type"], budget if isinstance(budget, int) else None)
    return None


def _read_format(top: Fields) -> Format | None:
    form = object_of(object_of(top.rest.get("outputConfig")).get("textFormat"))
    told = object_of(object_of(form.get("structure")).get("jsonSchema"))
    if form.get("type") != "json_schema" or not isinstance(told.get("schema"), str):
        return None
    try:
        schema = msgspec.json.decode(told["schema"], type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        path = "outputConfig.textFormat.structure.jsonSchema.schema"
        raise wrong(path, "expected the JSON text of an object") from None
    del top.rest["outputConfig"]
    return Format("json_schema", told.get("name"), told.get("description"), schema, strict=True)
