"""Thinking on the wire of this dialect, which has no word of its own for it: many hosts, three spellings.

`reasoning_content` or `reasoning` hold bare words; `reasoning_details` is a list of entries, the carrier of seals,
whose `format` names the maker and whose `id` the call that a seal stands on; and some hosts put a block of type
`thinking` into the content. (What stands between tags in the words is told apart in `thinktags`.) An entry that says no
more than canon does has no extras; any other keeps its fields there, its `type` among them, and goes back out as it
came. Words told twice, once beside the entries, are one part; `spelling` says which names a request used.
"""

from collections.abc import Iterable
from typing import Any, TypeGuard, TypeVar

import msgspec

from understudy.canon.messages import Message
from understudy.canon.parts import Part, Thinking, ToolCall
from understudy.canon.request import Request
from understudy.canon.value import Extras
from understudy.dialects.contract import Target
from understudy.dialects.openai_chat.words import FORMAT_OF_MAKER, MAKER_OF_FORMAT, NAME, UNKNOWN_FORMAT
from understudy.dialects.openai_efforts import effort_for
from understudy.dialects.openai_fields import Losses

DETAILS = "reasoning_details"
NAMES = ("reasoning_content", "reasoning")
# Spelling words: the bare words are called `reasoning`, and they stand beside the entries that say them too.
SHORT, TWICE = "reasoning", "reasoning_twice"
# Where each type of entry keeps its words, or its seal.
WORDS_OF = {"reasoning.text": "text", "reasoning.summary": "summary"}
_SEAL_OF = {"reasoning.text": "signature", "reasoning.encrypted": "data"}
_Part = TypeVar("_Part", bound=Part)
_TYPES = {*WORDS_OF, *_SEAL_OF}


def spelling_of(messages: list[Any]) -> tuple[str, ...]:
    """How the messages of one request spell thinking; a message that does it another way keeps that in its extras."""
    bodies = [message for message in messages if isinstance(message, dict)]
    used = [name for body in bodies for name in NAMES if isinstance(body.get(name), str)]
    name = used[0] if used else NAMES[0]
    told = [(words, body.get(name)) for body in bodies if (words := _words(body.get(DETAILS)))]
    twice = bool(told) and all(words == twin for words, twin in told)
    return (*((SHORT,) if name == SHORT else ()), *((TWICE,) if twice else ()))


def _words(details: Any) -> str:
    if not known(details):
        return ""
    return "".join(part.text for part in read_details(details, NAME))


def known(details: Any) -> bool:
    """Whether this is a list of entries of known types, and not empty."""
    return (
        isinstance(details, list)
        and bool(details)
        and all(isinstance(entry, dict) and _kind_of(entry) in _TYPES for entry in details)
    )


def _kind_of(entry: dict[str, Any]) -> str:
    kind = entry.get("type")
    return kind if isinstance(kind, str) else ""


def read_thinking(rest: Extras, spelling: tuple[str, ...], maker: str) -> tuple[Thinking, ...]:
    """The thinking in a message's fields, which are taken out of `rest`; `maker` made seals that name nobody."""
    name = SHORT if SHORT in spelling else NAMES[0]
    if known(rest.get(DETAILS)):
        parts = read_details(rest.pop(DETAILS), maker)
        if TWICE in spelling and rest.get(name) == "".join(part.text for part in parts):
            rest.pop(name, None)
        return parts
    words = rest.get(name)
    if isinstance(words, str) and words:
        return (Thinking(rest.pop(name)),)
    return ()


def read_details(details: list[dict[str, Any]], maker: str) -> tuple[Thinking, ...]:
    """One part for each entry."""
    return tuple(_read_entry(entry, place, maker) for place, entry in enumerate(details))


def _read_entry(entry: dict[str, Any], place: int, maker: str) -> Thinking:
    kind = entry["type"]
    rest = dict(entry)
    text = _taken(rest, WORDS_OF.get(kind))
    seal = _taken(rest, _SEAL_OF.get(kind))
    sealed_by = maker_of(entry.get("format"), maker) if seal else None
    redacted = kind == "reasoning.encrypted" and bool(seal)
    part = Thinking(text, seal or None, sealed_by, redacted, _taken(rest, "id" if redacted else None) or None)
    if seal and entry == _entry(part, place):
        return part
    return msgspec.structs.replace(part, extras=rest)


def _taken(rest: Extras, name: str | None) -> str:
    """A text out of the fields; an empty or foreign one stays there."""
    if name is not None and isinstance(rest.get(name), str) and rest[name]:
        return str(rest.pop(name))
    return ""


def maker_of(form: Any, maker: str) -> str:
    """Whose seal a format names; the maker given where it names nobody."""
    if not isinstance(form, str) or not form or form == UNKNOWN_FORMAT:
        return maker
    return MAKER_OF_FORMAT.get(form, form)


