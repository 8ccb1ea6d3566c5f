"""Content parts: pieces of a message's content, one by one, read and written.

Kinds that canon has no word for become `Opaque`, whole. So do known kinds whose source canon cannot hold, such as a
file by its id: an upstream of this dialect takes them, and every other encoder refuses them by name. Fields that
stand below a part's own object (`image_url.x`) stay below it in the extras, and come back together.
"""

from typing import Any

from understudy.canon.faults import Fault
from understudy.canon.parts import (
    Audio,
    Document,
    Image,
    Inline,
    Opaque,
    Part,
    Refusal,
    Remote,
    Text,
    Thinking,
    ToolCall,
)
from understudy.canon.value import Extras
from understudy.dialects.fields import ARRAY, OBJECT, STRING, merged
from understudy.dialects.freetext import unwrapped, wrapped
from understudy.dialects.media import SOUND_OF_TYPE, SOUNDS, source_of, url_of
from understudy.dialects.openai_chat.thinking import read_block as read_thinking_block
from understudy.dialects.openai_fields import Fields, at, checked, wrong

# The API asks for a name with every file's data.
DEFAULT_FILENAME = "document"


def read_content(value: Any, path: str) -> tuple[tuple[Part, ...], bool]:
    """The parts of a message's content, and whether it was a bare string."""
    if isinstance(value, str):
        return (Text(value),), True
    if not isinstance(value, list):
        raise wrong(path, "expected a string or an array of content parts")
    return tuple(read_part(part, at(path, place)) for place, part in enumerate(value)), False


def read_part(value: Any, path: str) -> Part:
    """The part that one piece of content stands for."""
    fields = Fields(value, path)
    kind = fields.need("type", STRING)
    if kind == "text":
        return Text(fields.need("text", STRING), fields.rest)
    if kind == "refusal":
        # The type stays in the extras: without it the words would come back as the message's own `refusal`.
        return Refusal(fields.need("refusal", STRING), {"type": "refusal", **fields.rest})
    if kind == "image_url":
        return _read_image(fields)
    if kind == "file":
        return _read_file(fields) or Opaque(kind, value)
    if kind == "input_audio":
        return _read_audio(fields) or Opaque(kind, value)
    if kind == "thinking":
        return read_thinking_block(value) or Opaque(kind, value)
    return Opaque(kind, value)


def _read_image(fields: Fields) -> Image:
    if isinstance(fields.rest.get("image_url"), str):
        # Some hosts take the bare URL; it stays among the extras, so that it goes back out as one.
        return Image(source_of(fields.rest["image_url"]), extras=fields.rest)
    inner = Fields(fields.need("image_url", OBJECT), at(fields.path, "image_url"))
    source = source_of(inner.need("url", STRING))
    detail = inner.take("detail", STRING)
    return Image(source, detail, _below(fields.rest, "image_url", inner.rest))


def _read_file(fields: Fields) -> Document | None:
    inner = Fields(fields.need("file", OBJECT), at(fields.path, "file"))
    data = inner.take("file_data", STRING)
    source = None if data is None else source_of(data)
    if source is None or (isinstance(source, Remote) and not source.url.startswith(("http://", "https://"))):
        return None
    return Document(source, inner.take("filename", STRING), _below(fields.rest, "file", inner.rest))


def _read_audio(fields: Fields) -> Audio | None:
    match fields.rest.get("input_audio"):
        case {"data": str(data), "format": str(word)} if word in SOUNDS:
            inner = fields.rest.pop("input_audio")
            rest = {name: value for name, value in inner.items() if name not in ("data", "format")}
            return Audio(Inline(SOUNDS[word][0], data), _below(fields.rest, "input_audio", rest))
    return None


def _below(extras: Extras, name: str, rest: Extras) -> Extras:
    return {**extras, name: rest} if rest else extras


def write_part(part: Part, *, own: bool) -> dict[str, Any]:
    """The piece of content for a part; `own` says that it came from this dialect, so that its extras go back out."""
    if isinstance(part, Opaque):
        return part.body
    if isinstance(part, Thinking):
        return part.extras
    body = _write(part)
    if not own:
        return body
    if isinstance(part, Image) and isinstance(part.extras.get("image_url"), str):
        return {**body, **part.extras, "image_url": url_of(part.source)}
    return merged(body, part.extras)


def _write(part: Part) -> dict[str, Any]:
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Refusal():
            return {"type": "refusal", "refusal": part.text}
        case Image():
            image = {"url": url_of(part.source)}
            return {
                "type": "image_url",
                "image_url": image if part.detail is None else {**image, "detail": part.detail},
            }
        case Document():
            name = {} if part.name is None else {"filename": part.name}
            return {"type": "file", "file": {"file_data": url_of(part.source), **name}}
        case Audio():
            sound = {"data": part.source.data, "format": SOUND_OF_TYPE[part.source.media_type]}
            return {"type": "input_audio", "input_audio": sound}
    raise TypeError(f"{part!r} is no piece of content")


def read_calls(value: Any, path: str) -> tuple[ToolCall | Opaque, ...]:
    """The tool calls of an assistant's message; a call of a kind that canon has no word for is opaque."""
    calls: list[Any] = checked(value, ARRAY, path)
    return tuple(_read_call(call, at(path, place)) for place, call in enumerate(calls))


def _read_call(value: Any, path: str) -> ToolCall | Opaque:
    fields = Fields(value, path)
    kind = fields.take("type", STRING) or "function"
    if kind == "custom" and takes_text(value):
        inner = Fields(fields.need("custom", OBJECT), at(path, "custom"))
        call_id, name = fields.need("id", STRING), inner.need("name", STRING)
        text = wrapped(inner.take("input", STRING) or "")
        return ToolCall(call_id, name, text, _below(fields.rest, "custom", inner.rest))
    if kind != "function":
        return Opaque(kind, value)
    inner = Fields(fields.need("function", OBJECT), at(path, "function"))
    call_id, name = fields.need("id", STRING), inner.need("name", STRING)
    arguments = inner.take("arguments", STRING) or ""
    return ToolCall(call_id, name, arguments, _below(fields.rest, "function", inner.rest))


def takes_text(value: dict[str, Any]) -> bool:
    """Whether a tool of type `custom`, or a call of one, has the form that is known here."""
    inner = value.get("custom")
    return isinstance(inner, dict) and isinstance(inner.get("name"), str)


def write_call(call: ToolCall | Opaque, free: frozenset[str] = frozenset(), *, own: bool) -> dict[str, Any]:
    """A tool call as the body has it; `free` names the tools that the caller declared as taking free text."""
    if isinstance(call, Opaque):
        return call.body
    if call.name in free:
        text = {"name": call.name, "input": unwrapped(call.arguments)}
        return merged({"id": call.id, "type": "custom", "custom": text}, call.extras if own else {})
    # Who reads the arguments reads them as JSON, which nothing is not.
    function = {"name": call.name, "arguments": call.arguments if own else call.arguments or "{}"}
    body = {"id": call.id, "type": "function", "function": function}
    return merged(body, call.extras) if own else body


def misplaced(part: Part, role: str, path: str) -> Fault:
    """The fault of content that a message of this role cannot hold here."""
    kind = part.kind if isinstance(part, Opaque) else type(part).__name__.lower()
    return wrong(path, f"a message of role {role!r} holds no {kind!r} in this dialect")
