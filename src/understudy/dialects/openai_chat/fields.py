"""Fields of this dialect's bodies: how its error texts spell a path and say what is wrong there."""

from typing import Any, TypeVar

from understudy.canon.faults import Fault, bad_request
from understudy.dialects.fields import Kind, Reader, Wording, of_kind
from understudy.dialects.openai_chat.losses import at

T = TypeVar("T")


def wrong(path: str, what: str) -> Fault:
    """A fault of the caller's making at one field, worded as this dialect words it."""
    return bad_request(f"Invalid value for {path or 'body'!r}: {what}.", path or None)


def _unlike(path: str, expected: str, found: str) -> Fault:
    return wrong(path, f"expected {expected}, got {found}")


def _missing(path: str) -> Fault:
    return bad_request(f"Missing required parameter: {path!r}.", path)


WORDING = Wording(at, _unlike, _missing)


class Fields(Reader):
    """One object being read at `path`."""

    __slots__ = ()
    wording = WORDING


def checked(value: Any, kind: Kind[T], path: str) -> T:
    """The value itself if it is of that kind, else a Fault that shows it."""
    return of_kind(value, kind, path, WORDING)
