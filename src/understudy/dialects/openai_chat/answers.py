"""Whole answers, read from an upstream and written for a caller.

From an upstream of this dialect the caller gets the upstream's own bytes with the model's name and the extension
edited; from any other, a body made from canon. The first choice is the answer; what else there is stays in the extras,
under `choices` in the order of the body. An answer cannot be refused any more: what it holds and this dialect cannot
say becomes an omission.
"""

from typing import Any

import msgspec

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.parts import Opaque, Refusal, ReplyPart, Text, Thinking, ToolCall
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request
from understudy.canon.value import Extras
from understudy.dialects.arguments import is_json
from understudy.dialects.bodies import answering
from understudy.dialects.contract import Echo, Encoded
from understudy.dialects.fields import ARRAY, OBJECT, STRING, merged
from understudy.dialects.freetext import customs
from understudy.dialects.openai_chat.blocks import read_calls, read_part, write_call, write_part
from understudy.dialects.openai_chat.edits import shortened
from understudy.dialects.openai_chat.thinking import (
    DETAILS,
    NAMES,
    known,
    on_call,
    placed,
    read_details,
    write_thinking,
)
from understudy.dialects.openai_chat.thinktags import split
from understudy.dialects.openai_chat.words import HIDDEN, NAME, NATIVE_LENGTH, belied, stop_of, stop_word
from understudy.dialects.openai_errors import read_fault
from understudy.dialects.openai_fields import Fields, Losses, at
from understudy.dialects.openai_metering import read_usage, unread_usage, write_usage
from understudy.dialects.passage import EXTENSION, extended, passed


def read_reply(body: bytes, maker: str) -> Reply:
    """The answer that an upstream's body holds; a Fault if it is an error or no answer."""
    with answering():
        value = msgspec.json.decode(body)
        failed = isinstance(value, dict) and value.get("error") and not value.get("choices")
        if not failed:
            return _read(value, maker, body)
    raise read_fault(200, body)


def _read(value: Any, maker: str, source: bytes) -> Reply:
    top = Fields(value, "")
    choices: list[Any] = top.need("choices", ARRAY)
    if not choices:
        raise Fault("it has no choice", kind=FaultKind.UPSTREAM)
    first = Fields(choices[0], "choices[0]")
    # A filter may leave an answer without a message.
    filtered = first.rest.get("finish_reason") == "content_filter" and "message" not in first.rest
    message = Fields({} if filtered else first.need("message", OBJECT), "choices[0].message")
    answer_id = top.take("id", STRING) or ""
    parts = _read_parts(message, answer_id, maker)
    native = first.take("finish_reason", STRING)
    usage = top.rest.pop("usage", None)
    created = top.rest.pop("created", None)
    return Reply(
        id=answer_id,
        model=top.take("model", STRING) or "",
        dialect=NAME,
        parts=parts,
        stop=reason_of(native, first.rest.get("native_finish_reason"), parts),
        native_stop=native,
        usage=read_usage(usage),
        created_s=int(created) if isinstance(created, int | float) else None,
        extras=_unread(top.rest, first.rest, message.rest, choices[1:], unread_usage(usage)),
        source=source,
    )


def reason_of(word: str | None, native: Any, parts: tuple[ReplyPart, ...]) -> StopReason | None:
    """Why the answer stopped; `native` is the word behind an aggregator's, and cut arguments show which one holds."""
    reason = stop_of(word)
    if reason is StopReason.TOOL_CALLS and native in NATIVE_LENGTH:
        calls = [part for part in parts if isinstance(part, ToolCall)]
        if any(not is_json(call.arguments) for call in calls):
            return StopReason.LENGTH
    return reason


def _read_parts(message: Fields, answer_id: str, maker: str) -> tuple[ReplyPart, ...]:
    parts: list[ReplyPart] = list(_read_reasoning(message.rest, maker))
    content = message.rest.pop("content", None)
    if isinstance(content, str):
        parts += split(content)
    elif isinstance(content, list):
        for place, piece in enumerate(content):
            part = read_part(piece, at("choices[0].message.content", place))
            parts.append(part if isinstance(part, Text | Thinking | Refusal) else Opaque(piece["type"], piece))
    elif content is not None:
        # One host answers a wish for JSON with the object itself.
        parts.append(Text(msgspec.json.encode(content).decode()))
    refusal = message.take("refusal", STRING)
    if refusal:
        parts.append(Refusal(refusal))
    calls = message.take("tool_calls", ARRAY) or []
    mended = [_mended(call, made_id(answer_id, place)) for place, call in enumerate(calls)]
    return placed((*parts, *read_calls(mended, "choices[0].message.tool_calls")))


def made_id(answer_id: str, place: int) -> str:
    """An id for a call that came without one: of its answer and its place there, so the same on every replica."""
    return f"call_{answer_id}_{place}"


