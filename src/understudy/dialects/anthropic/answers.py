"""Whole answers, read from an upstream and written for a caller.

From an upstream of this dialect the caller gets the upstream's own bytes with the model's name and the extension
edited; from any other, a body made from canon. An answer cannot be refused any more: what it holds and this dialect
cannot say becomes an omission.
"""

from typing import Any

import msgspec

from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Reply
from understudy.dialects.anthropic.blocks import read_block, write_block
from understudy.dialects.anthropic.errors import read_fault
from understudy.dialects.anthropic.fields import Fields
from understudy.dialects.anthropic.losses import Losses, at
from understudy.dialects.anthropic.metering import read_usage, unread_usage, write_usage
from understudy.dialects.anthropic.words import NAME, stop_of, stop_word
from understudy.dialects.arguments import arguments_of
from understudy.dialects.bodies import answering
from understudy.dialects.contract import Echo, Encoded
from understudy.dialects.fields import ARRAY, OBJECT, STRING
from understudy.dialects.losses import Gathered
from understudy.dialects.passage import EXTENSION, extended, passed
from understudy.dialects.seals import write_seal


def read_reply(body: bytes, maker: str) -> Reply:
    """The answer that an upstream's body holds; a Fault if it is an error or no answer."""
    with answering():
        value = msgspec.json.decode(body)
        failed = isinstance(value, dict) and value.get("type") == "error"
        if not failed:
            return _read(value, maker, body)
    raise read_fault(200, body)


def _read(value: Any, maker: str, source: bytes) -> Reply:
    fields = Fields(value, "")
    content: list[Any] = fields.need("content", ARRAY)
    parts = tuple(_reply_part(block, f"content.{place}", maker) for place, block in enumerate(content))
    stop = fields.take("stop_reason", STRING)
    usage = fields.take("usage", OBJECT)
    return Reply(
        id=fields.take("id", STRING) or "",
        model=fields.take("model", STRING) or "",
        dialect=NAME,
        parts=parts,
        stop=stop_of(stop),
        native_stop=stop,
        stop_sequence=fields.take("stop_sequence", STRING),
        usage=read_usage(usage),
        extras=unread(fields.rest, usage),
        source=source,
    )


def unread(rest: dict[str, Any], usage: Any) -> dict[str, Any]:
    """What canon has no word for in an answer's frame; nulls say nothing there."""
    known = ("type", "role", "content", "stop_reason", "usage")
    extras = {name: value for name, value in rest.items() if value is not None and name not in known}
    more = unread_usage(usage)
    return {**extras, "usage": more} if more else extras


def _reply_part(block: Any, path: str, maker: str) -> ReplyPart:
    part = read_block(block, path, maker)
    return part if isinstance(part, Text | Thinking | ToolCall | Opaque) else Opaque(block["type"], block)


def write_reply(reply: Reply, echo: Echo) -> Encoded:
    """The body for a caller, and what it could not carry."""
    if reply.dialect == NAME and reply.source:
        return passed(reply.source, echo)
    losses = Losses()
    body = _made(reply, echo, losses)
    return Encoded(msgspec.json.encode(body), tuple(losses.items))


def _made(reply: Reply, echo: Echo, losses: Losses) -> dict[str, Any]:
    own = reply.dialect == NAME
    calls = [part for part in reply.parts if isinstance(part, ToolCall)]
    word = None
    if reply.stop is not None:
        broken = any(arguments_of(call.arguments) is None for call in calls)
        refused = any(isinstance(part, Refusal) for part in reply.parts)
        word = stop_word(reply.stop, reply.native_stop, own=own, calls=bool(calls), broken=broken, refused=refused)
    body: dict[str, Any] = {
        "id": reply.id,
        "type": "message",
        "role": "assistant",
        "model": echo.model,
        "content": [
            block
            for place, part in enumerate(reply.parts)
            if (block := block_for_caller(part, f"content.{place}", reply.dialect, losses)) is not None
        ],
        "stop_reason": word,
        "stop_sequence": reply.stop_sequence,
        "usage": write_usage(reply.usage),
    }
    if own:
        extras = dict(reply.extras)
        body["usage"] |= extras.pop("usage", {})
        body |= extras
    else:
        losses.extras("", reply.extras, reply.dialect)
    extension = extended(echo, reply.stop, reply.native_stop, own=own, losses=losses)
    return {**body, EXTENSION: extension} if extension else body


def block_for_caller(part: ReplyPart, path: str, dialect: str, losses: Gathered) -> dict[str, Any] | None:
    """The block that tells a caller of a part, or None where there is nothing to tell."""
    own = dialect == NAME
    if isinstance(part, Opaque):
        if own:
            return part.body
        losses.add(path, f"content of type {part.kind!r} belongs to the {dialect} dialect")
        return None
    if not own:
        losses.extras(path, part.extras, dialect)
    if isinstance(part, Thinking):
        return write_block(signed(part), own=own)
    if isinstance(part, ToolCall):
        if arguments_of(part.arguments) is None:
            losses.add(at(path, "arguments"), "not the JSON of an object, so told as {}")
    elif isinstance(part, Text | Refusal) and not part.text and not own:
        return None
    return write_block(part, own=own)


def signed(part: Thinking) -> Thinking:
    """Thinking as a client of this dialect keeps it: a seal of another maker bears that maker's name."""
    if part.seal is None:
        return part
    return msgspec.structs.replace(part, seal=write_seal(part.seal, part.sealed_by, NAME, redacted=part.redacted))


def write_model(name: str) -> bytes:
    """One model of the list."""
    return msgspec.json.encode(_model(name))


def write_models(names: tuple[str, ...]) -> bytes:
    """The list of models; the epoch stands for a date of release that nobody knows, as the reference allows."""
    data = [_model(name) for name in names]
    ends = (names[0], names[-1]) if names else (None, None)
    return msgspec.json.encode({"data": data, "has_more": False, "first_id": ends[0], "last_id": ends[1]})


def _model(name: str) -> dict[str, str]:
    return {"type": "model", "id": name, "display_name": name, "created_at": "1970-01-01T00:00:00Z"}


def write_count(tokens: int) -> bytes:
    """A count of tokens as this dialect tells it."""
    return msgspec.json.encode({"input_tokens": tokens})
