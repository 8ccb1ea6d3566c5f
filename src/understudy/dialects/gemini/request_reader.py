"""Requests, read: a caller's body and address into canon, or a fault that names the field.

`systemInstruction` becomes the first message. Calls and results without ids are given one by their place, and paired
by name and order. Fields that canon has no word for, and fields that are null, stay in the extras.
"""

from typing import Any

import msgspec

from understudy.canon.messages import Message, Role, begun
from understudy.canon.parts import Part, Text, ToolCall, ToolResult
from understudy.canon.request import BuiltinTool, Format, Request, Sampling, ThinkingAsk, Tool, ToolChoice
from understudy.dialects.bodies import read_body
from understudy.dialects.fields import ARRAY, FLAG, INTEGER, NUMBER, OBJECT, STRING
from understudy.dialects.gemini.addresses import COUNT, WHOLE, read_address
from understudy.dialects.gemini.fields import Fields, checked, wrong
from understudy.dialects.gemini.losses import at
from understudy.dialects.gemini.pieces import read_piece
from understudy.dialects.gemini.schemas import from_openapi
from understudy.dialects.gemini.toolids import is_made, made
from understudy.dialects.gemini.words import DYNAMIC, NAME

_ROLES: dict[str, Role] = {"user": "user", "model": "assistant", "function": "tool", "tool": "tool"}
_JSON = "application/json"
_CONFIG = "generationConfig"


def read_request(body: bytes, address: str) -> Request:
    """The request that a body and its address hold; a Fault names what is wrong with it."""
    return read_body(body, lambda value: _read(value, address, body))


def read_counted(body: bytes, address: str) -> Request:
    """The request whose tokens are to be counted: its contents, or the whole of it in a field of its own."""
    place = address.removesuffix(COUNT) + WHOLE
    try:
        asked = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return read_request(body, place)
    inner = asked.get("generateContentRequest") or asked.get("generate_content_request")
    return read_request(body if inner is None else bytes(inner), place)


def _read(value: Any, address: str, source: bytes) -> Request:
    top = Fields(value, "")
    model, streamed, spelling = read_address(address)
    top.rest.pop("model", None)
    config = Fields(top.take(_CONFIG, OBJECT) or {}, _CONFIG)
    choice = _read_choice(top)
    messages = (*_read_system(top), *_read_contents(top))
    request = Request(
        model=model,
        messages=messages,
        dialect=NAME,
        tools=_read_tools(top),
        tool_choice=choice,
        max_tokens=config.take("maxOutputTokens", INTEGER),
        sampling=_read_sampling(config),
        thinking=_read_thinking(config),
        format=_read_format(config),
        stream=streamed,
        # This dialect's streams always tell usage.
        stream_usage=True if streamed else None,
        spelling=spelling,
        extras=top.rest,
        source=source,
        continues=begun(messages),
    )
    if config.rest:
        top.rest[_CONFIG] = config.rest
    return request


def _read_system(top: Fields) -> tuple[Message, ...]:
    value = top.rest.pop("systemInstruction", None)
    if value is None:
        return ()
    if isinstance(value, str):
        return (Message("system", (Text(value),), plain=True),)
    fields = Fields(value, "systemInstruction")
    # Its role means nothing.
    fields.rest.pop("role", None)
    parts = _read_parts(fields, "s")
    return (Message("system", parts, extras=fields.rest),)


def _read_contents(top: Fields) -> tuple[Message, ...]:
    messages: list[Message] = []
    contents: list[Any] = top.need("contents", ARRAY)
    for place, value in enumerate(contents):
        fields = Fields(value, f"contents[{place}]")
        word = fields.take("role", STRING) or "user"
        if word not in _ROLES:
            raise wrong(at(fields.path, "role"), f"must be 'user' or 'model', not {word[:60]!r}")
        parts = _read_parts(fields, f"c{place}")
        if _ROLES[word] != "assistant":
            parts = _paired(parts, messages)
        messages.append(Message(_ROLES[word], parts, extras=fields.rest))
    return tuple(messages)


def _read_parts(fields: Fields, seed: str) -> tuple[Part, ...]:
    path = at(fields.path, "parts")
    pieces: list[Any] = fields.take("parts", ARRAY) or []
    return tuple(
        part
        for place, piece in enumerate(pieces)
        for part in read_piece(piece, at(path, place), NAME, made(seed, place))
    )


