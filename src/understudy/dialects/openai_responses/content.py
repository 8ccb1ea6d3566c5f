"""Content: pieces of a message or of a tool's output, one by one, read and written.

Kinds that canon has no word for become `Opaque`, whole. So do known kinds whose source canon cannot hold, such as a
file by its id: an upstream of this dialect takes them, and every other encoder refuses them by name.
"""

from typing import Any

from understudy.canon.parts import Document, Image, Opaque, Part, Refusal, Remote, Text
from understudy.canon.value import Extras
from understudy.dialects.fields import STRING
from understudy.dialects.media import source_of, url_of
from understudy.dialects.openai_fields import Fields, at, wrong

_WORDS = ("input_text", "output_text", "text")
# Fields of a text that say nothing while they are empty.
_EMPTY: tuple[Any, ...] = (None, [])


def read_content(value: Any, path: str) -> tuple[tuple[Part, ...], bool]:
    """The parts of a content, and whether it was a bare string."""
    if isinstance(value, str):
        return (Text(value),), True
    if not isinstance(value, list):
        raise wrong(path, "expected a string or an array of content parts")
    return tuple(read_part(part, at(path, place)) for place, part in enumerate(value)), False


def read_part(value: Any, path: str) -> Part:
    """The part that one piece of content stands for."""
    fields = Fields(value, path)
    kind = fields.need("type", STRING)
    if kind in _WORDS:
        return Text(fields.need("text", STRING), told(fields.rest))
    if kind == "refusal":
        return Refusal(fields.need("refusal", STRING), told(fields.rest))
    if kind == "input_image" and isinstance(fields.rest.get("image_url"), str):
        return Image(source_of(fields.need("image_url", STRING)), fields.take("detail", STRING), told(fields.rest))
    if kind == "input_file":
        return _read_file(fields) or Opaque(kind, value)
    return Opaque(kind, value)


def told(rest: Extras) -> Extras:
    """The fields that say something."""
    return {name: value for name, value in rest.items() if value not in _EMPTY}


def _read_file(fields: Fields) -> Document | None:
    url = fields.take("file_url", STRING)
    data = fields.take("file_data", STRING)
    source = Remote(url) if url is not None else None if data is None else source_of(data)
    if source is None or (url is None and isinstance(source, Remote)):
        return None
    return Document(source, fields.take("filename", STRING), told(fields.rest))


def write_part(part: Part, *, own: bool, said: bool = False) -> dict[str, Any]:
    """The piece of content for a part; `said` by the model, or put in; `own` extras go back out."""
    if isinstance(part, Opaque):
        return part.body
    body = _write(part, said=said)
    return {**body, **part.extras} if own else body


def _write(part: Part, *, said: bool) -> dict[str, Any]:
    match part:
        case Text() | Refusal():
            return {"type": "output_text" if said else "input_text", "text": part.text}
        case Image():
            detail = {} if part.detail is None else {"detail": part.detail}
            return {"type": "input_image", "image_url": url_of(part.source), **detail}
        case Document():
            place = "file_url" if isinstance(part.source, Remote) else "file_data"
            name = {} if part.name is None else {"filename": part.name}
            return {"type": "input_file", **name, place: url_of(part.source)}
    raise TypeError(f"{part!r} is no piece of content")
