"""Parts: the pieces that a message or a reply is made of.

A part is a pure value. Where it is stored, who sent it and on which wire is not its business. `Opaque` is the door
for content that canon has no word for: it passes untouched to an upstream of the same dialect, and is a fault for
every other.
"""

from typing import Any

from understudy.canon.value import Extras, Value


class Text(Value, frozen=True, tag="text"):
    """Words. Joining two texts adds no separator."""

    text: str
    extras: Extras = {}


class Inline(Value, frozen=True, tag="inline"):
    """Media carried in the message itself: base64 text of the standard alphabet, never decoded here."""

    media_type: str
    data: str


class Remote(Value, frozen=True, tag="remote"):
    """Media that lives at a URL."""

    url: str


class Image(Value, frozen=True, tag="image"):
    """A picture; `detail` is a caller's wish for resolution (low, high, auto)."""

    source: Inline | Remote
    detail: str | None = None
    extras: Extras = {}


class Document(Value, frozen=True, tag="document"):
    """A file to read, a PDF as a rule."""

    source: Inline | Remote
    name: str | None = None
    extras: Extras = {}


class Audio(Value, frozen=True, tag="audio"):
    """Sound to listen to, carried in the message itself."""

    source: Inline
    extras: Extras = {}


class Thinking(Value, frozen=True, tag="thinking"):
    """Reasoning that the model showed, or only sealed.

    `seal` is its maker's opaque signature; `sealed_by` names the maker (a dialect's seal is its provider's), and the
    seal goes back there or nowhere. `redacted` means that the seal is all there is; such a seal may stand on the part
    that follows, and where a dialect cannot keep that order `call` names the tool call that it is.
    """

    text: str = ""
    seal: str | None = None
    sealed_by: str | None = None
    redacted: bool = False
    call: str | None = None
    extras: Extras = {}


class ToolCall(Value, frozen=True, tag="tool_call"):
    """The model asks for a tool. `arguments` is the JSON text as the model wrote it: it may be cut off or broken."""

    id: str
    name: str
    arguments: str = ""
    extras: Extras = {}


class Refusal(Value, frozen=True, tag="refusal"):
    """The words in which a model declined to answer."""

    text: str
    extras: Extras = {}


class Opaque(Value, frozen=True, tag="opaque"):
    """Content of a kind that canon has no word for, kept whole: `kind` is its name on the wire of `Request.dialect`."""

    kind: str
    body: dict[str, Any]


class ToolResult(Value, frozen=True, tag="tool_result"):
    """What a tool answered. `plain` says that the content was a bare string on the wire."""

    call_id: str
    parts: tuple[Text | Image | Document | Audio | Opaque, ...] = ()
    is_error: bool = False
    plain: bool = False
    extras: Extras = {}


Part = Text | Image | Document | Audio | Thinking | ToolCall | ToolResult | Refusal | Opaque
ReplyPart = Text | Thinking | ToolCall | Refusal | Opaque


def text_of(parts: tuple[Any, ...]) -> str:
    """All words of some parts, joined without a separator; thinking and tool traffic are not words."""
    return "".join(part.text for part in parts if isinstance(part, Text | Refusal))
