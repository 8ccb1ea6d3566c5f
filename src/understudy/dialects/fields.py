"""Fields: reading one JSON object with names for everything that can be wrong with it.

Each field is taken once; what was not taken is left in `rest` and becomes the extras of the value. A null is not a
value but is not forgotten either: it stays in `rest`, so that an upstream of the same dialect sees it again. How a path
is spelt and a fault is said is the dialect's own: it hands in its wording.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from understudy.canon.faults import Fault
from understudy.canon.value import Extras

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


class Wording(NamedTuple):
    """How a dialect spells the path of a field, and says that a value is of another kind or is missing."""

    at: Callable[[str, str], str]
    # Path, the kind that was expected, the value as it is shown.
    unlike: Callable[[str, str, str], Fault]
    missing: Callable[[str], Fault]


class Reader:
    """One object being read at `path`; each dialect has one with its own wording."""

    __slots__ = ("path", "rest")
    wording: ClassVar[Wording]

    def __init__(self, value: Any, path: str) -> None:
        whole: dict[str, Any] = of_kind(value, OBJECT, path, self.wording)
        self.rest = dict(whole)
        self.path = path

    def take(self, name: str, kind: Kind[T]) -> T | None:
        """The field's value, or None where it is absent or null; a Fault if it is of another type."""
        value = self.rest.get(name)
        if value is None:
            return None
        # Its path is spelt only for a fault: most fields are right.
        if type(value) not in kind.types:
            raise self.wording.unlike(self.wording.at(self.path, name), kind.words, shown(value))
        del self.rest[name]
        return value  # type: ignore[no-any-return]

    def need(self, name: str, kind: Kind[T]) -> T:
        """The field's value; a Fault if it is absent, null or of another type."""
        value = self.take(name, kind)
        if value is None:
            raise self.wording.missing(self.wording.at(self.path, name))
        return value


def of_kind(value: Any, kind: Kind[T], path: str, wording: Wording) -> T:
    """The value itself if it is of that kind, else a Fault that shows it."""
    # The exact type: to Python a boolean is an integer too, to JSON it is not.
    if type(value) in kind.types:
        return value  # type: ignore[no-any-return]
    raise wording.unlike(path, kind.words, shown(value))


def shown(value: Any) -> str:
    """A wrong value as an error message repeats it: scalars cut short, the rest by its kind."""
    if isinstance(value, list):
        return "an array"
    if isinstance(value, dict):
        return "an object"
    if value is None:
        return "null"
    return repr(value[:MAX_SHOWN] if isinstance(value, str) else value)


def merged(body: dict[str, Any], extras: Extras) -> dict[str, Any]:
    """A body with its extras back in place, those of objects below it too."""
    whole = dict(body)
    for name, value in extras.items():
        known = whole.get(name)
        whole[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    return whole


def count_of(body: dict[str, Any], name: str) -> int | None:
    """A count, or None if it is unknown: a negative one says nothing that could be billed."""
    value = body.get(name)
    return value if type(value) is int and value >= 0 else None


def object_of(value: Any) -> dict[str, Any]:
    """The object itself; an empty one in the place of anything else."""
    return value if isinstance(value, dict) else {}
