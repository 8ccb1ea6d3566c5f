"""Fields of this dialect's bodies: how its error texts spell a path, and its two spellings of every name.

The wire is JSON of protocol buffers, whose readers take `systemInstruction` and `system_instruction` alike. Objects
with fixed fields are brought to the first spelling here, once; schemas, arguments and results are nobody's to respell.
"""

import re
from typing import Any, TypeVar

from understudy.canon.faults import Fault, bad_request
from understudy.dialects.fields import OBJECT, Kind, Reader, Wording, of_kind
from understudy.dialects.gemini.losses import at

T = TypeVar("T")
_SNAKE = re.compile(r"_([a-z0-9])")


def wrong(path: str, what: str) -> Fault:
    """A fault of the caller's making at one field, worded as this dialect words it."""
    return bad_request(f"{path or 'body'}: {what}", path or None)


def _unlike(path: str, expected: str, found: str) -> Fault:
    return wrong(path, f"must be {expected}, not {found}")


def _missing(path: str) -> Fault:
    return wrong(path, "is required")


WORDING = Wording(at, _unlike, _missing)


def camel(name: str) -> str:
    """The first spelling of a field's name."""
    return _SNAKE.sub(lambda found: found[1].upper(), name) if "_" in name else name


class Fields(Reader):
    """One object with fixed fields, read at `path`, its names in the first spelling."""

    __slots__ = ()
    wording = WORDING

    def __init__(self, value: Any, path: str) -> None:
        whole: dict[str, Any] = of_kind(value, OBJECT, path, WORDING)
        self.rest = {camel(name): field for name, field in whole.items()}
        self.path = path


def checked(value: Any, kind: Kind[T], path: str) -> T:
    """The value itself if it is of that kind, else a Fault that shows it."""
    return of_kind(value, kind, path, WORDING)
