"""Requests, read: a caller's body into canon, or a fault that names the field.

`spelling` remembers which of two names the caller used: `max_completion_tokens` for `max_tokens`, `stop` for a bare
string, and how thinking was told. A message's `plain` also marks an assistant's content that was null and not absent.
Fields that canon has no word for, and fields that are null, stay in the extras of what they belong to.
"""

from typing import Any, cast, get_args

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message, Role
from understudy.canon.parts import Audio, Document, Image, Opaque, Part, Refusal, Text, ToolResult
from understudy.canon.request import BuiltinTool, Format, Request, Sampling, ThinkingAsk, Tool, ToolChoice
from understudy.dialects.bodies import read_body
from understudy.dialects.fields import ARRAY, FLAG, INTEGER, NUMBER, OBJECT, STRING
from understudy.dialects.freetext import CUSTOM, parameters
from understudy.dialects.openai_chat.blocks import misplaced, read_calls, read_content, takes_text
from understudy.dialects.openai_chat.thinking import placed, read_thinking, spelling_of
from understudy.dialects.openai_chat.words import NAME
from understudy.dialects.openai_fields import Fields, at, checked, read_user, wrong

_ROLES = get_args(Role)
_MODES = ("auto", "none", "required")


def read_request(body: bytes) -> Request:
    """The request that a body holds; a Fault names what is wrong with it."""
    return read_body(body, lambda value: _read(value, body))


def _read(value: Any, source: bytes) -> Request:
    top = Fields(value, "")
    model, said = top.need("model", STRING), top.need("messages", ARRAY)
    if not said:
        raise wrong("messages", "expected at least one message")
    spelling = [*spelling_of(said), *_free_texts(top.rest, said)]
    messages = tuple(_read_message(one, at("messages", place), tuple(spelling)) for place, one in enumerate(said))
    max_tokens = top.take("max_completion_tokens", INTEGER)
    if max_tokens is not None:
        spelling.append("max_completion_tokens")
    elif "max_tokens" in top.rest:
        max_tokens = top.take("max_tokens", INTEGER)
    effort = top.take("reasoning_effort", STRING)
    user = read_user(top, spelling)
    return Request(
        model=model,
        messages=messages,
        dialect=NAME,
        tools=_read_tools(top),
        tool_choice=_read_choice(top),
        parallel_tools=top.take("parallel_tool_calls", FLAG),
        max_tokens=max_tokens,
        sampling=_read_sampling(top, spelling),
        thinking=None if effort is None else ThinkingAsk(effort=effort),
        format=_read_format(top),
        stream=top.take("stream", FLAG),
        stream_usage=_read_stream_options(top),
        user=user,
        spelling=tuple(spelling),
        extras=top.rest,
        source=source,
    )


def _read_message(value: Any, path: str, spelling: tuple[str, ...]) -> Message:
    fields = Fields(value, path)
    word = fields.need("role", STRING)
    if word not in _ROLES:
        raise wrong(at(path, "role"), f"expected one of {', '.join(_ROLES)}, got {word[:60]!r}")
    role = cast("Role", word)
    parts, plain = _read_body(fields, role, spelling)
    return Message(role, parts, plain, fields.take("name", STRING), fields.rest)


def _read_body(fields: Fields, role: Role, spelling: tuple[str, ...]) -> tuple[tuple[Part, ...], bool]:
    path = at(fields.path, "content")
    if role == "assistant":
        return _read_assistant(fields, path, spelling)
    if "content" not in fields.rest:
        raise bad_request(f"Missing required parameter: {path!r}.", path)
    parts, plain = read_content(fields.rest.pop("content"), path)
    if role != "tool":
        return parts, plain
    kept = []
    for place, part in enumerate(parts):
        if not isinstance(part, Text | Image | Document | Audio | Opaque):
            raise misplaced(part, role, at(path, place))
        kept.append(part)
    return (ToolResult(fields.need("tool_call_id", STRING), tuple(kept), plain=plain),), False


def _read_assistant(fields: Fields, path: str, spelling: tuple[str, ...]) -> tuple[tuple[Part, ...], bool]:
    parts: tuple[Part, ...] = read_thinking(fields.rest, spelling, NAME)
    content = fields.rest.get("content")
    plain = content is None and "content" in fields.rest
    # An empty list is not the same as no content: it stays as an extra.
    if content != []:
        fields.rest.pop("content", None)
    if content is not None and content != []:
        said, plain = read_content(content, path)
        parts += said
    refusal = fields.take("refusal", STRING)
    if refusal is not None:
        parts += (Refusal(refusal),)
    calls = fields.rest.get("tool_calls")
    if calls:
        parts = placed(parts + read_calls(fields.rest.pop("tool_calls"), at(fields.path, "tool_calls")))
    return parts, plain


