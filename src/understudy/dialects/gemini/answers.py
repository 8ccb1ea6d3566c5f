"""Whole answers, read from an upstream and written for a caller.

From an upstream of this dialect the caller gets the upstream's own bytes with the model's name and the extension
edited; from any other, a body made from canon. An answer cannot be refused any more: what it holds and this dialect
cannot say becomes an omission. An array of chunks is read as the stream that it is.
"""

from typing import Any

import msgspec

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Failed, Reply, StopReason, reply_of
from understudy.canon.request import Request
from understudy.dialects.arguments import arguments_of
from understudy.dialects.contract import Echo, Encoded
from understudy.dialects.gemini.addresses import NUMBERS
from understudy.dialects.gemini.chunks import Chunks, Malformed
from understudy.dialects.gemini.edits import edited
from understudy.dialects.gemini.errors import read_fault
from understudy.dialects.gemini.losses import Losses, at
from understudy.dialects.gemini.metering import write_usage
from understudy.dialects.gemini.pieces import write_pieces
from understudy.dialects.gemini.words import HIDDEN, NAME, NUMBER_OF_WORD, stop_word
from understudy.dialects.losses import Gathered
from understudy.dialects.passage import EXTENSION, extended


def read_reply(body: bytes, maker: str) -> Reply:
    """The answer that an upstream's body holds; a Fault if it is an error or no answer."""
    try:
        value = msgspec.json.decode(body)
        chunks = Chunks(maker)
        told = value if isinstance(value, list) else [value]
        if not told or not any(isinstance(one, dict) and one.keys() & _OF_ANSWER for one in told):
            raise Malformed
        events = [event for chunk in told for event in chunks.take(chunk)]
        if any(isinstance(event, Failed) for event in events):
            raise read_fault(200, msgspec.json.encode(next(one for one in told if "error" in one)))
        reply = reply_of(events + chunks.finish())
    except Malformed:
        raise Fault("the upstream's answer is malformed: it holds no candidates", kind=FaultKind.UPSTREAM) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Fault(f"the upstream's answer is no JSON of this dialect: {error}", kind=FaultKind.UPSTREAM) from error
    return msgspec.structs.replace(reply, extras=chunks.extras, source=body)


_OF_ANSWER = {"candidates", "promptFeedback", "usageMetadata", "error"}


def write_reply(reply: Reply, request: Request, echo: Echo) -> Encoded:
    """The body for a caller, and what it could not carry."""
    if reply.dialect == NAME and reply.source:
        return Encoded(edited(reply.source, echo, last=True))
    losses = Losses()
    adapted = (for_caller(part, place, reply.dialect, losses) for place, part in enumerate(reply.parts))
    parts = [part for part in adapted if part is not None]
    calls = [part for part in reply.parts if isinstance(part, ToolCall)]
    broken = any(arguments_of(call.arguments) is None for call in calls)
    refused = any(isinstance(part, Refusal) for part in reply.parts)
    own = reply.dialect == NAME
    candidate = ending(reply.stop, reply.native_stop, request, own=own, broken=broken, refused=refused)
    candidate = {"content": {"parts": write_pieces(parts, {}), "role": "model"}, **candidate, "index": 0}
    if reply.dialect != NAME:
        losses.extras("", reply.extras, reply.dialect)
    body = {"candidates": [candidate], **frame_of(reply.id, echo), "usageMetadata": write_usage(reply.usage)}
    extension = extended(echo, reply.stop, reply.native_stop, own=reply.dialect == NAME, losses=losses, hidden=HIDDEN)
    return Encoded(msgspec.json.encode({**body, EXTENSION: extension} if extension else body), tuple(losses.items))


def frame_of(reply_id: str, echo: Echo) -> dict[str, str]:
    """What stands in every chunk: the model that was asked for and the answer's id."""
    return {"modelVersion": echo.model, "responseId": reply_id}


def ending(
    stop: StopReason | None, native: str | None, request: Request, *, own: bool, broken: bool, refused: bool
) -> dict[str, Any]:
    """The field that says why the model stopped, as a word or as the number that the caller asked for."""
    if stop is None:
        return {}
    word = stop_word(stop, native, own=own, broken=broken, refused=refused)
    return {"finishReason": NUMBER_OF_WORD.get(word, word) if NUMBERS in request.spelling else word}


def for_caller(part: ReplyPart, place: int, dialect: str, losses: Gathered) -> ReplyPart | None:
    """A part as a caller can be told of it, or None where there is nothing to tell."""
    own, path = dialect == NAME, at("parts", place)
    if isinstance(part, Opaque):
        if not own:
            losses.add(path, f"content of type {part.kind!r} belongs to the {dialect} dialect")
        return part if own else None
    if not own:
        losses.extras(path, part.extras, dialect)
    if isinstance(part, Thinking) and part.seal is not None and part.sealed_by != NAME:
        losses.add(at(path, "seal"), f"a seal of {part.sealed_by!r} means nothing to a client of this dialect")
        return Thinking(part.text) if part.text else None
    if isinstance(part, ToolCall) and arguments_of(part.arguments) is None:
        losses.add(at(path, "arguments"), "not the JSON of an object, so told as {}")
    return None if isinstance(part, Text | Refusal) and not part.text else part


def write_model(name: str) -> bytes:
    """One model of the list."""
    return msgspec.json.encode(_model(name))


def write_models(names: tuple[str, ...]) -> bytes:
    """The list of models, all on one page."""
    return msgspec.json.encode({"models": [_model(name) for name in names]})


def _model(name: str) -> dict[str, Any]:
    methods = ["generateContent", "streamGenerateContent"]
    return {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods}


def write_count(tokens: int) -> bytes:
    """A count of tokens as this dialect tells it."""
    return msgspec.json.encode({"totalTokens": tokens})
