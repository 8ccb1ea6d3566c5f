"""Whole answers, read from an upstream and written for a caller.

From an upstream of this dialect the caller gets the upstream's own bytes with the extension added; from any other, a
body made from canon. An answer cannot be refused any more: what it holds and this dialect cannot say becomes an
omission.
"""

from typing import Any

import msgspec

from understudy.canon.parts import Opaque, Refusal, ReplyPart, Thinking, ToolCall
from understudy.canon.reply import Reply
from understudy.dialects.arguments import arguments_of
from understudy.dialects.bodies import answering
from understudy.dialects.contract import Echo, Encoded
from understudy.dialects.converse.fields import Fields, Losses, at
from understudy.dialects.converse.metering import read_usage, write_usage
from understudy.dialects.converse.pieces import read_pieces, write_pieces
from understudy.dialects.converse.words import HIDDEN, NAME, SIGNER, stop_of, stop_word
from understudy.dialects.fields import ARRAY, OBJECT, STRING
from understudy.dialects.losses import Gathered
from understudy.dialects.passage import EXTENSION, extended


def read_reply(body: bytes, maker: str) -> Reply:
    """The answer that an upstream's body holds; a Fault if it is no answer."""
    with answering():
        return _read(msgspec.json.decode(body), maker, body)


def _read(value: Any, maker: str, source: bytes) -> Reply:
    top = Fields(value, "")
    output = Fields(top.need("output", OBJECT), "output")
    message = Fields(output.need("message", OBJECT), "output.message")
    said = read_pieces(message.need("content", ARRAY), "output.message.content", maker)
    parts = tuple(part if isinstance(part, ReplyPart) else _whole(part) for part in said)
    native = top.take("stopReason", STRING)
    return Reply(
        id="",
        model="",
        dialect=NAME,
        parts=parts,
        stop=stop_of(native),
        native_stop=native,
        usage=read_usage(top.rest.get("usage")),
        source=source,
    )


def _whole(part: Any) -> Opaque:
    """Media in an answer, as what nobody else has."""
    return Opaque("media", write_pieces((part,), own=True)[0])


def write_reply(reply: Reply, echo: Echo) -> Encoded:
    """The body for a caller, and what it could not carry."""
    if reply.dialect == NAME and reply.source:
        fields: dict[str, Any] = msgspec.json.decode(reply.source, type=dict[str, msgspec.Raw])
        return Encoded(msgspec.json.encode({**fields, **({EXTENSION: echo.extension} if echo.extension else {})}))
    losses = Losses()
    own = reply.dialect == NAME
    told = [for_caller(part, place, reply.dialect, losses) for place, part in enumerate(reply.parts)]
    parts = tuple(part for part in told if part is not None)
    calls = [part for part in parts if isinstance(part, ToolCall)]
    broken = any(arguments_of(call.arguments) is None for call in calls)
    stop = reply.stop
    refused = any(isinstance(part, Refusal) for part in reply.parts)
    word = (
        None
        if stop is None
        else stop_word(stop, reply.native_stop, own=own, calls=bool(calls), broken=broken, refused=refused)
    )
    body: dict[str, Any] = {
        "output": {"message": {"role": "assistant", "content": write_pieces(parts, own=own)}},
        "stopReason": word,
        "usage": write_usage(reply.usage),
        "metrics": {"latencyMs": 0},
    }
    if not own:
        losses.extras("", reply.extras, reply.dialect)
    if extension := extended(echo, reply.stop, reply.native_stop, own=own, losses=losses, hidden=HIDDEN):
        body[EXTENSION] = extension
    return Encoded(msgspec.json.encode(body), tuple(losses.items))


def for_caller(part: ReplyPart, place: int, dialect: str, losses: Gathered) -> ReplyPart | None:
    """A part as a caller can be told of it, or None where there is nothing to tell."""
    path = at("output.message.content", place)
    if dialect == NAME:
        return part
    if isinstance(part, Opaque):
        losses.add(path, f"content of type {part.kind!r} belongs to the {dialect} dialect")
        return None
    losses.extras(path, part.extras, dialect)
    if isinstance(part, Thinking):
        return _thinking(part, path, losses)
    if isinstance(part, ToolCall):
        if arguments_of(part.arguments) is None:
            losses.add(at(path, "arguments"), "not the JSON of an object, so told as {}")
        return part
    return part if part.text else None


def _thinking(part: Thinking, path: str, losses: Gathered) -> Thinking | None:
    if part.seal is None or part.sealed_by == SIGNER:
        return part if part.text or part.seal else None
    tell_seal(part.sealed_by, path, losses)
    return Thinking(part.text) if part.text else None


def tell_seal(maker: str | None, path: str, losses: Gathered) -> None:
    """Note that a seal of another maker than Claude's stays behind."""
    losses.add(at(path, "seal"), f"a seal of {maker!r} means nothing to a client of this dialect")


def write_count(tokens: int) -> bytes:
    """A count of tokens as this dialect tells it."""
    return msgspec.json.encode({"inputTokens": tokens})
