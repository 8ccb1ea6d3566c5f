"""Seals: the opaque texts that prove a model's reasoning, on their way through `encrypted_content`.

The field has room for one text and none for its maker. A seal of another maker therefore travels with a mark before
it: clients of this dialect send the item back as it came, the mark tells whose seal it is, and it goes to that maker or
nowhere. A seal without a mark is this dialect's own.
"""

from typing import NamedTuple

from understudy.dialects.openai_responses.words import NAME

_MARK = "understudy-seal"
# Whether a seal stands beside readable words, or is all there is of the reasoning.
_OPEN, _REDACTED = "open", "redacted"


class Seal(NamedTuple):
    """A seal, its maker, and whether it is all there is; None for the last where nobody says."""

    text: str
    maker: str
    redacted: bool | None = None


def write_seal(seal: str, maker: str | None, *, redacted: bool) -> str:
    """The text of `encrypted_content` for a seal."""
    if maker in (None, NAME):
        return seal
    return ":".join((_MARK, maker or "", _REDACTED if redacted else _OPEN, seal))


def read_seal(text: str, maker: str) -> Seal:
    """The seal in a text of `encrypted_content`; `maker` made those that bear no mark."""
    mark, *rest = text.split(":", 3)
    if mark != _MARK or len(rest) != 3 or rest[1] not in (_OPEN, _REDACTED):
        return Seal(text, maker)
    return Seal(rest[2], rest[0], rest[1] == _REDACTED)