def _read_tools(top: Fields) -> tuple[Tool | BuiltinTool, ...] | None:
    tools = top.take("tools", ARRAY)
    return None if tools is None else tuple(_read_tool(tool, at("tools", place)) for place, tool in enumerate(tools))


def _read_tool(value: Any, path: str) -> Tool | BuiltinTool:
    fields = Fields(value, path)
    kind = fields.need("type", STRING)
    if kind == "custom" and takes_text(value):
        inner = Fields(fields.need("custom", OBJECT), at(path, "custom"))
        name, about, form = inner.need("name", STRING), inner.take("description", STRING), inner.rest.get("format")
        grammar = form.get("grammar") if isinstance(form, dict) else None
        return Tool(name, about, parameters(grammar), extras=_with(fields, "custom", inner))
    if kind != "function":
        return BuiltinTool(kind, value)
    inner = Fields(fields.need("function", OBJECT), at(path, "function"))
    tool = Tool(
        inner.need("name", STRING),
        inner.take("description", STRING),
        inner.take("parameters", OBJECT),
        inner.take("strict", FLAG),
    )
    return msgspec.structs.replace(tool, extras=_with(fields, "function", inner))


def _free_texts(body: dict[str, Any], turns: list[Any]) -> list[str]:
    """The tools of free text that a body declares, or whose calls it tells of, as words of the spelling."""
    lists = [body.get("tools"), *(turn.get("tool_calls") for turn in turns if isinstance(turn, dict))]
    found = [one for some in lists if isinstance(some, list) for one in some if isinstance(one, dict)]
    return [CUSTOM + name for name in dict.fromkeys(one["custom"]["name"] for one in found if takes_text(one))]


def _read_choice(top: Fields) -> ToolChoice | None:
    match top.rest.get("tool_choice"):
        case str(word) if word in _MODES:
            del top.rest["tool_choice"]
            return ToolChoice(word)  # type: ignore[arg-type]
        case {"type": "function" | "custom" as kind, **body}:
            del top.rest["tool_choice"]
            fields = Fields(body, "tool_choice")
            inner = Fields(fields.need(kind, OBJECT), at("tool_choice", kind))
            return ToolChoice("named", inner.need("name", STRING), _with(fields, kind, inner))
        case str() | dict() | None:
            # Absent, null, or of a kind that only an upstream of this dialect may know.
            return None
    raise wrong("tool_choice", "expected a string or an object")


def _read_sampling(top: Fields, spelling: list[str]) -> Sampling:
    stop: list[Any] | None
    if isinstance(top.rest.get("stop"), str):
        spelling.append("stop")
        stop = [top.rest.pop("stop")]
    else:
        stop = top.take("stop", ARRAY)
    words = None if stop is None else tuple(checked(word, STRING, at("stop", place)) for place, word in enumerate(stop))
    bias: dict[str, Any] | None = top.take("logit_bias", OBJECT)
    weights: list[tuple[str, Any]] = [] if bias is None else [*bias.items()]
    for token, weight in weights:
        checked(weight, NUMBER, at("logit_bias", token))
    return Sampling(
        temperature=top.take("temperature", NUMBER),
        top_p=top.take("top_p", NUMBER),
        top_k=top.take("top_k", INTEGER),
        stop=words,
        seed=top.take("seed", INTEGER),
        presence_penalty=top.take("presence_penalty", NUMBER),
        frequency_penalty=top.take("frequency_penalty", NUMBER),
        logit_bias=bias,
        logprobs=top.take("logprobs", FLAG),
        top_logprobs=top.take("top_logprobs", INTEGER),
        n=top.take("n", INTEGER),
    )


def _read_format(top: Fields) -> Format | None:
    body = top.take("response_format", OBJECT)
    if body is None:
        return None
    fields = Fields(body, "response_format")
    kind = fields.need("type", STRING)
    if kind in ("text", "json_object"):
        return Format(kind, extras=fields.rest)  # type: ignore[arg-type]
    if kind != "json_schema":
        # A kind from the future: an upstream of this dialect may know it.
        top.rest["response_format"] = body
        return None
    inner = Fields(fields.need("json_schema", OBJECT), "response_format.json_schema")
    form = Format(
        "json_schema",
        inner.take("name", STRING),
        inner.take("description", STRING),
        inner.take("schema", OBJECT),
        inner.take("strict", FLAG),
    )
    return msgspec.structs.replace(form, extras=_with(fields, "json_schema", inner))


def _read_stream_options(top: Fields) -> bool | None:
    options = top.take("stream_options", OBJECT)
    if options is None:
        return None
    fields = Fields(options, "stream_options")
    asked = fields.take("include_usage", FLAG)
    if fields.rest or asked is None:
        top.rest["stream_options"] = fields.rest
    return asked


def _with(fields: Fields, name: str, inner: Fields) -> dict[str, Any]:
    return {**fields.rest, name: inner.rest} if inner.rest else fields.rest
