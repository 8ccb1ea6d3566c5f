"""Whole answers, read from an upstream and written for a caller.

From an upstream of this dialect the caller gets the upstream's own bytes with the model's name and the extension
edited; from any other, a body made from canon, which repeats what was asked as this dialect's answers do. An answer
cannot be refused any more: what it holds and this dialect cannot say becomes an omission.
"""

from typing import Any

import msgspec

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request
from understudy.dialects.bodies import answering
from understudy.dialects.contract import Echo, Encoded
from understudy.dialects.fields import ARRAY, STRING
from understudy.dialects.losses import Gathered
from understudy.dialects.openai_errors import read_fault
from understudy.dialects.openai_fields import Fields, Losses, at
from understudy.dialects.openai_metering import read_newer_usage
from understudy.dialects.openai_responses.content import read_part
from understudy.dialects.openai_responses.items import read_step
from understudy.dialects.openai_responses.metering import write_usage
from understudy.dialects.openai_responses.output import Item, answer_id
from understudy.dialects.openai_responses.tools import names_of
from understudy.dialects.openai_responses.words import (
    FAILED,
    HIDDEN,
    NAME,
    PREVIOUS,
    REASON_OF_STOP,
    status_of,
    stop_of,
)
from understudy.dialects.passage import EXTENSION, extended, passed

# What an answer repeats of its request, and what it says where nothing was asked.
_DEFAULTS: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    PREVIOUS: None,
    "reasoning": {"effort": None, "summary": None},
    "store": True,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}


_NULL = msgspec.Raw(b"null")


def read_reply(body: bytes, maker: str) -> Reply:
    """The answer that an upstream's body holds; a Fault if it is an error or no answer."""
    with answering():
        value = msgspec.json.decode(body)
        failed = isinstance(value, dict) and value.get("error")
        if not failed:
            return _read(value, maker, body)
    raise read_fault(200, body)


def _read(value: Any, maker: str, source: bytes) -> Reply:
    top = Fields(value, "")
    items: list[Any] = top.need("output", ARRAY)
    parts = tuple(part for place, item in enumerate(items) for part in read_item(item, at("output", place), maker))
    status = top.take("status", STRING)
    if status == FAILED:
        raise Fault("it failed without saying why", kind=FaultKind.UPSTREAM)
    created = top.rest.get("created_at")
    return Reply(
        id=top.take("id", STRING) or "",
        model=top.take("model", STRING) or "",
        dialect=NAME,
        parts=parts,
        stop=reason_of(status, top.rest.get("incomplete_details"), parts),
        native_stop=status,
        usage=read_newer_usage(top.rest.get("usage")),
        created_s=int(created) if isinstance(created, int | float) else None,
        source=source,
    )


def reason_of(status: str | None, details: Any, parts: tuple[ReplyPart, ...]) -> StopReason | None:
    """Why the answer stopped; one that is still under way in the background ends this exchange all the same."""
    reason = details.get("reason") if isinstance(details, dict) else None
    calls = any(isinstance(part, ToolCall) for part in parts)
    stop = stop_of(status, reason, calls=calls)
    return StopReason.OTHER if stop is None and status is not None else stop


def read_item(value: Any, path: str, maker: str) -> tuple[Any, ...]:
    """The parts that one item of an output holds."""
    fields = Fields(value, path)
    kind = fields.need("type", STRING)
    if kind != "message":
        return (read_step(kind, value, path, maker),)
    content = at(path, "content")
    said: list[Any] = fields.take("content", ARRAY) or []
    pieces = [read_part(piece, at(content, place)) for place, piece in enumerate(said)]
    return tuple(piece if isinstance(piece, Text | Refusal | Opaque) else Opaque(kind, value) for piece in pieces)


def write_reply(reply: Reply, request: Request, echo: Echo) -> Encoded:
    """The body for a caller, and what it could not carry."""
    if reply.dialect == NAME and reply.source:
        return passed(reply.source, echo)
    losses = Losses()
    names, answer = names_of(request), answer_id(reply.id)
    items = [
        Item(part, place, answer, names)
        for place, part in enumerate(reply.parts)
        if carried(part, at("output", place), reply.dialect, losses)
    ]
    if reply.dialect != NAME:
        losses.extras("", reply.extras, reply.dialect)
    note_stop(reply.stop_sequence, losses)
    body = frame_of(request, echo, reply.id, reply.created_s)
    body |= ending(reply.stop, [item.body(done=True) for item in items])
    body["usage"] = write_usage(reply.usage)
    extension = extended(echo, reply.stop, reply.native_stop, own=reply.dialect == NAME, losses=losses, hidden=HIDDEN)
    if extension:
        body[EXTENSION] = extension
    return Encoded(msgspec.json.encode(body), tuple(losses.items))


def carried(part: ReplyPart, path: str, dialect: str, losses: Gathered) -> bool:
    """Whether a part has a form here, its losses told."""
    if dialect == NAME:
        return True
    if isinstance(part, Opaque):
        losses.add(path, f"content of type {part.kind!r} belongs to the {dialect} dialect")
        return False
    losses.extras(path, part.extras, dialect)
    return not isinstance(part, Text | Refusal) or bool(part.text)


def note_stop(sequence: str | None, losses: Gathered) -> None:
    """This dialect has no word for the stop sequence that was met."""
    if sequence is not None:
        losses.add("stop_sequence", f"the {NAME} dialect does not say which stop sequence was met")


def frame_of(request: Request, echo: Echo, upstream_id: str, created_s: int | None) -> dict[str, Any]:
    """An answer around its output: its head, and what was asked."""
    return {
        "id": answer_id(upstream_id),
        "object": "response",
        "created_at": created_s or 0,
        "status": status_of(None),
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": echo.model,
        "output": [],
        **_repeated(request),
        "usage": None,
    }


def _repeated(request: Request) -> dict[str, Any]:
    if request.dialect != NAME or not request.source:
        return dict(_DEFAULTS)
    source = request.source if request.remembered is None else request.remembered.source
    asked: dict[str, msgspec.Raw] = msgspec.json.decode(source, type=dict[str, msgspec.Raw])
    said = {name: asked[name] for name in _DEFAULTS if asked.get(name, _NULL) != _NULL}
    return {**_DEFAULTS, **said}


def ending(stop: StopReason | None, output: list[dict[str, Any]]) -> dict[str, Any]:
    """The fields that the end of an answer sets."""
    status = status_of(stop)
    reason = REASON_OF_STOP.get(stop) if stop is not None else None
    details = None if reason is None else {"reason": reason}
    return {"status": status, "incomplete_details": details, "output": output}


def write_count(tokens: int) -> bytes:
    """A count of tokens as this dialect tells it."""
    return msgspec.json.encode({"object": "response.input_tokens", "input_tokens": tokens})
