"""Requests, written: canon into a body for an upstream of this dialect.

From a caller of this dialect the body is the caller's own bytes, with named edits of top-level fields; key order and
unknown fields stay. From any other caller, or when the bytes are gone, it is made from canon: the host is asked to keep
nothing, and where it reasons to seal that, so that it can be sent back. What could not be carried is in the omissions;
what must not be guessed is a fault.
"""

from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.parts import Thinking
from understudy.canon.request import Request
from understudy.dialects.bodies import TOO_DEEP, aimed
from understudy.dialects.choices import check_choice
from understudy.dialects.contract import Encoded, Target
from understudy.dialects.freetext import CUSTOM
from understudy.dialects.offers import offered
from understudy.dialects.openai_efforts import effort_for
from understudy.dialects.openai_fields import Losses, shared, user_of
from understudy.dialects.openai_responses.conversation import strip_seals, write_conversation
from understudy.dialects.openai_responses.tools import names_of, write_tool
from understudy.dialects.openai_responses.words import MIN_TOKENS, NAME, SEALS, UNSTORED

# The name of an answer's schema, which the API demands and other dialects do not have.
DEFAULT_SCHEMA_NAME = "answer"
_KNOBS = ("temperature", "top_p", "top_logprobs")
_ABSENT = ("top_k", "stop", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs")


def write_request(request: Request, target: Target) -> Encoded:
    """The body for this target, and what stayed behind; a Fault where the request cannot be said here at all."""
    check_choice(request, target)
    losses = Losses()
    try:
        passes = request.dialect == NAME and bool(request.source)
        fields = _edited(request, target, losses) if passes else _made(request, target, losses)
        unasked = () if request.dialect == NAME else ("store", "include")
        body = msgspec.json.encode(aimed(fields, target, losses, unasked=unasked))
    except RecursionError:
        raise bad_request(TOO_DEEP) from None
    return Encoded(body, tuple(losses.items))


def _edited(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    remembered = request.remembered
    if remembered is not None and remembered.provider == target.provider != "":
        return {**_fields(remembered.source), "model": target.model}
    fields = _fields(request.source)
    fields["model"] = target.model
    sealed = [
        part for message in request.messages for part in message.parts if isinstance(part, Thinking) and part.seal
    ]
    if any(part.sealed_by != target.maker for part in sealed):
        fields["input"] = strip_seals(msgspec.json.decode(fields["input"]), target, losses)
    return fields


def _fields(source: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.json.decode(source, type=dict[str, msgspec.Raw])
    return fields


def _made(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    own = request.dialect == NAME
    fields: dict[str, Any] = {"model": target.model, **write_conversation(request, target, losses)}
    fields |= _tools(request, own, losses)
    if request.max_tokens is not None:
        fields["max_output_tokens"] = request.max_tokens
        if not own and request.max_tokens < MIN_TOKENS:
            losses.add("max_tokens", f"{request.max_tokens!r} was raised to {MIN_TOKENS}, the least here")
            fields["max_output_tokens"] = MIN_TOKENS
    fields |= _sampling(request, own, losses)
    fields |= _reasoning(request, own, losses)
    fields |= _format(request, own, losses)
    if request.stream is not None:
        fields["stream"] = request.stream
    fields |= user_of(request, target, losses, NAME)
    if not own:
        fields |= shared(request, target, losses, NAME)
        return {**fields, "store": False, **({"include": [SEALS]} if _reasons(request) else {})}
    if UNSTORED in request.spelling:
        fields["store"] = False
    text = {**fields.get("text", {}), **request.extras.get("text", {})}
    return {**fields, **request.extras, **({"text": text} if text else {})}


def _reasons(request: Request) -> bool:
    """Whether reasoning was asked for, or is under way: a model that has none refuses to be asked for its seals."""
    ask = request.thinking
    if ask is not None and ask.mode != "disabled" and ask.effort != "none":
        return True
    return any(isinstance(part, Thinking) and part.seal for message in request.messages for part in message.parts)


def _tools(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    tools = offered(request, NAME, losses)
    choice, parallel = request.tool_choice, request.parallel_tools
    if not own and not tools:
        for name, value in (("tools", request.tools), ("tool_choice", choice), ("parallel_tools", parallel)):
            if value is not None:
                losses.add(name, "this dialect takes it only with at least one tool")
        return {}
    fields: dict[str, Any] = {}
    names = names_of(request)
    if request.tools is not None:
        fields["tools"] = [write_tool(tool, names, own=own) for _, tool in tools]
    if choice is not None:
        fields["tool_choice"] = choice.mode
        if choice.mode == "named":
            kind = "custom" if own and CUSTOM + (choice.name or "") in request.spelling else "function"
            fields["tool_choice"] = {"type": kind, "name": choice.name, **(choice.extras if own else {})}
    if not own:
        for path, tool in tools:
            losses.extras(path, getattr(tool, "extras", {}), request.dialect)
        if choice is not None:
            losses.extras("tool_choice", choice.extras, request.dialect)
    if parallel is not None:
        fields["parallel_tool_calls"] = parallel
    return fields


def _sampling(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    sampling = request.sampling
    fields = {name: value for name in _KNOBS if (value := getattr(sampling, name)) is not None}
    if own:
        return fields
    if sampling.n not in (None, 1):
        raise bad_request(f"n: this model gives one answer a request, not {sampling.n!r}; ask several times", "n")
    for name in _ABSENT:
        if getattr(sampling, name) not in (None, False, ()):
            losses.add(name, f"the {NAME} dialect has no such field")
    return fields


def _reasoning(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    ask = request.thinking
    if ask is None:
        return {}
    word = effort_for(ask, losses, own=own)
    body = {} if word is None else {"effort": word}
    if own:
        return {"reasoning": {**body, **ask.extras}}
    losses.extras("thinking", ask.extras, request.dialect)
    return {"reasoning": body} if body else {}


def _format(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    form = request.format
    if form is None:
        return {}
    body: dict[str, Any] = {"type": form.kind}
    if form.kind == "json_schema":
        body["name"] = form.name or DEFAULT_SCHEMA_NAME
        if form.description is not None:
            body["description"] = form.description
        body["schema"] = form.schema or {}
        if form.strict is not None or not own:
            body["strict"] = bool(form.strict)
    if not own:
        losses.extras("response_format", form.extras, request.dialect)
    return {"text": {"format": {**body, **form.extras} if own else body}}
