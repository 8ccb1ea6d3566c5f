"""Requests, written: canon into a body for an upstream of this dialect.

From a caller of this dialect the body is the caller's own bytes, with named edits of top-level fields; key order and
unknown fields stay. From any other caller, or when the bytes are gone, it is made from canon. What could not be
carried is in the omissions; what must not be guessed is a fault. A stream always asks for its usage, whoever asked,
unless the host tells it anyway.
"""

from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.request import BuiltinTool, Request, Tool
from understudy.dialects.bodies import TOO_DEEP, aimed
from understudy.dialects.choices import check_choice
from understudy.dialects.contract import Encoded, Target
from understudy.dialects.fields import merged
from understudy.dialects.freetext import customs
from understudy.dialects.offers import offered
from understudy.dialects.openai_chat.conversation import (
    foreign_seal,
    own_messages,
    unknown_role,
    write_conversation,
)
from understudy.dialects.openai_chat.thinking import settled_thoughts, write_effort
from understudy.dialects.openai_chat.toolids import fitted
from understudy.dialects.openai_chat.words import NAME
from understudy.dialects.openai_fields import Losses, shared, user_of

# The most stop sequences that the API takes.
MAX_STOPS = 4
# The name of an answer's schema, which the API demands and other dialects do not have.
DEFAULT_SCHEMA_NAME = "answer"
_KNOBS = (
    "temperature", "top_p", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs",
    "n",
)  # fmt: skip


def write_request(request: Request, target: Target) -> Encoded:
    """The body for this target, and what stayed behind; a Fault where the request cannot be said here at all."""
    check_choice(request, target)
    losses = Losses()
    try:
        passes = request.dialect == NAME and bool(request.source)
        fields = _edited(request, target, losses) if passes else _made(request, target, losses)
        if target.usage_on == "always":
            fields.pop("stream_options", None)
        unasked = ("stream_options",) if request.stream_usage is None else ()
        body = msgspec.json.encode(aimed(fields, target, losses, unasked=unasked))
    except RecursionError:
        raise bad_request(TOO_DEEP) from None
    return Encoded(body, tuple(losses.items))


def _edited(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.json.decode(request.source, type=dict[str, msgspec.Raw])
    fields["model"] = target.model
    if request.streamed and request.stream_usage is not True:
        fields["stream_options"] = _options(request)
    messages = request.messages
    sealed = any(foreign_seal(part, target) for message in messages for part in message.parts)
    unknown = any(unknown_role(message, target) for message in messages)
    unsettled = any(settled_thoughts(message, request.spelling, target) is not message for message in messages)
    if sealed or unknown or unsettled or fitted(messages, target) is not messages:
        fields["messages"] = own_messages(request, target, losses)
    return fields


def _options(request: Request) -> dict[str, Any]:
    return {**(request.extras.get("stream_options") or {}), "include_usage": True}


def _made(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    own = request.dialect == NAME
    fields: dict[str, Any] = {"model": target.model, "messages": write_conversation(request, target, losses)}
    fields |= _tools(request, own, losses)
    if request.max_tokens is not None:
        short = own and "max_completion_tokens" not in request.spelling
        fields["max_tokens" if short else "max_completion_tokens"] = request.max_tokens
    fields |= _sampling(request, own, losses)
    fields |= write_effort(request, losses)
    fields |= _format(request, own, losses)
    if request.stream is not None:
        fields["stream"] = request.stream
    asked = True if request.streamed else request.stream_usage
    if asked is not None and (own or request.streamed):
        fields["stream_options"] = {"include_usage": asked}
    fields |= user_of(request, target, losses, NAME)
    if own:
        # A stream asks for its usage even where the caller wrote null.
        return merged(fields, request.extras) | ({"stream_options": _options(request)} if request.streamed else {})
    return fields | shared(request, target, losses, NAME)


def _tools(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    choice, parallel = request.tool_choice, request.parallel_tools
    tools = offered(request, NAME, losses)
    if not own and not tools:
        for name, value in (("tools", request.tools), ("tool_choice", choice), ("parallel_tools", parallel)):
            if value is not None:
                losses.add(name, "this dialect takes it only with at least one tool")
        return {}
    if request.tools is not None:
        fields["tools"] = [_tool(tool, path, request, losses) for path, tool in tools]
    if choice is not None:
        fields["tool_choice"] = choice.mode
        if choice.mode == "named":
            kind = "custom" if own and choice.name in customs(request.spelling) else "function"
            body = {"type": kind, kind: {"name": choice.name}}
            fields["tool_choice"] = merged(body, choice.extras) if own else body
        if not own:
            losses.extras("tool_choice", choice.extras, request.dialect)
    if parallel is not None:
        fields["parallel_tool_calls"] = parallel
    return fields


def _tool(tool: Tool | BuiltinTool, path: str, request: Request, losses: Losses) -> dict[str, Any]:
    own = request.dialect == NAME
    if isinstance(tool, BuiltinTool):
        return tool.body
    if own and tool.name in customs(request.spelling):
        about = {} if tool.description is None else {"description": tool.description}
        return merged({"type": "custom", "custom": {"name": tool.name, **about}}, tool.extras)
    function: dict[str, Any] = {"name": tool.name}
    for name in ("description", "parameters", "strict"):
        value = getattr(tool, name)
        if value is not None:
            function[name] = value
    body = {"type": "function", "function": function}
    if own:
        return merged(body, tool.extras)
    losses.extras(path, tool.extras, request.dialect)
    return body


def _sampling(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    sampling = request.sampling
    fields = {name: value for name in _KNOBS if (value := getattr(sampling, name)) is not None}
    if sampling.top_k is not None:
        if own:
            fields["top_k"] = sampling.top_k
        else:
            losses.add("top_k", f"the {NAME} dialect has no such field")
    if sampling.stop is not None:
        words = list(sampling.stop)
        if own:
            fields["stop"] = words[0] if "stop" in request.spelling else words
        elif words:
            fields["stop"] = words[:MAX_STOPS]
            for word in words[MAX_STOPS:]:
                losses.add("stop", f"{word!r} is one too many: the {NAME} dialect takes {MAX_STOPS}")
    return fields


def _format(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    form = request.format
    if form is None:
        return {}
    body: dict[str, Any] = {"type": form.kind}
    if form.kind == "json_schema":
        name = form.name if own else form.name or DEFAULT_SCHEMA_NAME
        told = {"name": name, "description": form.description, "schema": form.schema, "strict": form.strict}
        body["json_schema"] = {word: value for word, value in told.items() if value is not None}
    if not own:
        losses.extras("response_format", form.extras, request.dialect)
    return {"response_format": merged(body, form.extras) if own else body}
