"""Arguments of a tool call: the text that a model wrote, maybe cut off, and the object that some dialects want."""

import msgspec

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def arguments_of(text: str) -> dict[str, msgspec.Raw] | None:
    """A call's arguments as an object with its values untouched; nothing said is `{}`, and broken text is None."""
    if not text.strip():
        return {}
    try:
        return _OBJECT.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {} if text.strip() == "null" else None


def is_json(text: str) -> bool:
    """Whether a text is one complete JSON value."""
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
