"""Requests, read: a caller's body into canon, or a fault that names the field.

The top-level `system` becomes the first message, and `spelling` says `system`: a message of role `system` inside
`messages` stays where it is, and the two never get mixed up. The older `output_format` is spelt the same way.
Fields that canon has no word for, and fields that are null, stay in the extras of what they belong to.
"""

from typing import Any, cast

import msgspec

from understudy.canon.messages import Message, begun
from understudy.canon.request import (
    BuiltinTool,
    Format,
    Request,
    Sampling,
    ThinkingAsk,
    Tool,
    ToolChoice,
)
from understudy.canon.value import Extras
from understudy.dialects.anthropic.blocks import read_content, read_system
from understudy.dialects.anthropic.fields import Fields, checked, wrong
from understudy.dialects.anthropic.losses import at
from understudy.dialects.anthropic.words import NAME
from understudy.dialects.bodies import read_body
from understudy.dialects.fields import ARRAY, FLAG, INTEGER, NUMBER, OBJECT, STRING

_ROLES = ("user", "assistant", "system")
_MODES = ("enabled", "disabled", "adaptive")
_CHOICES = {"auto": "auto", "any": "required", "tool": "named", "none": "none"}


def read_request(body: bytes) -> Request:
    """The request that a body holds; a Fault names what is wrong with it."""
    return read_body(body, lambda value: _read(value, body))


def read_counted(body: bytes, address: str) -> Request:
    """The request whose tokens are to be counted: the body of a request without the limit on its answer."""
    try:
        asked = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return read_request(body)
    return read_request(msgspec.json.encode({"max_tokens": 1, **asked}))


def _read(value: Any, source: bytes) -> Request:
    top = Fields(value, "")
    model, max_tokens = top.need("model", STRING), top.need("max_tokens", INTEGER)
    said: list[Any] = top.need("messages", ARRAY)
    messages = tuple(_read_message(message, f"messages.{place}") for place, message in enumerate(said))
    spelling: list[str] = []
    if top.rest.get("system") is not None:
        messages = (read_system(top.rest.pop("system"), "system"), *messages)
        spelling.append("system")
    choice, parallel = _read_choice(top)
    form, thinking = _read_output(top, spelling)
    return Request(
        model=model,
        messages=messages,
        dialect=NAME,
        tools=_read_tools(top),
        tool_choice=choice,
        parallel_tools=parallel,
        max_tokens=max_tokens,
        sampling=_read_sampling(top),
        thinking=thinking,
        format=form,
        stream=top.take("stream", FLAG),
        user=_read_user(top),
        spelling=tuple(spelling),
        extras=top.rest,
        source=source,
        continues=begun(messages),
    )


def _read_message(value: Any, path: str) -> Message:
    fields = Fields(value, path)
    role = fields.need("role", STRING)
    if role not in _ROLES:
        raise wrong(at(path, "role"), f"Input should be 'user' or 'assistant', not {role[:60]!r}")
    if "content" not in fields.rest:
        raise wrong(at(path, "content"), "Field required")
    parts, plain = read_content(fields.rest.pop("content"), at(path, "content"), NAME)
    return Message(role, parts, plain, extras=fields.rest)  # type: ignore[arg-type]


def _read_tools(top: Fields) -> tuple[Tool | BuiltinTool, ...] | None:
    tools = top.take("tools", ARRAY)
    return None if tools is None else tuple(_read_tool(tool, f"tools.{place}") for place, tool in enumerate(tools))


def _read_tool(value: Any, path: str) -> Tool | BuiltinTool:
    fields = Fields(value, path)
    kind = fields.rest.get("type")
    if kind not in (None, "custom"):
        return BuiltinTool(checked(kind, STRING, at(path, "type")), value)
    return Tool(
        fields.need("name", STRING),
        fields.take("description", STRING),
        fields.take("input_schema", OBJECT),
        fields.take("strict", FLAG),
        fields.rest,
    )


def _read_choice(top: Fields) -> tuple[ToolChoice | None, bool | None]:
    body = top.take("tool_choice", OBJECT)
    if body is None:
        return None, None
    fields = Fields(body, "tool_choice")
    mode = _CHOICES.get(fields.need("type", STRING))
    if mode is None:
        # A kind of choice from the future: an upstream of this dialect may know it.
        top.rest["tool_choice"] = body
        return None, None
    alone = fields.take("disable_parallel_tool_use", FLAG)
    name = fields.need("name", STRING) if mode == "named" else None
    return ToolChoice(mode, name, fields.rest), None if alone is None else not alone  # type: ignore[arg-type]


def _read_output(top: Fields, spelling: list[str]) -> tuple[Format | None, ThinkingAsk | None]:
    form, effort = None, None
    config = top.take("output_config", OBJECT)
    if config is not None:
        fields = Fields(config, "output_config")
        effort = fields.take("effort", STRING)
        form = _read_format(fields, "format")
        if fields.rest or config == {}:
            top.rest["output_config"] = fields.rest
    if form is None:
        form = _read_format(top, "output_format")
        if form is not None:
            spelling.append("output_format")
    return form, _read_thinking(top, effort)


def _read_format(fields: Fields, name: str) -> Format | None:
    match fields.rest.get(name):
        case {"type": "json_schema", "schema": dict(schema), **extras}:
            del fields.rest[name]
            return Format("json_schema", schema=schema, extras=cast("Extras", extras))
    # Absent, null, or of a kind that only this dialect's upstream may know.
    return None


def _read_thinking(top: Fields, effort: str | None) -> ThinkingAsk | None:
    body = top.take("thinking", OBJECT)
    if body is not None:
        fields = Fields(body, "thinking")
        mode = fields.need("type", STRING)
        if mode in _MODES:
            budget = fields.take("budget_tokens", INTEGER)
            return ThinkingAsk(mode, budget, effort, fields.rest)  # type: ignore[arg-type]
        top.rest["thinking"] = body
    return None if effort is None else ThinkingAsk(effort=effort)


def _read_sampling(top: Fields) -> Sampling:
    stop = top.take("stop_sequences", ARRAY)
    return Sampling(
        temperature=top.take("temperature", NUMBER),
        top_p=top.take("top_p", NUMBER),
        top_k=top.take("top_k", INTEGER),
        stop=None
        if stop is None
        else tuple(checked(word, STRING, f"stop_sequences.{place}") for place, word in enumerate(stop)),
    )


def _read_user(top: Fields) -> str | None:
    body = top.take("metadata", OBJECT)
    if body is None:
        return None
    fields = Fields(body, "metadata")
    user = fields.take("user_id", STRING)
    if user is not None and user.startswith("{"):
        # Claude Code's books of its device, account and session: no user, and nobody's business but its maker's.
        top.rest["metadata"] = {"user_id": user, **fields.rest}
        return None
    if fields.rest or user is None:
        top.rest["metadata"] = fields.rest
    return user
