"""Wording: what is said of a value, a key or a name that does not fit, and what could have been meant."""

import difflib
from collections.abc import Collection
from typing import Any, Literal, get_args, get_origin

from understudy.settings.fitting import expected


def misfit(kind: Any, value: Any, error: str) -> str:
    """What is said of a value that is not of its kind; `error` serves where there are no better words."""
    if words := _choice(kind):
        return words.format(value)
    return expected(kind, value) or error[0].lower() + error[1:]


def unknown_key(key: str, known: Collection[str]) -> str:
    """What is said of a key that is none of those known at its place."""
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
    return f"unknown key {key!r}; {hint}"


def unknown_name(what: str, name: str, known: Collection[str]) -> str:
    """What is said of a name that nothing bears."""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(known) or 'none'}"
    return f"there is no {what} {name!r}{hint}"


def _choice(kind: Any) -> str | None:
    """What is said of a value that is none of the few words that exist at its place."""
    if get_origin(kind) is not Literal:
        return None
    return "{0!r} is none of the values that exist: " + ", ".join(map(repr, get_args(kind)))
