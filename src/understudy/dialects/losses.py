"""Losses: what one translation leaves behind, gathered while it happens.

A translation is handed one of these and reports into it; the encoder returns `items` with the bytes. How a path is
spelt is the dialect's own.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from understudy.canon.faults import Fault, bad_request
from understudy.canon.omissions import Omission
from understudy.canon.parts import Opaque, Text
from understudy.canon.value import Extras

# What dialects and hosts call the places that an answer's words rest on.
CITATIONS = (
    "annotations", "citations", "citationsContent", "citationMetadata", "groundingMetadata", "search_results",
)  # fmt: skip


class Gathered:
    """The omissions of one translation, in the order in which they were met; a dialect says how paths are spelt."""

    @staticmethod
    def at(path: str, name: str | int) -> str:
        """The path of a field below `path`, which is empty at the top."""
        raise NotImplementedError

    def __init__(self) -> None:
        self.items: list[Omission] = []
        # The citations among what stayed behind, each under its own name.
        self.cited: list[dict[str, Any]] = []

    def add(self, field: str, why: str) -> None:
        """One field stayed behind."""
        self.items.append(Omission(field, why))

    def extras(self, path: str, extras: Extras, dialect: str) -> None:
        """Fields that only their own dialect has a word for stay behind; a null or an empty text said nothing."""
        for name, value in extras.items():
            if value not in (None, ""):
                self.add(self.at(path, name), f"a field of the {dialect} dialect that has no peer here")
                self.cited += _cited({name: value})


def _cited(value: Any) -> Iterator[dict[str, Any]]:
    """The citations in a field, however deep they stand."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in CITATIONS:
                yield {name: inner}
            else:
                yield from _cited(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cited(inner)


def foreign(path: str, what: str, kind: str, dialect: str, here: str) -> Fault:
    """The fault of a thing that only its own dialect knows: it must not be dropped on the quiet."""
    return bad_request(
        f"{path}: {what} of type {kind!r} belongs to the {dialect} dialect and has no form in the {here} dialect; "
        f"leave it out or name a model that speaks {dialect}",
        path,
    )


def in_words(part: Opaque, path: str, dialect: str, here: str) -> Text:
    """What only its own dialect knows, said in words; a Fault where no words say it."""
    if part.words is None:
        raise foreign(path, "content", part.kind, dialect, here)
    return Text(part.words)


def sealed_elsewhere(model: str, maker: str) -> str:
    """Why thinking stays behind: its seal is another maker's, or it has none."""
    return f"thinking goes back to the maker of its seal or nowhere, and {model!r} is served by {maker!r}"


def untaken(path: str, kind: str, media_type: str, types: Iterable[str], here: str) -> Fault:
    """The fault of media of a type that the dialect `here` does not list."""
    return bad_request(
        f"{path}: the {here} dialect takes no {kind} of type {media_type!r}, only {', '.join(types)}", path
    )
