"""Requests, read: a caller's body into canon, or a fault that names the field.

Fields that canon has no word for, and fields that are null, stay in the extras of what they belong to.
"""

from typing import Any, cast, get_args

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, Role
from understudy.canon.parts import Image, Opaque, Part, Text, ToolResult
from understudy.canon.request import Format, Request, Sampling, Tool, ToolChoice
from understudy.dialects.bodies import read_body
from understudy.dialects.fields import ARRAY, FLAG, INTEGER, NUMBER, OBJECT, STRING
from understudy.dialects.llama.pieces import read_calls, read_content
from understudy.dialects.llama.words import NAME
from understudy.dialects.openai_fields import Fields, at, wrong

_ROLES = get_args(Role)
_MODES = ("auto", "none", "required")


def read_request(body: bytes) -> Request:
    """The request that a body holds; a Fault names what is wrong with it."""
    return read_body(body, lambda value: _read(value, body))


def _read(value: Any, source: bytes) -> Request:
    top = Fields(value, "")
    model = top.need("model", STRING)
    said: list[Any] = top.need("messages", ARRAY)
    if not said:
        raise wrong("messages", "expected at least one message")
    return Request(
        model=model,
        messages=tuple(_read_message(one, at("messages", place)) for place, one in enumerate(said)),
        dialect=NAME,
        tools=_read_tools(top),
        tool_choice=_read_choice(top),
        max_tokens=top.take("max_completion_tokens", INTEGER),
        sampling=Sampling(
            temperature=top.take("temperature", NUMBER),
            top_p=top.take("top_p", NUMBER),
            top_k=top.take("top_k", INTEGER),
        ),
        format=_read_format(top),
        stream=top.take("stream", FLAG),
        # A stream of this dialect always tells its usage.
        stream_usage=True,
        user=top.take("user", STRING),
        extras=top.rest,
        source=source,
    )


def _read_message(value: Any, path: str) -> Message:
    fields = Fields(value, path)
    word = fields.need("role", STRING)
    if word not in _ROLES:
        raise wrong(at(path, "role"), f"expected one of {', '.join(_ROLES)}, got {word[:60]!r}")
    role = cast("Role", word)
    content = fields.rest.pop("content", None)
    if content is None and role != "assistant":
        raise bad_request(f"Missing required parameter: {at(path, 'content')!r}.", at(path, "content"))
    parts, plain = ((), False) if content is None else read_content(content, at(path, "content"))
    if role == "tool":
        return Message(role, (_read_result(fields, parts, plain),), extras=fields.rest)
    if role == "assistant":
        # Why an earlier turn stopped asks for nothing.
        fields.rest.pop("stop_reason", None)
        parts = tuple(part for part in parts if not isinstance(part, Text) or part.text)
        parts += read_calls(fields.rest.pop("tool_calls", None), at(path, "tool_calls"))
    return Message(role, parts, plain, extras=fields.rest)


def _read_result(fields: Fields, parts: tuple[Part, ...], plain: bool) -> ToolResult:
    for place, part in enumerate(parts):
        if not isinstance(part, Text | Image | Opaque):
            raise wrong(at(at(fields.path, "content"), place), "expected text")
    return ToolResult(fields.need("tool_call_id", STRING), cast("Any", parts), plain=plain)


def _read_tools(top: Fields) -> tuple[Tool, ...] | None:
    tools: list[Any] | None = top.take("tools", ARRAY)
    return None if tools is None else tuple(_read_tool(tool, at("tools", place)) for place, tool in enumerate(tools))


def _read_tool(value: Any, path: str) -> Tool:
    fields = Fields(value, path)
    kind = fields.take("type", STRING) or "function"
    if kind != "function":
        raise wrong(at(path, "type"), f"expected 'function', got {kind[:60]!r}")
    inner = Fields(fields.need("function", OBJECT), at(path, "function"))
    return Tool(
        inner.need("name", STRING),
        inner.take("description", STRING),
        inner.take("parameters", OBJECT),
        inner.take("strict", FLAG),
    )


def _read_choice(top: Fields) -> ToolChoice | None:
    match top.rest.get("tool_choice"):
        case str(word) if word in _MODES:
            del top.rest["tool_choice"]
            return ToolChoice(word)  # type: ignore[arg-type]
        case {"type": "function", "function": dict(function)}:
            del top.rest["tool_choice"]
            return ToolChoice("named", Fields(function, "tool_choice.function").need("name", STRING))
        case None:
            return None
    raise wrong("tool_choice", f"expected one of {', '.join(_MODES)} or a function")


def _read_format(top: Fields) -> Format | None:
    body = top.take("response_format", OBJECT)
    if body is None:
        return None
    fields = Fields(body, "response_format")
    kind = fields.need("type", STRING)
    if kind == "text":
        return Format("text", extras=fields.rest)
    if kind != "json_schema":
        raise wrong("response_format.type", f"expected 'text' or 'json_schema', got {kind[:60]!r}")
    inner = Fields(fields.need("json_schema", OBJECT), "response_format.json_schema")
    return Format("json_schema", inner.take("name", STRING), schema=inner.need("schema", OBJECT), extras=fields.rest)
