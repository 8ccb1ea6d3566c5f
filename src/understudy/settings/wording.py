"""Wording: what is said of a value, a key or a name that does not fit, and what could have been meant."""

import difflib
from collections.abc import Collection
from typing import Any, Literal, get_args, get_origin

from understudy.jobs.specs import Duration, RouteName
from understudy.providers.models import SecretRef, Url
from understudy.providers.reach import Host, Network
from understudy.routing.board import Name
from understudy.routing.priors import MAX_WEIGHT, Outcome, Weight
from understudy.settings.fitting import expected
from understudy.web.server import Proxy

# What is said of a value that is none of these, instead of its pattern. A secret is never repeated.
_WORDS: dict[Any, str] = {
    SecretRef: "a secret is written as a reference, ${{NAME}} or file:PATH, never as itself",
    Url: "{0!r} is no address; it starts with http:// or https://",
    Name: "{0!r} is no name; write 1 to 128 letters, digits, '.', '_', ':', '-'",
    RouteName: "{0!r} is no name of a route; write 1 to 128 letters, digits, '.', '_', '-'",
    Host: "{0!r} is no host; write a.example.com, *.example.com, a.example.com:8443, or * for any",
    Network: "{0!r} is no network; write it as 10.20.0.0/16 or fd00:1::/32",
    Proxy: "{0!r} is no address or network; write 127.0.0.1, 10.20.0.0/16, or '*' for any",
    Outcome: "{0!r} is no mean outcome; write a number from 0 (never right) to 1 (always right)",
    Weight: f"{{0!r}} is no weight of a prior; a mean begins with 0 to {MAX_WEIGHT:.0f} outcomes that come out so",
    Duration: "{0!r} is no duration; write seconds, or 500ms, 30s, 5m, 1h, 1d",
}


def misfit(kind: Any, value: Any, error: str) -> str:
    """What is said of a value that is not of its kind; `error` serves where there are no better words."""
    if words := _WORDS.get(kind) or _choice(kind):
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
