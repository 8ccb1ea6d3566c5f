"""Requests, written: canon into a body for an upstream of this dialect.

From a caller of this dialect the body is the caller's own bytes, with named edits of top-level fields; key order and
unknown fields stay. From any other caller, or when the bytes are gone, it is made from canon. What could not be
carried is in the omissions; what must not be guessed is a fault. The model and the streaming stand in the address.
"""

from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.parts import Thinking
from understudy.canon.request import Request, Tool
from understudy.dialects.bodies import TOO_DEEP, aimed
from understudy.dialects.choices import check_choice
from understudy.dialects.contract import Encoded, Target
from understudy.dialects.gemini.conversation import strip_seals, write_conversation
from understudy.dialects.gemini.losses import Losses
from understudy.dialects.gemini.thinking import write_thinking
from understudy.dialects.gemini.words import MAX_STOPS, MAX_TEMPERATURE, NAME
from understudy.dialects.offers import offered

_MODE_OF_CHOICE = {"auto": "AUTO", "required": "ANY", "named": "ANY", "none": "NONE"}
# Canon's knobs under this dialect's names, those apart that need a thought of their own.
_KNOBS = {
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
}


def write_request(request: Request, target: Target) -> Encoded:
    """The body for this target, and what stayed behind; a Fault where the request cannot be said here at all."""
    check_choice(request, target)
    losses = Losses()
    try:
        passes = request.dialect == NAME and bool(request.source)
        fields = _edited(request, target, losses) if passes else _made(request, target, losses)
        body = msgspec.json.encode(aimed(fields, target, losses))
    except RecursionError:
        raise bad_request(TOO_DEEP) from None
    return Encoded(body, tuple(losses.items))


def _edited(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.json.decode(request.source, type=dict[str, msgspec.Raw])
    if "model" in fields:
        fields["model"] = "models/" + target.model.removeprefix("models/")
    sealed = any(isinstance(part, Thinking) and part.seal for message in request.messages for part in message.parts)
    if sealed and target.maker != NAME:
        fields["contents"] = strip_seals(msgspec.json.decode(fields["contents"]), target, losses)
    return fields


def _made(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    own = request.dialect == NAME
    fields = write_conversation(request, target, losses)
    fields |= _tools(request, own, losses)
    config = _sampling(request, own, losses) | _format(request, own, losses) | write_thinking(request, losses)
    if request.max_tokens is not None:
        config["maxOutputTokens"] = request.max_tokens
    if own:
        extras = dict(request.extras)
        config |= extras.pop("generationConfig", {})
        fields |= {name: {**fields.get(name, {}), **value} if name == "toolConfig" else value
                   for name, value in extras.items()}  # fmt: skip
    else:
        losses.extras("", request.extras, request.dialect)
        if request.user is not None:
            losses.add("user", f"the {NAME} dialect has no field for the caller's user")
    if config:
        fields["generationConfig"] = config
    return fields


def _tools(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    functions: list[dict[str, Any]] = []
    builtin: list[dict[str, Any]] = []
    for path, tool in offered(request, NAME, losses):
        if isinstance(tool, Tool):
            functions.append(_function(tool, path, request, losses))
        else:
            builtin.append(tool.body)
    if request.tools is not None:
        fields["tools"] = [*([{"functionDeclarations": functions}] if functions else []), *builtin]
    if request.parallel_tools is False:
        losses.add("parallel_tools", f"the {NAME} dialect cannot ask for one call at a time")
    choice = request.tool_choice
    if choice is None:
        return fields
    if not own and not functions:
        losses.add("tool_choice", "this dialect takes it only with at least one tool")
        return fields
    calling: dict[str, Any] = {"mode": _MODE_OF_CHOICE[choice.mode]}
    if choice.name is not None:
        calling["allowedFunctionNames"] = [choice.name]
    if own:
        calling |= choice.extras
    else:
        losses.extras("tool_choice", choice.extras, request.dialect)
    fields["toolConfig"] = {"functionCallingConfig": calling}
    return fields


def _function(tool: Tool, path: str, request: Request, losses: Losses) -> dict[str, Any]:
    body: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        body["description"] = tool.description
    if tool.parameters:
        body["parametersJsonSchema"] = tool.parameters
    if request.dialect == NAME:
        return body | tool.extras
    if tool.strict:
        losses.add(f"{path}.strict", f"the {NAME} dialect has no strict tools")
    losses.extras(path, tool.extras, request.dialect)
    return body


def _sampling(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    sampling = request.sampling
    config: dict[str, Any] = {
        wire: value for name, wire in _KNOBS.items() if (value := getattr(sampling, name)) is not None
    }
    if not own and config.get("responseLogprobs") is False:
        del config["responseLogprobs"]
    if sampling.n is not None:
        if not own and sampling.n != 1:
            raise bad_request(f"n: this model gives one answer a request, not {sampling.n!r}; ask several times", "n")
        if own:
            config["candidateCount"] = sampling.n
    if sampling.logit_bias is not None:
        losses.add("logit_bias", f"the {NAME} dialect has no such field")
    if sampling.temperature is not None:
        config["temperature"] = sampling.temperature
        if not own and sampling.temperature > MAX_TEMPERATURE:
            losses.add("temperature", f"{sampling.temperature!r} was lowered to {MAX_TEMPERATURE!r}, the most here")
            config["temperature"] = MAX_TEMPERATURE
    if sampling.stop is not None:
        words = sampling.stop
        if not own and len(words) > MAX_STOPS:
            raise bad_request(f"stop: the {NAME} dialect takes at most {MAX_STOPS} stop sequences", "stop")
        if own or words:
            config["stopSequences"] = list(words)
    return config


def _format(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    form = request.format
    if form is None or form.kind == "text":
        return {}
    if not own:
        # The name is a label, and a schema is always kept to here: neither is a loss.
        losses.extras("response_format", form.extras, request.dialect)
        if form.description is not None:
            losses.add("response_format.description", f"the {NAME} dialect has no description of a schema")
    schema = {} if form.schema is None else {"responseJsonSchema": form.schema}
    return {"responseMimeType": "application/json", **schema}