def write_thinking(parts: Iterable[Thinking], *, name: str, twice: bool) -> dict[str, Any]:
    """The fields of a message for thinking: entries once there is a seal among it, else the bare words.

    `twice` tells the words of entries beside them too, for those who read nothing else.
    """
    told = list(parts)
    entries: list[dict[str, Any]] = []
    if any(_is_entry(part) for part in told):
        entries = [_entry(part, place) for place, part in enumerate(told)]
    words = "".join(part.text for part in told) if twice or not entries else ""
    return {**({name: words} if words else {}), **({DETAILS: entries} if entries else {})}


def _is_entry(part: Thinking) -> bool:
    return part.seal is not None or part.extras.get("type") in _TYPES


def _entry(part: Thinking, place: int) -> dict[str, Any]:
    call = {} if part.call is None else {"id": part.call}
    if part.extras.get("type") in _TYPES:
        kind = part.extras["type"]
        words = {WORDS_OF[kind]: part.text} if part.text and kind in WORDS_OF else {}
        return {**part.extras, **call, **words, **({} if part.seal is None else {_SEAL_OF[kind]: part.seal})}
    form = FORMAT_OF_MAKER.get(part.sealed_by or "", part.sealed_by)
    if part.seal is None:
        return {"type": "reasoning.text", "text": part.text, "index": place}
    if part.redacted:
        return {"type": "reasoning.encrypted", "data": part.seal, **call, "format": form, "index": place}
    return {"type": "reasoning.text", "text": part.text, "signature": part.seal, "format": form, "index": place}


def sealed_entry(part: Thinking, place: int) -> dict[str, Any]:
    """The entry that carries a seal, with the words it seals."""
    return _entry(msgspec.structs.replace(part, extras={}), place)


def placed(parts: tuple[_Part, ...]) -> tuple[_Part, ...]:
    """The parts of a turn with each seal that names a call right before it: this dialect tells thinking first."""
    calls = {part.id for part in parts if isinstance(part, ToolCall)}
    told = [part for part in parts if isinstance(part, Thinking) and part.call in calls]
    if not told:
        return parts
    found: list[_Part] = []
    for part in (part for part in parts if part not in told):
        if isinstance(part, ToolCall):
            # Once: calls of one answer may share an id.
            found += [seal for seal in told if seal.call == part.id and seal not in found]
        found.append(part)
    return tuple(found)


def settled_thoughts(message: Message, spelling: tuple[str, ...], target: Target) -> Message:
    """The message with its bare words of thinking as the target takes them back; the same object where they are so.

    A host that demands them beside calls refuses a message without the field, and takes an empty one.
    """
    if message.role != "assistant" or target.thoughts == "chosen":
        return message
    bare = [part for part in message.parts if _is_bare(part)]
    rest = {name: value for name, value in message.extras.items() if name not in (*NAMES, DETAILS)}
    said = message.extras.get(NAMES[0])
    if target.thoughts == "refused":
        right = not bare and len(rest) == len(message.extras)
    elif any(isinstance(part, ToolCall) for part in message.parts):
        right = isinstance(said, str) or (SHORT not in spelling and any(not part.extras for part in bare))
        rest[NAMES[0]] = "".join(part.text for part in bare) or message.extras.get(SHORT) or ""
    else:
        right = True
    if right:
        return message
    return msgspec.structs.replace(
        message, parts=tuple(part for part in message.parts if part not in bare), extras=rest
    )


def _is_bare(part: Part) -> TypeGuard[Thinking]:
    """Whether a part is thinking in words alone, in a field of the message and not in its content."""
    return isinstance(part, Thinking) and part.seal is None and part.extras.get("type") != "thinking"


def on_call(part: Thinking, following: object) -> Thinking:
    """Thinking that names the call after it where it is nothing but the seal on that call."""
    if part.redacted and isinstance(following, ToolCall):
        return msgspec.structs.replace(part, call=following.id)
    return part


def read_block(block: dict[str, Any]) -> Thinking | None:
    """A content block of type `thinking`; it keeps its own form whole, since hosts differ in it."""
    inner = block.get("thinking")
    if isinstance(inner, str):
        return Thinking(inner, extras=block)
    if not isinstance(inner, list):
        return None
    words = [piece["text"] for piece in inner if isinstance(piece, dict) and isinstance(piece.get("text"), str)]
    return Thinking("".join(words), extras=block)


def write_effort(request: Request, losses: Losses) -> dict[str, Any]:
    """How much to think, as an effort word; a budget buys one by the table in `openai_efforts`."""
    ask = request.thinking
    if ask is None:
        return {}
    if request.dialect != NAME:
        losses.extras("thinking", ask.extras, request.dialect)
    word = effort_for(ask, losses, own=request.dialect == NAME)
    return {} if word is None else {"reasoning_effort": word}
