"""Messages, and the normal form of a conversation.

Dialects disagree on who may speak when: one wants strict turns with tool results inside the user's turn, another one
message per tool result. `turns` is the form that both sides of a comparison are brought to, and the form that an
encoder for a strict dialect starts from.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from understudy.canon.parts import Part, Text, ToolResult
from understudy.canon.value import Extras, Value

Role = Literal["system", "developer", "user", "assistant", "tool"]


class Message(Value, frozen=True):
    """One message as the caller sent it. `plain` says that the content was a bare string on the wire."""

    role: Role
    parts: tuple[Part, ...] = ()
    plain: bool = False
    name: str | None = None
    extras: Extras = {}


def split_system(messages: tuple[Message, ...]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The system and developer messages that open a conversation, and the rest, which may hold later ones."""
    for place, message in enumerate(messages):
        if message.role not in ("system", "developer"):
            return messages[:place], messages[place:]
    return messages, ()


def begun(messages: Sequence[Message]) -> bool:
    """Whether a conversation ends with words of the model's, which some dialects let the answer go on from."""
    last = messages[-1] if messages else None
    return last is not None and last.role == "assistant" and any(isinstance(part, Text) for part in last.parts[-1:])


def turns(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The conversation with neighbours of one side merged part by part, order kept; tool results speak for the user.

    Within a user's turn tool results come first: strict dialects demand it, and it changes no meaning.
    """
    merged: list[Message] = []
    for message in messages:
        side: Role = "user" if message.role == "tool" else message.role
        previous = merged[-1] if merged else None
        if previous is not None and previous.role == side and previous.name == message.name:
            parts = _results_first(previous.parts + message.parts)
            merged[-1] = msgspec.structs.replace(previous, parts=parts, plain=False)
        else:
            merged.append(msgspec.structs.replace(message, role=side))
    return tuple(merged)


def _results_first(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: not isinstance(part, ToolResult)))
