"""Ids of tool calls: this dialect takes letters, digits, `_` and `-` only; other makers' ids hold anything.

An id outside the alphabet is spelt in URL-safe base64 behind a prefix. The spelling needs no memory: any replica can
read it back, so the model that made the id gets it back as it was, turns later.
"""

import base64
import re

_LEGAL = re.compile(r"[a-zA-Z0-9_-]+")
_PREFIX = "id64_"


def legal(call_id: str) -> str:
    """The id as this dialect can carry it."""
    if _LEGAL.fullmatch(call_id):
        return call_id
    return _PREFIX + base64.urlsafe_b64encode(call_id.encode()).decode().rstrip("=")


def original(call_id: str) -> str:
    """The id that `legal` was given; any other id is returned as it is."""
    if not call_id.startswith(_PREFIX):
        return call_id
    spelt = call_id.removeprefix(_PREFIX)
    try:
        found = base64.urlsafe_b64decode(spelt + "=" * (-len(spelt) % 4)).decode()
    except ValueError:
        return call_id
    return found if legal(found) == call_id else call_id
