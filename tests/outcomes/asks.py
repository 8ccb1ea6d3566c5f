"""Requests and replies that the tests of this room share."""

from typing import Any

from understudy.canon.messages import Message
from understudy.canon.parts import ReplyPart, Text
from understudy.canon.reply import Reply, StopReason
from understudy.canon.request import Request


def request(said: str = "ask", **knobs: Any) -> Request:
    """A request with one user turn."""
    return Request(model="r", dialect="openai_chat", messages=(Message("user", (Text(said),)),), **knobs)


def told(**metadata: Any) -> Request:
    """A request with metadata."""
    return request(extras={"metadata": metadata})


def reply(*parts: ReplyPart | str, stop: StopReason | None = None) -> Reply:
    """A reply of these parts."""
    made = tuple(Text(part) if isinstance(part, str) else part for part in parts)
    return Reply(id="1", model="m", dialect="openai_chat", parts=made, stop=stop)
