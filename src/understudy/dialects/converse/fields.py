"""Fields of this dialect's bodies: how its error texts spell a path and say what is wrong there."""

from understudy.canon.faults import Fault, bad_request
from understudy.dialects.fields import Reader, Wording
from understudy.dialects.losses import Gathered


def at(path: str, name: str | int) -> str:
    """The path of a field below `path`, which is empty at the top: `messages.1.content.0`."""
    return f"{path}.{name}" if path else str(name)


class Losses(Gathered):
    """The omissions of one translation, their paths spelt as this dialect's error texts spell them."""

    at = staticmethod(at)


def wrong(path: str, what: str) -> Fault:
    """A fault of the caller's making at one field, worded as this dialect words it."""
    return bad_request(f"{path or 'body'}: {what}", path or None)


def _unlike(path: str, expected: str, found: str) -> Fault:
    return wrong(path, f"expected {expected}, found {found}")


def _missing(path: str) -> Fault:
    return wrong(path, "a required field is missing")


class Fields(Reader):
    """One object being read at `path`."""

    __slots__ = ()
    wording = Wording(at, _unlike, _missing)
