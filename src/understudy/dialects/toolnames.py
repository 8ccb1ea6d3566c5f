"""Names of tools, for hosts that do not take every one: of 64 letters, digits, `_` and `-` at most; some take more.

A name that the target's dialect does not take is exchanged for one that it does, alike in the offer, in the choice and
in the conversation. The name that goes out is made of the caller's alone, so it is the same on every replica and in
every turn; the way back is read off the offers. Requests between two of one dialect are not touched.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from understudy.canon.parts import ReplyPart, ToolCall
from understudy.canon.request import Request, Tool

MAX_NAME = 64
# What hosts of every dialect take.
PLAIN = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ODD = re.compile(r"[^a-zA-Z0-9_-]")
_FIRST = re.compile(r"[a-zA-Z_]")
_DIGEST = 8
# What each name that went out stands for.
Back = Mapping[str, str]


def legal_name(name: str, legal: re.Pattern[str] = PLAIN) -> str:
    """The name itself where it is legal; else what is plain of it, and a digest so that no two meet."""
    if legal.fullmatch(name):
        return name
    plain = _ODD.sub("_", name)
    # Some hosts want a letter or `_` first.
    opened = plain if _FIRST.match(plain) else f"_{plain}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{opened[: MAX_NAME - _DIGEST - 1]}_{digest}"


def named(request: Request, legal: re.Pattern[str]) -> tuple[Request, Back]:
    """The request with names that its target takes, and the way back; as it is where all are legal."""
    choice = request.tool_choice
    names = {tool.name for tool in request.tools or () if isinstance(tool, Tool)}
    names |= {part.name for message in request.messages for part in message.parts if isinstance(part, ToolCall)}
    if choice is not None and choice.name is not None:
        names.add(choice.name)
    sent = {name: legal_name(name, legal) for name in names if not legal.fullmatch(name)}
    if not sent:
        return request, {}
    tools = request.tools and tuple(_exchanged(tool, sent) for tool in request.tools)
    messages = tuple(
        msgspec.structs.replace(message, parts=tuple(_exchanged(part, sent) for part in message.parts))
        for message in request.messages
    )
    choice = choice and msgspec.structs.replace(choice, name=choice.name and sent.get(choice.name, choice.name))
    fitted = msgspec.structs.replace(request, tools=tools, messages=messages, tool_choice=choice)
    return fitted, {wire: name for name, wire in sent.items()}


def _exchanged(one: Any, names: Mapping[str, str]) -> Any:
    known = isinstance(one, Tool | ToolCall) and one.name in names
    return msgspec.structs.replace(one, name=names[one.name]) if known else one


def restored(part: ReplyPart, back: Back) -> ReplyPart:
    """A part of the answer under the name that the caller gave its tool."""
    exchanged: ReplyPart = _exchanged(part, back)
    return exchanged
