"""Requests, written: canon into a body for an upstream of this dialect.

From a caller of this dialect the body is the caller's own bytes, with named edits of top-level fields; key order and
unknown fields stay. From any other caller, or when the bytes are gone, it is made from canon. What could not be
carried is in the omissions; what must not be guessed is a fault.
"""

from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.request import BuiltinTool, Request, Tool
from understudy.dialects.anthropic.conversation import foreign_seal, own_messages, write_conversation
from understudy.dialects.anthropic.losses import Losses, at
from understudy.dialects.anthropic.schemas import fitted
from understudy.dialects.anthropic.thinking import pause_thinking, write_thinking
from understudy.dialects.anthropic.words import NAME
from understudy.dialects.bodies import TOO_DEEP, aimed
from understudy.dialects.choices import check_choice
from understudy.dialects.contract import Encoded, Target
from understudy.dialects.offers import offered

_TYPE_OF_CHOICE = {"auto": "auto", "required": "any", "named": "tool", "none": "none"}
_MAX_TEMPERATURE = 1.0
# Knobs of canon's sampling that no upstream of this dialect has.
_LACKING = ("seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs")


def write_request(request: Request, target: Target) -> Encoded:
    """The body for this target, and what stayed behind; a Fault where the request cannot be said here at all."""
    check_choice(request, target)
    losses = Losses()
    try:
        fields = _edited(request, target, losses) if _passes(request) else _made(request, target, losses)
        body = msgspec.json.encode(aimed(fields, target, losses))
    except RecursionError:
        raise bad_request(TOO_DEEP) from None
    return Encoded(body, tuple(losses.items))


def _passes(request: Request) -> bool:
    return request.dialect == NAME and bool(request.source)


def _edited(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.json.decode(request.source, type=dict[str, msgspec.Raw])
    fields["model"] = target.model
    if any(foreign_seal(part, target) for message in request.messages for part in message.parts):
        fields["messages"] = own_messages(request, target, losses)
        pause_thinking(request, fields, losses)
    return fields


def _made(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    own = request.dialect == NAME
    max_tokens = target.max_tokens if request.max_tokens is None else request.max_tokens
    fields: dict[str, Any] = {"model": target.model, "max_tokens": max_tokens}
    fields |= write_conversation(request, target, losses)
    fields |= _tools(request, own, losses)
    fields |= _sampling(request, own, losses)
    fields |= _format(request, own, losses)
    if request.stream is not None:
        fields["stream"] = request.stream
    if request.user is not None:
        fields["metadata"] = {"user_id": request.user}
    write_thinking(request, max_tokens, fields, losses)
    if not own:
        losses.extras("", request.extras, request.dialect)
        return fields
    for name, value in request.extras.items():
        # Fields that canon shares with the rest of an object come back together.
        both = isinstance(value, dict) and isinstance(fields.get(name), dict)
        fields[name] = {**fields[name], **value} if both else value
    return fields


def _tools(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    tools = offered(request, NAME, losses)
    if request.tools is not None:
        fields["tools"] = [_tool(tool, path, request, losses) for path, tool in tools]
    choice, parallel = request.tool_choice, request.parallel_tools
    if not own and not tools:
        for name, value in (("tools", request.tools), ("tool_choice", choice), ("parallel_tools", parallel)):
            if value is not None:
                losses.add(name, "this dialect takes it only with at least one tool")
        return {}
    if choice is None and parallel is None:
        return fields
    body: dict[str, Any] = {"type": _TYPE_OF_CHOICE[choice.mode] if choice else "auto"}
    if choice is not None and choice.name is not None:
        body["name"] = choice.name
    if parallel is not None and (own or body["type"] != "none"):
        body["disable_parallel_tool_use"] = not parallel
    if choice is not None and own:
        body |= choice.extras
    elif choice is not None:
        losses.extras("tool_choice", choice.extras, request.dialect)
    fields["tool_choice"] = body
    return fields


def _tool(tool: Tool | BuiltinTool, path: str, request: Request, losses: Losses) -> dict[str, Any]:
    own = request.dialect == NAME
    if isinstance(tool, BuiltinTool):
        return tool.body
    body: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        body["description"] = tool.description
    if own:
        if tool.parameters is not None:
            body["input_schema"] = tool.parameters
    else:
        parameters = tool.parameters or {}
        schema = parameters if "type" in parameters else {"type": "object", **parameters}
        body["input_schema"] = fitted(schema, at(path, "parameters"), losses) if tool.strict else schema
        losses.extras(path, tool.extras, request.dialect)
    if tool.strict is not None:
        body["strict"] = tool.strict
    return body | tool.extras if own else body


def _sampling(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    sampling = request.sampling
    if sampling.n is not None and sampling.n != 1:
        raise bad_request(f"n: this model gives one answer a request, not {sampling.n!r}; ask several times", "n")
    for name in _LACKING:
        value = getattr(sampling, name)
        # `logprobs: false` asks for what is done anyway.
        if value is not None and value is not False:
            losses.add(name, f"the {NAME} dialect has no such field")
    fields: dict[str, Any] = {}
    if sampling.temperature is not None:
        fields["temperature"] = sampling.temperature
        if not own and sampling.temperature > _MAX_TEMPERATURE:
            losses.add("temperature", f"{sampling.temperature!r} was lowered to {_MAX_TEMPERATURE!r}, the most here")
            fields["temperature"] = _MAX_TEMPERATURE
    if sampling.top_p is not None:
        fields["top_p"] = sampling.top_p
    if sampling.top_k is not None:
        fields["top_k"] = sampling.top_k
    if sampling.stop is not None:
        words = [word for word in sampling.stop if own or word.strip()]
        if len(words) < len(sampling.stop):
            losses.add("stop", f"the {NAME} dialect takes no stop sequence of white space alone")
        if own or words:
            fields["stop_sequences"] = words
    return fields


def _format(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    form = request.format
    if form is None or form.kind == "text":
        return {}
    if form.kind == "json_object" or form.schema is None:
        # OpenAI demands that the prompt itself asks for JSON, so the words still do; no words of ours are added.
        losses.add("response_format", f"the {NAME} dialect promises JSON only by a schema; the prompt must ask for it")
        return {}
    if own:
        body = {"type": "json_schema", "schema": form.schema, **form.extras}
        return {"output_format": body} if "output_format" in request.spelling else {"output_config": {"format": body}}
    # The name is a label, and a schema is always kept to strictly here: neither is a loss.
    losses.extras("response_format", form.extras, request.dialect)
    if form.description is not None:
        losses.add("response_format.description", f"the {NAME} dialect has no description of a schema")
    schema = fitted(form.schema, "response_format.schema", losses)
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
