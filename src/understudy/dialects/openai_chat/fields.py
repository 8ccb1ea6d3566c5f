"""Fields: reading one JSON object with names for everything that can be wrong with it.

Each field is taken once; what was not taken is left in `rest` and becomes the extras of the value. A null is not a
value but is not forgotten either: it stays in `rest`, so that an upstream of the same dialect sees it again.
"""

from typing import Any, Generic, NamedTuple, TypeVar

from understudy.canon.faults import Fault, bad_request
from understudy.dialects.openai_chat.losses import at

T = TypeVar("T")
# The longest piece of a wrong value that an error message repeats.
MAX_SHOWN = 60


class Kind(NamedTuple, Generic[T]):
    """A JSON type: what to call it, and how it looks after decoding."""

    words: str
    types: tuple[type, ...]


STRING: Kind[str] = Kind("a string", (str,))
INTEGER: Kind[int] = Kind("an integer", (int,))
NUMBER: Kind[float] = Kind("a number", (int, float))
FLAG: Kind[bool] = Kind("true or false", (bool,))
ARRAY: Kind[list[Any]] = Kind("an array", (list,))
OBJECT: Kind[dict[str, Any]] = Kind("an object", (dict,))


class Fields:
    """One object being read at `path`."""

    __slots__ = ("path", "rest")

    def __init__(self, value: Any, path: str) -> None:
        whole: dict[str, Any] = checked(value, OBJECT, path)
        self.rest = dict(whole)
        self.path = path

    def take(self, name: str, kind: Kind[T]) -> T | None:
        """The field's value, or None where it is absent or null; a Fault if it is of another type."""
        value = self.rest.get(name)
        if value is None:
            return None
        found = checked(value, kind, at(self.path, name))
        del self.rest[name]
        return found

    def need(self, name: str, kind: Kind[T]) -> T:
        """The field's value; a Fault if it is absent, null or of another type."""
        value = self.take(name, kind)
        if value is None:
            path = at(self.path, name)
            raise bad_request(f"Missing required parameter: {path!r}.", path)
        return value


def checked(value: Any, kind: Kind[T], path: str) -> T:
    """The value itself if it is of that kind, else a Fault that shows it."""
    # The exact type: to Python a boolean is an integer too, to JSON it is not.
    if type(value) in kind.types:
        return value  # type: ignore[no-any-return]
    raise wrong(path, f"expected {kind.words}, got {_shown(value)}")


def wrong(path: str, what: str) -> Fault:
    """A fault of the caller's making at one field, worded as this dialect words it."""
    return bad_request(f"Invalid value for {path or 'body'!r}: {what}.", path or None)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "an array"
    if isinstance(value, dict):
        return "an object"
    if value is None:
        return "null"
    return repr(value[:MAX_SHOWN] if isinstance(value, str) else value)
