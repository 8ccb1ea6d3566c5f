"""Passage: whole bodies that go on as they came, the model's name apart, and what the gateway adds to an answer."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from understudy.canon.reply import StopReason
from understudy.dialects.contract import Echo, Encoded
from understudy.dialects.losses import Gathered

# The key below which an answer carries what this gateway adds to it.
EXTENSION = "understudy"


def renamed(body: bytes, model: str) -> bytes:
    """A body with the model's name exchanged where it stands; order and other fields kept."""
    fields: dict[str, Any] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({**fields, "model": model})


class Renaming:
    """Exchanges the model's name where it stands in an event's bytes, at the field of this name, without a rewrite."""

    def __init__(self, field: str) -> None:
        named = msgspec.defstruct("Named", [("model", str | None, msgspec.field(name=field, default=None))])
        self._decode = msgspec.json.Decoder(named).decode
        self._field = field

    def __call__(self, raw: bytes, model: str) -> bytes | None:
        """The bytes with the name in place; None where it is not spelt in the usual way, so that a rewrite must do."""
        try:
            named: str | None = self._decode(raw[raw.find(b"{") : raw.rfind(b"}") + 1]).model  # type: ignore[attr-defined]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        if named is None or named == model:
            return raw
        for old, new in _spellings(self._field, named, model):
            before, found, after = raw.partition(old)
            if found and old not in after:
                return before + new + after
        return None


# A stream names the same two in every event.
@lru_cache(maxsize=256)
def _spellings(field: str, named: str, model: str) -> tuple[tuple[bytes, bytes], ...]:
    """The field with the one name and with the other, in the usual ways to put a blank between."""
    keys = (f'"{field}":'.encode(), f'"{field}": '.encode())
    old, new = msgspec.json.encode(named), msgspec.json.encode(model)
    return tuple((key + old, key + new) for key in keys)


def passed(
    source: bytes, echo: Echo, edits: Callable[[dict[str, msgspec.Raw]], dict[str, Any]] | None = None
) -> Encoded:
    """The upstream's own body with the model's name edited and the extension added; order and other fields kept."""
    fields: dict[str, Any] = msgspec.json.decode(source, type=dict[str, msgspec.Raw])
    if edits is not None:
        fields |= edits(fields)
    fields["model"] = echo.model
    if echo.extension:
        fields[EXTENSION] = echo.extension
    return Encoded(msgspec.json.encode(fields))


def extended(
    echo: Echo,
    stop: StopReason | None,
    native: str | None,
    *,
    own: bool,
    losses: Gathered,
    hidden: tuple[StopReason, ...] = (StopReason.OTHER,),
) -> dict[str, Any]:
    """The extension of the last frame.

    A foreign stop word that this dialect's words hide is kept there, and so are citations, in the form in which they
    came: every dialect has another, and none loses what its words rest on.
    """
    if losses.cited:
        echo = Echo(echo.model, {**echo.extension, "citations": losses.cited})
    if own or native is None or stop not in hidden:
        return echo.extension
    return {**echo.extension, "native_stop": native}
