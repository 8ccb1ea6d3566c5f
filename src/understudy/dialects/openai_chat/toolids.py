"""Ids of tool calls, for hosts that take nothing but nine letters and digits.

Other makers' ids do not fit into nine places, so a foreign one is exchanged for a digest of itself: the call and its
result get the same one, on every replica and in every turn, and no memory is needed. The way back is never walked: a
host names its own new calls, in ids that are legal here, and says nothing of the old ones.
"""

import hashlib
import re
import string
from typing import Any

import msgspec

from understudy.canon.messages import Message
from understudy.canon.parts import Opaque, ToolCall, ToolResult
from understudy.dialects.contract import Target

PLACES = 9
_LEGAL = re.compile(r"[a-zA-Z0-9]{9}")
_DIGITS = string.digits + string.ascii_letters


def nine(call_id: str) -> str:
    """The id itself where it is legal, else nine places of its digest: 62^9 of them, so that two ids hardly meet."""
    if _LEGAL.fullmatch(call_id):
        return call_id
    rest = int.from_bytes(hashlib.sha256(call_id.encode()).digest())
    places = []
    for _ in range(PLACES):
        rest, digit = divmod(rest, len(_DIGITS))
        places.append(_DIGITS[digit])
    return "".join(places)


def fitted(messages: tuple[Message, ...], target: Target) -> tuple[Message, ...]:
    """The messages with ids that the target takes; the same object where nothing has to change."""
    if target.tool_ids == "any":
        return messages
    changed = tuple(_fitted(message) for message in messages)
    return messages if all(new is old for new, old in zip(changed, messages, strict=True)) else changed


def _fitted(message: Message) -> Message:
    parts = tuple(_part(part) for part in message.parts)
    same = all(new is old for new, old in zip(parts, message.parts, strict=True))
    return message if same else msgspec.structs.replace(message, parts=parts)


def _part(part: Any) -> Any:
    if isinstance(part, ToolCall) and nine(part.id) != part.id:
        return msgspec.structs.replace(part, id=nine(part.id))
    if isinstance(part, ToolResult) and nine(part.call_id) != part.call_id:
        return msgspec.structs.replace(part, call_id=nine(part.call_id))
    # A call of another kind has an id, and an object under the name of its type; a piece of content never has both.
    if isinstance(part, Opaque) and {"id", part.kind} <= part.body.keys() and nine(part.body["id"]) != part.body["id"]:
        return msgspec.structs.replace(part, body={**part.body, "id": nine(part.body["id"])})
    return part
