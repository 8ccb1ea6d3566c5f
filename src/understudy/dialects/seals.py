"""Seals: the opaque texts that prove a model's reasoning, on their way through a caller whose dialect has its own.

Some dialects have a field for a seal that holds one text and not its maker's name. A seal of another maker travels
there with a mark before it: clients send it back as it came, the mark tells whose seal it is, and it goes to that maker
or nowhere. A seal without a mark is the dialect's own.
"""

from typing import NamedTuple

_MARK = "understudy-seal"
# Whether a seal stands beside readable words, or is all there is of the reasoning.
_OPEN, _REDACTED = "open", "redacted"


class Seal(NamedTuple):
    """A seal, its maker, and whether it is all there is; None for the last where nobody says."""

    text: str
    maker: str
    redacted: bool | None = None


def write_seal(seal: str, maker: str | None, here: str, *, redacted: bool) -> str:
    """The text for a field of the dialect `here`."""
    if maker in (None, here):
        return seal
    return ":".join((_MARK, maker or "", _REDACTED if redacted else _OPEN, seal))


def read_seal(text: str, maker: str) -> Seal:
    """The seal in such a text; `maker` made those that bear no mark."""
    mark, *rest = text.split(":", 3)
    if mark != _MARK or len(rest) != 3 or rest[1] not in (_OPEN, _REDACTED):
        return Seal(text, maker)
    return Seal(rest[2], rest[0], rest[1] == _REDACTED)
