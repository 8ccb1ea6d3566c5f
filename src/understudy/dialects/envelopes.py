"""Envelopes: what an upstream's error body says, whatever form it came in.

Hosts of every dialect fail in envelopes of their own: an object below `error`, a bare text there, `message` or `detail`
at the top, a list around it, or no JSON at all. Which of its words classes an error is the dialect's to say.
"""

from typing import Any, NamedTuple

import msgspec

# The longest piece of an error body without an envelope that is passed on.
MAX_PLAIN_CHARS = 300


class Told(NamedTuple):
    """What an error body tells: its message, the word that classes it, the field at fault; each where there is one."""

    message: str | None = None
    word: str | None = None
    param: str | None = None


def read(body: bytes, words: tuple[str, ...]) -> tuple[Told, Any]:
    """What an error body tells, and its JSON value (None if it is none); `words` are the classing fields in order."""
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return Told(_plain(body)), None
    return told(value, words), value


def told(body: Any, words: tuple[str, ...]) -> Told:
    """The message of an error value, the word that classes it, and the field at fault."""
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, str):
        return Told(body or None)
    if not isinstance(body, dict):
        return Told()
    error = body.get("error")
    if isinstance(error, dict):
        return Told(_first_text(error, "message"), _first_text(error, *words), _first_text(error, "param"))
    word, param = _first_text(body, *words, "error_type"), _first_text(body, "param")
    if isinstance(error, str):
        return Told(error or None, word, param)
    message, rest = _first_text(body, "message", "detail"), body.get("message") or body.get("detail")
    if message is None and rest:
        message = msgspec.json.encode(rest).decode()
    return Told(message, word, param)


def _first_text(body: dict[str, Any], *names: str) -> str | None:
    for name in names:
        value = body.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def _plain(body: bytes) -> str | None:
    text = body[:MAX_PLAIN_CHARS].decode("utf-8", "replace").strip()
    # A page is for a browser; it says nothing to a program, and may say too much of the upstream's network.
    return None if not text or text.startswith("<") else text
