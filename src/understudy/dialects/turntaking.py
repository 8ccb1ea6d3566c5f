"""Turn-taking: what dialects with strict turns make of a conversation that was held under looser rules.

They want the user to speak first, instructions apart from the turns, and every call answered in the turn after it. What
is added to that end is in this room, in one wording for all of them, and is told as an omission.
"""

from typing import Any, ClassVar

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.messages import Message
from understudy.canon.parts import Audio, Document, Image, Opaque, Part, Refusal, Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import Request
from understudy.dialects.arguments import arguments_of
from understudy.dialects.contract import Target
from understudy.dialects.losses import Gathered, foreign, sealed_elsewhere

SYSTEM_OPEN = "<system>\n"
SYSTEM_CLOSE = "\n</system>"
OPENING = "(The conversation opens here.)"
# Before the words of a failed result, where a dialect has no mark for failure.
FAILED = "[The tool failed] "
NO_RESULT = "No result was given for this call."


def instructions(message: Message, path: str, request: Request, losses: Gathered) -> list[Text]:
    """The words of a message that instructs the model; a Fault if it holds anything else."""
    losses.extras(path, message.extras, request.dialect)
    if message.name is not None:
        losses.add(losses.at(path, "name"), "this dialect has no names of speakers")
    words = []
    content = losses.at(path, "content")
    for number, part in enumerate(message.parts):
        if not isinstance(part, Text | Refusal):
            kind = part.kind if isinstance(part, Opaque) else type(part).__name__.lower()
            raise bad_request(f"{losses.at(content, number)}: instructions are text here, not {kind!r}", content)
        losses.extras(losses.at(content, number), part.extras, request.dialect)
        if part.text.strip():
            words.append(Text(part.text))
    return words


def interjected(message: Message, path: str, request: Request, losses: Gathered) -> Message:
    """Instructions in mid conversation, as marked text of the user's at their place; no parts if they say nothing."""
    words = "".join(part.text for part in instructions(message, path, request, losses))
    if not words:
        return Message("user")
    losses.add(
        losses.at(path, "role"), f"a {message.role} message in mid conversation became marked text of the user's"
    )
    return Message("user", (Text(SYSTEM_OPEN + words + SYSTEM_CLOSE),), plain=True)


def opened(merged: tuple[Message, ...], losses: Gathered) -> tuple[Message, ...]:
    """The turns, the user's first."""
    if merged and merged[0].role == "user":
        return merged
    losses.add("messages", f"the first turn must be the user's: {OPENING!r} was put before it")
    return (Message("user", (Text(OPENING),), plain=True), *merged)


def refuse_beginning(request: Request, here: str) -> None:
    """A Fault where the answer must go on from the model's own words: dialects of looser turns answer anew."""
    if request.continues:
        raise bad_request(
            "messages: the last message is the model's, the beginning of an answer to go on from; an upstream of the "
            f"{here} dialect would answer as if it were not there; leave it out or name a model that goes on from it",
            "messages",
        )


def answered(turn: Message, due: list[tuple[str, str]], losses: Gathered) -> list[Part]:
    """The user's turn with its results first, and an error result for each call of `due` that has none.

    `due` holds the calls of the turn before, each with its id as it was and as the wire has it. Results stand in the
    order of their calls, since a dialect without ids can tell them apart by nothing else.
    """
    given: dict[int, Part] = {}
    others: list[Part] = []
    for part in turn.parts:
        if not isinstance(part, ToolResult):
            others.append(part)
            continue
        place = next((n for n, (call_id, _) in enumerate(due) if call_id == part.call_id and n not in given), None)
        if place is None:
            raise bad_request(
                f"messages: the tool result for {part.call_id!r} answers no open call of the turn before it", "messages"
            )
        given[place] = msgspec.structs.replace(part, call_id=due[place][1])
    for place, (call_id, wire) in enumerate(due):
        if place not in given:
            losses.add("messages", f"the call {call_id!r} has no result, so an error result was added")
            given[place] = ToolResult(wire, (Text(NO_RESULT),), is_error=True, plain=True)
    return [given[place] for place in range(len(due))] + others


class Adapter:
    """Brings the messages and parts of another dialect into what one with strict turns can hold.

    A dialect says what it makes of words and of media.
    """

    # The dialect that is written.
    here: ClassVar[str]

    def __init__(self, request: Request, target: Target, losses: Gathered) -> None:
        self._request = request
        self._dialect = request.dialect
        self._target = target
        self._losses = losses

    def words(self, text: str, path: str) -> Text | None:
        """A text that is said here, or None where it says nothing: APIs refuse white space alone, which is told."""
        if text.strip():
            return Text(text)
        if text:
            self._losses.add(path, "this dialect refuses a text of white space alone")
        return None

    def media(self, part: Image | Document, path: str) -> Part:
        """A picture or a document as this dialect takes it; a Fault where it takes none such."""
        raise NotImplementedError

    def audio(self, part: Audio, path: str) -> Part:
        """Sound as this dialect takes it; where nothing else is said it takes none, which is a Fault."""
        raise foreign(path, "content", "audio", self._dialect, self.here)

    def message(self, message: Message, path: str) -> Message:
        """The message with what this dialect can say, on one of the two sides that it knows."""
        losses = self._losses
        if message.role in ("system", "developer"):
            return interjected(message, path, self._request, losses)
        losses.extras(path, message.extras, self._dialect)
        if message.name is not None:
            losses.add(losses.at(path, "name"), "this dialect has no names of speakers")
        parts = self.parts(message.parts, losses.at(path, "content"))
        return Message("assistant" if message.role == "assistant" else "user", parts, message.plain)

    def parts(self, parts: tuple[Any, ...], path: str) -> tuple[Any, ...]:
        """The parts that have a form here, in their order."""
        adapted = (self._part(part, self._losses.at(path, place)) for place, part in enumerate(parts))
        return tuple(part for part in adapted if part is not None)

    def _part(self, part: Part, path: str) -> Part | None:
        losses = self._losses
        if isinstance(part, Opaque):
            raise foreign(path, "content", part.kind, self._dialect, self.here)
        losses.extras(path, part.extras, self._dialect)
        match part:
            case Text() | Refusal():
                return self.words(part.text, path)
            case Thinking():
                if part.seal is not None and part.sealed_by == self._target.maker:
                    return msgspec.structs.replace(part, extras={})
                losses.add(path, sealed_elsewhere(self._target.model, self._target.maker))
                return None
            case Image() | Document():
                return self.media(part, path)
            case Audio():
                return self.audio(part, path)
            case ToolCall():
                if arguments_of(part.arguments) is None:
                    losses.add(losses.at(path, "arguments"), "not the JSON of an object, so sent as {}")
                return ToolCall(part.id, part.name, part.arguments)
        inner = self.parts(part.parts, losses.at(path, "content"))
        return ToolResult(part.call_id, inner, part.is_error, part.plain)
