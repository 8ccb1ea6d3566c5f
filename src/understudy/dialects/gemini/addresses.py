"""Addresses: what this dialect says in the path and the query instead of the body.

The model and whether the answer is streamed stand in the path, `models/{model}:{verb}`; the query tells the framing of
a stream (`alt=sse`, or a JSON array) and whether enumerations are told as numbers.
"""

import re
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote

from understudy.canon.faults import bad_request
from understudy.canon.request import Request

WHOLE, STREAMED, COUNT = "generateContent", "streamGenerateContent", "countTokens"
# How a request spells what it wants of its answer's form.
ARRAY, NUMBERS = "array", "enum-numbers"
_PATH = re.compile(rf"(?:^|/)models/(?P<model>.+):(?P<verb>{WHOLE}|{STREAMED})$")
_NUMBERS = "enum-encoding=int"
# Characters of a model's id that may stand in a path as they are; a colon would begin the verb.
_SAFE = "/!$&'()*+,;=@"


class Address(NamedTuple):
    """What an address says: `spelling` holds ARRAY and NUMBERS where they apply."""

    model: str
    streamed: bool
    spelling: tuple[str, ...]


def read_address(address: str) -> Address:
    """What the path and the query of a call say; a Fault if they name no model."""
    path, _, query = address.partition("?")
    found = _PATH.search(path)
    if found is None:
        raise bad_request(f"the path must name a model and a verb, as in models/NAME:{WHOLE}, not {path[:80]!r}")
    told = parse_qs(query)
    alternatives = ";".join(told.get("alt", []) + told.get("$alt", []))
    streamed = found["verb"] == STREAMED
    spelling = [ARRAY] if streamed and "sse" not in alternatives else []
    if _NUMBERS in alternatives:
        spelling.append(NUMBERS)
    return Address(unquote(found["model"]), streamed, tuple(spelling))


def path_for(model: str, request: Request, *, own: bool) -> str:
    """The path below a provider's base URL; a caller of this dialect is answered in the form that it asked for."""
    verb = STREAMED if request.streamed else WHOLE
    numbers = own and NUMBERS in request.spelling
    array = own and ARRAY in request.spelling
    told = [
        *(["alt=sse"] if request.streamed and not array else []),
        *([f"$alt=json;{_NUMBERS}"] if numbers else []),
    ]
    query = "?" + "&".join(told) if told else ""
    return f"{model_path(model)}:{verb}{query}"


def model_path(model: str) -> str:
    """A model's own path below a base URL; a Fault where its name would lead to another."""
    name = model.removeprefix("models/")
    if any(step in ("", ".", "..") for step in name.split("/")):
        raise bad_request(f"{name[:80]!r} is no model's id", "model")
    return f"/models/{quote(name, safe=_SAFE)}"