def _paired(parts: tuple[Part, ...], before: list[Message]) -> tuple[Part, ...]:
    """Results without an id of their own, given that of the first call of their name which has no result yet."""
    turn = next((message for message in reversed(before) if message.role == "assistant"), None)
    calls = [part for part in turn.parts if isinstance(part, ToolCall)] if turn else []
    answered = {part.call_id for message in before for part in message.parts if isinstance(part, ToolResult)}
    answered |= {part.call_id for part in parts if isinstance(part, ToolResult)}
    paired: list[Part] = []
    for part in parts:
        if isinstance(part, ToolResult):
            name = part.extras.get("name")
            known = any(call.id == part.call_id for call in calls)
            call = next((call for call in calls if call.name == name and call.id not in answered), None)
            call_id = call.id if call is not None and is_made(part.call_id) and not known else part.call_id
            answered.add(call_id)
            extras = {key: value for key, value in part.extras.items() if key != "name"}
            part = msgspec.structs.replace(part, call_id=call_id, extras=extras)
        paired.append(part)
    return tuple(paired)


def _read_tools(top: Fields) -> tuple[Tool | BuiltinTool, ...] | None:
    tools: list[Any] | None = top.take("tools", ARRAY)
    if tools is None:
        return None
    return tuple(tool for place, value in enumerate(tools) for tool in _read_tool(value, f"tools[{place}]"))


def _read_tool(value: Any, path: str) -> list[Tool | BuiltinTool]:
    fields = Fields(value, path)
    declared: list[Any] = fields.take("functionDeclarations", ARRAY) or []
    inner = at(path, "functionDeclarations")
    functions: list[Tool | BuiltinTool] = [
        _read_function(function, at(inner, place)) for place, function in enumerate(declared)
    ]
    return functions + [BuiltinTool(kind, {kind: body}) for kind, body in fields.rest.items() if body is not None]


def _read_function(value: Any, path: str) -> Tool:
    fields = Fields(value, path)
    name, description = fields.need("name", STRING), fields.take("description", STRING)
    schema = fields.take("parametersJsonSchema", OBJECT)
    if schema is None:
        schema = from_openapi(fields.take("parameters", OBJECT))
    return Tool(name, description, schema, None, fields.rest)


def _read_choice(top: Fields) -> ToolChoice | None:
    config = top.take("toolConfig", OBJECT)
    if config is None:
        return None
    fields = Fields(config, "toolConfig")
    calling = fields.take("functionCallingConfig", OBJECT)
    if fields.rest:
        top.rest["toolConfig"] = fields.rest
    if calling is None:
        return None
    inner = Fields(calling, "toolConfig.functionCallingConfig")
    mode, allowed = inner.take("mode", STRING), inner.take("allowedFunctionNames", ARRAY)
    names = [checked(name, STRING, at(inner.path, "allowedFunctionNames")) for name in allowed or []]
    if mode == "NONE":
        return ToolChoice("none", extras=inner.rest)
    if mode == "ANY" and len(names) == 1:
        return ToolChoice("named", names[0], inner.rest)
    if names:
        inner.rest["allowedFunctionNames"] = names
    if mode == "ANY":
        return ToolChoice("required", extras=inner.rest)
    if mode not in ("AUTO", None):
        # A mode from the future: an upstream of this dialect may know it.
        inner.rest["mode"] = mode
    return ToolChoice("auto", extras=inner.rest)


def _read_sampling(config: Fields) -> Sampling:
    stop: list[Any] | None = config.take("stopSequences", ARRAY)
    # A number on the wire, a count in meaning.
    top_k = config.take("topK", NUMBER)
    path = at(_CONFIG, "stopSequences")
    return Sampling(
        temperature=config.take("temperature", NUMBER),
        top_p=config.take("topP", NUMBER),
        top_k=None if top_k is None else int(top_k),
        stop=None if stop is None else tuple(checked(word, STRING, at(path, n)) for n, word in enumerate(stop)),
        seed=config.take("seed", INTEGER),
        presence_penalty=config.take("presencePenalty", NUMBER),
        frequency_penalty=config.take("frequencyPenalty", NUMBER),
        logprobs=config.take("responseLogprobs", FLAG),
        top_logprobs=config.take("logprobs", INTEGER),
        n=config.take("candidateCount", INTEGER),
    )


def _read_thinking(config: Fields) -> ThinkingAsk | None:
    body = config.take("thinkingConfig", OBJECT)
    if body is None:
        return None
    fields = Fields(body, "generationConfig.thinkingConfig")
    budget, level = fields.take("thinkingBudget", INTEGER), fields.take("thinkingLevel", STRING)
    effort = level.lower() if level is not None else None
    if budget == 0:
        return ThinkingAsk("disabled", None, effort, fields.rest)
    if budget == DYNAMIC:
        return ThinkingAsk("adaptive", None, effort, fields.rest)
    return ThinkingAsk(None if budget is None else "enabled", budget, effort, fields.rest)


def _read_format(config: Fields) -> Format | None:
    if config.rest.get("responseMimeType") != _JSON:
        return None
    del config.rest["responseMimeType"]
    schema = config.take("responseJsonSchema", OBJECT)
    if schema is None:
        schema = from_openapi(config.take("responseSchema", OBJECT))
    return Format("json_object") if schema is None else Format("json_schema", schema=schema)
