"""Losses of this dialect: how it spells the path of a field that stayed behind."""

from understudy.canon.faults import Fault, bad_request
from understudy.dialects.losses import Gathered
from understudy.dialects.openai_chat.words import NAME


def at(path: str, name: str | int) -> str:
    """The path of a field below `path`, which is empty at the top, as this dialect's error texts spell it."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


class Losses(Gathered):
    """The omissions of one translation, their paths spelt as this dialect's error texts spell them."""

    at = staticmethod(at)


def foreign(path: str, what: str, kind: str, dialect: str) -> Fault:
    """The fault of a thing that only its own dialect knows: it must not be dropped on the quiet."""
    return bad_request(
        f"{path}: {what} of type {kind!r} belongs to the {dialect} dialect and has no form in the {NAME} dialect; "
        f"leave it out or name a model that speaks {dialect}",
        path,
    )
