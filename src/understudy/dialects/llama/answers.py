"""Whole answers, read from an upstream and written for a caller.

From an upstream of this dialect the caller gets the upstream's own bytes with the extension added; from any other, a
body made from canon. An answer cannot be refused any more: what it holds and this dialect cannot say becomes an
omission.
"""

from typing import Any

import msgspec

from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Reply
from understudy.dialects.arguments import arguments_of
from understudy.dialects.bodies import answering
from understudy.dialects.contract import Echo, Encoded
from understudy.dialects.fields import OBJECT, STRING
from understudy.dialects.llama.metering import read_usage, write_metrics
from understudy.dialects.llama.pieces import read_calls, read_content, write_call
from understudy.dialects.llama.words import HIDDEN, NAME, stop_of, stop_word
from understudy.dialects.losses import Gathered
from understudy.dialects.openai_errors import read_fault
from understudy.dialects.openai_fields import Fields, Losses, at
from understudy.dialects.passage import EXTENSION, extended


def read_reply(body: bytes, maker: str) -> Reply:
    """The answer that an upstream's body holds; a Fault if it is an error or no answer."""
    with answering():
        value = msgspec.json.decode(body)
        failed = isinstance(value, dict) and value.get("error")
        if not failed:
            return _read(value, body)
    raise read_fault(200, body)


def _read(value: Any, source: bytes) -> Reply:
    top = Fields(value, "")
    message = Fields(top.need("completion_message", OBJECT), "completion_message")
    content = message.rest.pop("content", None)
    said = () if content in (None, "") else read_content(content, "completion_message.content")[0]
    parts: list[ReplyPart] = [part for part in said if isinstance(part, Text | Opaque)]
    parts += read_calls(message.rest.pop("tool_calls", None), "completion_message.tool_calls")
    native = message.take("stop_reason", STRING)
    return Reply(
        id=top.take("id", STRING) or "",
        model="",
        dialect=NAME,
        parts=tuple(parts),
        stop=stop_of(native),
        native_stop=native,
        usage=read_usage(top.rest.get("metrics")),
        source=source,
    )


def write_reply(reply: Reply, echo: Echo) -> Encoded:
    """The body for a caller, and what it could not carry."""
    if reply.dialect == NAME and reply.source:
        fields: dict[str, Any] = msgspec.json.decode(reply.source, type=dict[str, msgspec.Raw])
        return Encoded(msgspec.json.encode({**fields, **({EXTENSION: echo.extension} if echo.extension else {})}))
    losses = Losses()
    kept = [part for place, part in enumerate(reply.parts) if carried(part, place, reply.dialect, losses)]
    calls = [part for part in kept if isinstance(part, ToolCall)]
    words = "".join(part.text for part in kept if isinstance(part, Text | Refusal))
    own = reply.dialect == NAME
    if not own:
        losses.extras("", reply.extras, reply.dialect)
    broken = any(arguments_of(call.arguments) is None for call in calls)
    stop = reply.stop
    word = None if stop is None else stop_word(stop, reply.native_stop, own=own, calls=bool(calls), broken=broken)
    message: dict[str, Any] = {"role": "assistant", "content": {"type": "text", "text": words}, "stop_reason": word}
    if calls:
        message["tool_calls"] = [write_call(call) for call in calls]
    extension = extended(echo, reply.stop, reply.native_stop, own=reply.dialect == NAME, losses=losses, hidden=HIDDEN)
    extra = {EXTENSION: extension} if extension else {}
    body = {"id": reply.id, "completion_message": message, "metrics": write_metrics(reply.usage)}
    return Encoded(msgspec.json.encode({**body, **extra}), tuple(losses.items))


def carried(part: ReplyPart, place: int, dialect: str, losses: Gathered) -> bool:
    """Whether a part has a form here, its losses told."""
    path = at("content", place)
    if isinstance(part, Opaque):
        losses.add(path, f"content of type {part.kind!r} has no form in the {NAME} dialect")
        return False
    if isinstance(part, Thinking):
        losses.add(path, f"the {NAME} dialect has no place for thinking")
        return False
    if isinstance(part, Refusal):
        losses.add(path, f"the {NAME} dialect has no form for a refusal: its words are told as words of the answer")
    if dialect != NAME:
        losses.extras(path, part.extras, dialect)
    return True
