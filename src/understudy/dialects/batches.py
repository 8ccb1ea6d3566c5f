"""Batches' results: files with a line of JSON for each answer. What is no answer is passed over."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.fields import object_of

Told = tuple[str, Usage]


def lines(body: bytes, read: Callable[[dict[str, Any]], Told]) -> Iterator[Told]:
    """The model and the usage of each line that tells both."""
    for line in body.splitlines():
        try:
            model, usage = read(object_of(msgspec.json.decode(line)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if model and usage != NO_USAGE:
            yield model, usage


def word(value: Any) -> str:
    """A name, empty where there is none."""
    return value if isinstance(value, str) else ""
