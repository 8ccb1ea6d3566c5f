"""Requests, written: canon into a body for an upstream of this dialect, with the conversation.

From a caller of this dialect the body is the caller's own bytes, with named edits of top-level fields; from any other
caller, or when the bytes are gone, it is made from canon. Results in a user's turn become messages of role `tool`;
thinking has no place here. What could not be carried is in the omissions; what must not be guessed is a fault.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message
from understudy.canon.parts import Audio, Document, Image, Opaque, Part, Refusal, Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import Request, Tool
from understudy.dialects.bodies import TOO_DEEP, aimed
from understudy.dialects.choices import check_choice
from understudy.dialects.contract import Encoded, Target
from understudy.dialects.llama.pieces import write_call, write_piece
from understudy.dialects.llama.words import MAX_TEMPERATURE, NAME
from understudy.dialects.losses import foreign
from understudy.dialects.offers import offered
from understudy.dialects.openai_fields import Losses, at
from understudy.dialects.turntaking import FAILED, refuse_beginning

DEFAULT_SCHEMA_NAME = "answer"
_ABSENT = (
    "stop", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs",
)  # fmt: skip


def write_request(request: Request, target: Target) -> Encoded:
    """The body for this target, and what stayed behind; a Fault where the request cannot be said here at all."""
    check_choice(request, target)
    losses = Losses()
    try:
        if request.dialect == NAME and request.source:
            fields: dict[str, Any] = msgspec.json.decode(request.source, type=dict[str, msgspec.Raw])
            fields["model"] = target.model
        else:
            fields = _made(request, target, losses)
        body = msgspec.json.encode(aimed(fields, target, losses))
    except RecursionError:
        raise bad_request(TOO_DEEP) from None
    return Encoded(body, tuple(losses.items))


def _made(request: Request, target: Target, losses: Losses) -> dict[str, Any]:
    own = request.dialect == NAME
    if not own:
        refuse_beginning(request, NAME)
    writer = _Writer(request.dialect, losses)
    said = enumerate(request.messages)
    messages = [body for place, message in said for body in writer.message(message, at("messages", place))]
    if not messages:
        raise bad_request("messages: at least one message with content is required", "messages")
    fields: dict[str, Any] = {"model": target.model, "messages": messages}
    fields |= _tools(request, own, losses)
    if request.max_tokens is not None:
        fields["max_completion_tokens"] = request.max_tokens
    fields |= _sampling(request, own, losses)
    fields |= _format(request, own, losses)
    if request.thinking is not None:
        losses.add("thinking", f"the {NAME} dialect has no word for thinking; the model's own default holds")
    if request.stream is not None:
        fields["stream"] = request.stream
    if request.user is not None:
        fields["user"] = request.user
    if own:
        return {**fields, **request.extras}
    losses.extras("", request.extras, request.dialect)
    return fields


def _tools(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    tools, choice = offered(request, NAME, losses), request.tool_choice
    if request.parallel_tools is False:
        losses.add("parallel_tools", f"the {NAME} dialect cannot ask for one call at a time")
    if not own and not tools:
        if choice is not None:
            losses.add("tool_choice", "this dialect takes it only with at least one tool")
        return {}
    fields: dict[str, Any] = {}
    if request.tools is not None:
        fields["tools"] = [_tool(tool, path, request, losses) for path, tool in tools if isinstance(tool, Tool)]
    if choice is not None:
        fields["tool_choice"] = choice.mode
        if choice.mode == "named":
            fields["tool_choice"] = {"type": "function", "function": {"name": choice.name}}
        if not own:
            losses.extras("tool_choice", choice.extras, request.dialect)
    return fields


def _tool(tool: Tool, path: str, request: Request, losses: Losses) -> dict[str, Any]:
    if request.dialect != NAME:
        losses.extras(path, tool.extras, request.dialect)
    told = {name: getattr(tool, name) for name in ("description", "parameters", "strict")}
    about = {name: value for name, value in told.items() if value is not None}
    return {"type": "function", "function": {"name": tool.name, **about}}


def _sampling(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    sampling = request.sampling
    told = {name: getattr(sampling, name) for name in ("temperature", "top_p", "top_k")}
    fields = {name: value for name, value in told.items() if value is not None}
    if own:
        return fields
    if sampling.n not in (None, 1):
        raise bad_request(f"n: this model gives one answer a request, not {sampling.n!r}; ask several times", "n")
    if fields.get("temperature", 0) > MAX_TEMPERATURE:
        losses.add("temperature", f"{sampling.temperature!r} was lowered to {MAX_TEMPERATURE!r}, the most here")
        fields["temperature"] = MAX_TEMPERATURE
    for name in _ABSENT:
        if getattr(sampling, name) not in (None, False, ()):
            losses.add(name, f"the {NAME} dialect has no such field")
    return fields


def _format(request: Request, own: bool, losses: Losses) -> dict[str, Any]:
    form = request.format
    if form is None:
        return {}
    if form.kind == "json_object":
        losses.add("response_format", f"the {NAME} dialect has no form for any JSON object; give a schema")
        return {}
    if not own:
        losses.extras("response_format", form.extras, request.dialect)
    extras = form.extras if own else {}
    if form.kind == "text":
        return {"response_format": {"type": "text", **extras}}
    if form.description is not None:
        losses.add("response_format.description", f"the {NAME} dialect has no description of a schema")
    schema = {"name": form.name or DEFAULT_SCHEMA_NAME, "schema": form.schema or {}}
    return {"response_format": {"type": "json_schema", "json_schema": schema, **extras}}


class _Writer:
    """Writes the messages of one request."""

    def __init__(self, dialect: str, losses: Losses) -> None:
        self._dialect = dialect
        self._own = dialect == NAME
        self._losses = losses

    def message(self, message: Message, path: str) -> Iterator[dict[str, Any]]:
        """The messages that one becomes: each result is one of its own, before the rest of its turn."""
        extras = message.extras if self._own else {}
        if not self._own:
            self._losses.extras(path, message.extras, self._dialect)
        if message.name is not None:
            self._losses.add(at(path, "name"), "this dialect has no names of speakers")
        said: list[dict[str, Any]] = []
        calls: list[dict[str, Any]] = []
        for place, part in enumerate(message.parts):
            below = at(at(path, "content"), place)
            if isinstance(part, ToolResult):
                yield {**self._result(part, below), **extras}
            elif isinstance(part, ToolCall):
                self._note(part, below)
                calls.append(write_call(part))
            elif isinstance(part, Thinking):
                self._losses.add(below, f"the {NAME} dialect has no place for thinking")
            elif not isinstance(part, Text | Refusal) or part.text:
                said.append(self._piece(part, below, message.role))
        if said or calls:
            # Every model knows `system`; this dialect knows nothing else for instructions.
            role = {"developer": "system", "tool": "user"}.get(message.role, message.role)
            body: dict[str, Any] = {"role": role, "content": _content(said, role)}
            yield {**body, **({"tool_calls": calls} if calls else {}), **extras}

    def _result(self, result: ToolResult, path: str) -> dict[str, Any]:
        self._note(result, path)
        pieces = [self._piece(part, at(path, place), "tool") for place, part in enumerate(result.parts)]
        words = "".join(piece["text"] for piece in pieces)
        return {
            "role": "tool",
            "tool_call_id": result.call_id,
            "content": FAILED + words if result.is_error else words if result.plain or len(pieces) < 2 else pieces,
        }

    def _piece(self, part: Part, path: str, role: str) -> dict[str, Any]:
        if isinstance(part, Opaque | Audio | Document) and not self._own:
            kind = part.kind if isinstance(part, Opaque) else type(part).__name__.lower()
            raise foreign(path, "content", kind, self._dialect, NAME)
        fits = Text | Refusal | Image | Opaque if role == "user" else Text | Refusal
        if not isinstance(part, fits):
            kind = type(part).__name__.lower()
            raise bad_request(f"{path}: a message of role {role!r} holds no {kind!r} in the {NAME} dialect", path)
        self._note(part, path)
        if isinstance(part, Image) and part.detail is not None:
            self._losses.add(at(path, "detail"), "this dialect has no wish for one image's resolution")
        return write_piece(part, own=self._own)

    def _note(self, part: Any, path: str) -> None:
        if not self._own and not isinstance(part, Opaque):
            self._losses.extras(path, part.extras, self._dialect)


def _content(said: list[dict[str, Any]], role: str) -> Any:
    """A string where there is nothing but words: an assistant's cannot be a list, and every host takes one."""
    if role == "user" and any(piece["type"] != "text" for piece in said):
        return said
    return "".join(piece["text"] for piece in said)