def _mended(call: Any, call_id: str) -> Any:
    """A call as canon needs it: some hosts give it no id, or its arguments as an object."""
    if not isinstance(call, dict) or call.get("type") not in (None, "", "function"):
        return call
    function = call.get("function")
    if isinstance(function, dict) and isinstance(function.get("arguments"), dict):
        function = {**function, "arguments": msgspec.json.encode(function["arguments"]).decode()}
    return {**call, "id": call.get("id") or call_id, "type": "function", "function": function}


def _read_reasoning(rest: Extras, maker: str) -> tuple[Thinking, ...]:
    told = [rest.pop(name) for name in NAMES if isinstance(rest.get(name), str)]
    words = next((text for text in told if text), "")
    if not known(rest.get(DETAILS)):
        return (Thinking(words),) if words else ()
    parts = read_details(rest.pop(DETAILS), maker)
    if words and not any(part.text for part in parts):
        return (Thinking(words), *parts)
    return parts


def _unread(top: Extras, choice: Extras, message: Extras, others: list[Any], usage: Extras) -> Extras:
    """What canon has no word for; nulls say nothing in an answer, and neither do the fixed words of its frame."""
    extras = {name: value for name, value in top.items() if value is not None and name != "object"}
    first = {name: value for name, value in choice.items() if value is not None and name != "index"}
    beside = {name: value for name, value in message.items() if value not in (None, []) and name != "role"}
    if beside:
        first["message"] = beside
    if first or others:
        extras["choices"] = [first, *others]
    return {**extras, "usage": usage} if usage else extras


def write_reply(reply: Reply, request: Request, echo: Echo) -> Encoded:
    """The body for a caller, and what it could not carry."""
    if reply.dialect == NAME and reply.source:
        return passed(reply.source, echo, shortened if belied(reply.stop, reply.native_stop) else None)
    losses = Losses()
    body = _made(reply, customs(request.spelling), echo, losses)
    return Encoded(msgspec.json.encode(body), tuple(losses.items))


def _made(reply: Reply, free: frozenset[str], echo: Echo, losses: Losses) -> dict[str, Any]:
    own = reply.dialect == NAME
    message = _message(reply, free, losses)
    word = None
    if reply.stop is not None:
        word = stop_word(reply.stop, reply.native_stop, own=own, calls="tool_calls" in message)
    choice: dict[str, Any] = {"index": 0, "message": message, "logprobs": None, "finish_reason": word}
    body: dict[str, Any] = {
        "id": reply.id,
        "object": "chat.completion",
        "created": reply.created_s or 0,
        "model": echo.model,
        "choices": [choice],
        "usage": write_usage(reply.usage),
    }
    if own:
        _put_back(body, reply.extras)
    else:
        losses.extras("", reply.extras, reply.dialect)
        if reply.stop_sequence is not None:
            losses.add("stop_sequence", f"the {NAME} dialect does not say which stop sequence was met")
    extension = extended(echo, reply.stop, reply.native_stop, own=own, losses=losses, hidden=HIDDEN)
    return {**body, EXTENSION: extension} if extension else body


def _put_back(body: dict[str, Any], extras: Extras) -> None:
    rest = dict(extras)
    first, *others = rest.pop("choices", [{}])
    choice = body["choices"][0]
    choice |= {name: value for name, value in first.items() if name != "message"}
    choice["message"] |= first.get("message", {})
    body["choices"] += others
    body["usage"] = merged(body["usage"], rest.pop("usage", {}))
    body |= rest


def _message(reply: Reply, free: frozenset[str], losses: Losses) -> dict[str, Any]:
    own = reply.dialect == NAME
    said: list[dict[str, Any]] = []
    refusals, thinking, calls = [], [], []
    for place, part in enumerate(reply.parts):
        path = at("content", place)
        if not carried(part, path, reply.dialect, losses):
            continue
        if isinstance(part, ToolCall) or (isinstance(part, Opaque) and "id" in part.body):
            calls.append(write_call(part, free, own=own))
        elif isinstance(part, Thinking) and (not own or part.extras.get("type") != "thinking"):
            following = reply.parts[place + 1] if place + 1 < len(reply.parts) else None
            thinking.append(part if own else on_call(msgspec.structs.replace(part, extras={}), following))
        elif isinstance(part, Refusal):
            refusals.append(part.text)
        else:
            said.append(write_part(part, own=own))
    message: dict[str, Any] = {"role": "assistant", "content": _joined(said), "refusal": "".join(refusals) or None}
    message |= write_thinking(thinking, name=NAMES[0], twice=True)
    return {**message, "tool_calls": calls} if calls else message


def _joined(pieces: list[dict[str, Any]]) -> Any:
    """Clients of this dialect read a bare string: words are joined into one, and only what is no words makes a list."""
    if any(piece["type"] != "text" for piece in pieces):
        return pieces
    return "".join(piece["text"] for piece in pieces) if pieces else None


def carried(part: ReplyPart, path: str, dialect: str, losses: Losses) -> bool:
    """Whether a part can be told to a caller; what stays behind of it is reported."""
    if dialect == NAME:
        return True
    if isinstance(part, Opaque):
        losses.add(path, f"content of type {part.kind!r} belongs to the {dialect} dialect")
        return False
    losses.extras(path, part.extras, dialect)
    return True
