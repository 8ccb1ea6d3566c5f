"""Requests, written: canon into a body for an upstream of this dialect.

From a caller of this dialect the body is the caller's own bytes, less top-level fields that a provider refuses; from
any other caller, or when the bytes are gone, it is made from canon. What could not be carried is in the omissions; what
must not be guessed is a fault. The model and the streaming stand in the address.
"""

from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.parts import ToolCall, ToolResult
from understudy.canon.request import BuiltinTool, Request, Tool
from understudy.dialects.bodies import TOO_DEEP, aimed
from understudy.dialects.choices import check_choice
from understudy.dialects.contract import Encoded, Target
from understudy.dialects.converse.conversation import write_conversation
from understudy.dialects.converse.fields import Losses
from understudy.dialects.converse.request_reader import MORE, REASONING
from understudy.dialects.converse.words import MAX_TEMPERATURE, NAME, SIGNER
from understudy.dialects.offers import offered

_ABSENT = (
    "top_k", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs",
)  # fmt: skip


def write_request(request: Request, target: Target) -> Encoded:
    """The body for this target, and what stayed behind; a Fault where the request cannot be said here at all."""
    check_choice(request, target)
    losses = Losses()
    try:
        passes = request.dialect == NAME and bool(request.source)
        fields = msgspec.json.decode(request.source, type=dict[str, msgspec.Raw]) if passes else None
        body = msgspec.json.encode(aimed(fields or _made(request, target, losses), target, losses))
    except RecursionError:
        raise bad_request(TOO_DEEP) from None
    return Encoded(body, tuple(losses.items))


def _made(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    own = request.dialect == NAME
    fields = write_conversation(request, target, losses)
    config = _config(request, own, losses)
    if config:
        fields["inferenceConfig"] = config
    fields |= _tools(request, own, losses)
    fields |= _format(request, own, losses)
    thinking = _thinking(request, target, own, losses)
    if own:
        more = {**request.extras.get(MORE, {}), **thinking}
        return {**request.extras, **fields, **({MORE: more} if more else {})}
    losses.extras("", request.extras, request.dialect)
    if request.user is not None:
        losses.add("user", f"the {NAME} dialect has no field for the caller's user")
    return {**fields, **({MORE: thinking} if thinking else {})}


def _config(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    sampling = request.sampling
    config: dict[str, Any] = {} if request.max_tokens is None else {"maxTokens": request.max_tokens}
    if sampling.temperature is not None:
        config["temperature"] = sampling.temperature
        if not own and sampling.temperature > MAX_TEMPERATURE:
            losses.add("temperature", f"{sampling.temperature!r} was lowered to {MAX_TEMPERATURE!r}, the most here")
            config["temperature"] = MAX_TEMPERATURE
    if sampling.top_p is not None:
        config["topP"] = sampling.top_p
    if sampling.stop is not None:
        config["stopSequences"] = list(sampling.stop)
    if own:
        rest: dict[str, Any] = request.extras.get("inferenceConfig", {})
        return config | rest
    if sampling.n not in (None, 1):
        raise bad_request(f"n: this model gives one answer a request, not {sampling.n!r}; ask several times", "n")
    for name in _ABSENT:
        if getattr(sampling, name) not in (None, False):
            losses.add(name, f"the {NAME} dialect has no such field")
    return config


def _tools(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    tools, choice = offered(request, NAME, losses), request.tool_choice
    if request.parallel_tools is False:
        losses.add("parallel_tools", f"the {NAME} dialect cannot ask for one call at a time")
    if choice is not None and choice.mode == "none":
        return _forbidden(request)
    if not tools:
        if choice is not None and not own:
            losses.add("tool_choice", "this dialect takes it only with at least one tool")
        return {}
    config: dict[str, Any] = {"tools": [_tool(tool, path, request, losses) for path, tool in tools]}
    if choice is not None:
        if not own:
            losses.extras("tool_choice", choice.extras, request.dialect)
        kind = {"auto": "auto", "required": "any", "named": "tool"}[choice.mode]
        config["toolChoice"] = {kind: {} if choice.name is None else {"name": choice.name}}
    return {"toolConfig": config}


def _forbidden(request: Request) -> dict[str, Any]:
    """No tools at all, since this dialect cannot offer and forbid them; a Fault where the history needs them."""
    used = any(isinstance(part, ToolCall | ToolResult) for message in request.messages for part in message.parts)
    if used:
        raise bad_request(
            f"tool_choice: the {NAME} dialect has no 'none', and a conversation with calls in it must offer tools; "
            "ask for 'auto' or name another model",
            "tool_choice",
        )
    return {}


def _tool(tool: Tool | BuiltinTool, path: str, request: Request, losses: Losses) -> dict[str, Any]:
    if isinstance(tool, BuiltinTool):
        return tool.body
    own = request.dialect == NAME
    parameters = tool.parameters or {}
    schema = parameters if own or "type" in parameters else {"type": "object", **parameters}
    about = {} if tool.description is None else {"description": tool.description}
    if not own:
        losses.extras(path, tool.extras, request.dialect)
        if tool.strict:
            losses.add(f"{path}.strict", f"the {NAME} dialect has no strict tools")
    extras = tool.extras if own else {}
    return {"toolSpec": {"name": tool.name, **about, "inputSchema": {"json": schema}, **extras}}


def _format(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    form = request.format
    if form is None or form.kind == "text":
        return {}
    if form.kind == "json_object":
        losses.add("response_format", f"the {NAME} dialect has no form for any JSON object; give a schema")
        return {}
    if not own:
        losses.extras("response_format", form.extras, request.dialect)
    about = {name: value for name, value in (("name", form.name), ("description", form.description)) if value}
    schema = {**about, "schema": msgspec.json.encode(form.schema or {}).decode()}
    return {"outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}}


def _thinking(request: Request, target: Target, own: bool, losses: Losses) -> dict[str, Any]:
    """How much to think has no field of its own here; models by Anthropic take a budget among their own fields."""
    ask = request.thinking
    if ask is None:
        return {}
    if not own:
        losses.extras("thinking", ask.extras, request.dialect)
    mode = ask.mode or ("enabled" if ask.budget_tokens else None)
    if mode in ("enabled", "disabled") and (own or target.maker == SIGNER):
        budget = {} if ask.budget_tokens is None else {"budget_tokens": ask.budget_tokens}
        return {REASONING[0]: {"type": mode, **budget}}
    if mode != "disabled":
        losses.add("thinking", f"the {NAME} dialect has no word for how much to think; the model's own default holds")
    return {}
