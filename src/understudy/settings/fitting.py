"""Fitting: what is said of a value that is not of the type which its place in a configuration has.

The words of msgspec are for programmers (expected `float` <= 1.0, got `str`). People are told what fits instead, and
what they may have meant: 98 % is 0.98, "50 dollars" is 50. A type that needs more has a sentence as its description,
with `{0!r}` where it repeats the value; those of secrets do not.
"""

import re
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from msgspec import Meta, ValidationError, convert

# A number with a sign of per cent or money; other units mean another number.
_NUMBER = re.compile(r"\$?\s*(\d+(?:\.\d+)?)\s*(?:%|\$|usd|dollars?)?", re.IGNORECASE)
UNQUOTED = "{0} is no text to YAML; write it in quotes"
_NOUNS = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}


class _Bounds(NamedTuple):
    """How large a number may be."""

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    def __contains__(self, number: object) -> bool:
        return (
            isinstance(number, float)
            and (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )

    def words(self) -> str:
        """The bounds as people say them, with a space before; empty where there are none."""
        if self.at_least is not None and self.at_most is not None:
            return f" from {self.at_least:g} to {self.at_most:g}"
        told = {"of at least": self.at_least, "above": self.above, "of at most": self.at_most, "below": self.below}
        said = " and ".join(f"{words} {bound:g}" for words, bound in told.items() if bound is not None)
        return f" {said}" if said else ""


def expected(kind: Any, value: Any) -> str | None:
    """What is said of a value that is not of this type; None where msgspec's own words have to do."""
    told = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    sentence = next((meta.description for one in told for meta in _bare(one)[1] if meta.description), None)
    if sentence is not None:
        # A word that YAML takes for a truth value or a number would fit, were it text.
        return UNQUOTED.format(value) if isinstance(value, str) and _fits(kind, value) else sentence.format(value)
    kind, metas = _bare(kind)
    if get_origin(kind) is tuple:
        return _listed(get_args(kind)[0], value)
    if kind not in _NOUNS:
        return None
    if kind is str:
        return _text(value, metas)
    bounds = _bounds(metas)
    meant = _meant(kind, value, bounds) if isinstance(value, str) else None
    hint = "" if meant is None else f"; did you mean {meant:g}?"
    return f"{value!r} does not fit; {_NOUNS[kind]}{bounds.words()} is expected here{hint}"


def _bare(kind: Any) -> tuple[Any, list[Meta]]:
    """A type without what is annotated, and that."""
    if get_origin(kind) is not Annotated:
        return kind, []
    bare, *told = get_args(kind)
    return bare, [meta for meta in told if isinstance(meta, Meta)]


def _listed(kind: Any, value: Any) -> str | None:
    if isinstance(value, str):
        return f"{value!r} does not fit; a list is expected here, such as [{value}]"
    return (
        next((expected(kind, one) for one in value if not _fits(kind, one)), None) if isinstance(value, list) else None
    )


def _fits(kind: Any, value: Any) -> bool:
    try:
        convert(value, kind)
    except ValidationError:
        return False
    return True


def _text(value: Any, metas: list[Meta]) -> str | None:
    shortest = next((meta.min_length for meta in metas if meta.min_length is not None), 0)
    longest = next((meta.max_length for meta in metas if meta.max_length is not None), None)
    if not isinstance(value, str):
        return f"{value!r} does not fit; text is expected here"
    if len(value) < shortest:
        return f"{value!r} is too short; {shortest} characters or more are expected here"
    if longest is not None and len(value) > longest:
        return f"{value!r} is too long; {longest} characters or fewer are expected here"
    # The reader has the text of a number, a date or a word that YAML takes for a truth value.
    return UNQUOTED.format(value) if not metas else None


def _bounds(metas: list[Meta]) -> _Bounds:
    def first(name: str) -> float | None:
        return next((float(told) for meta in metas if (told := getattr(meta, name)) is not None), None)

    return _Bounds(first("ge"), first("gt"), first("le"), first("lt"))


def _meant(kind: Any, value: str, bounds: _Bounds) -> float | None:
    """The number that somebody may have meant: the one in the text, or a hundredth of it."""
    found = _NUMBER.fullmatch(value)
    if kind is bool or found is None:
        return None
    return next((number for number in _readings(float(found[1])) if number in bounds and _is(kind, number)), None)


def _readings(number: float) -> Iterator[float]:
    yield number
    yield number / 100


def _is(kind: Any, number: float) -> bool:
    return kind is float or number == int(number)
