"""Ids of tool calls: this dialect often gives none, and pairs calls with results by name and order.

Everywhere else a call has an id, so one is made, from what the bytes tell and nothing else: any replica makes the same
one. It is marked, so that it is left out again on the way back to an upstream that never heard of it.
"""

import re

_PREFIX = "gm_"
_ILLEGAL = re.compile(r"[^a-zA-Z0-9_-]")
# OpenAI takes ids of at most 64 characters; the rest of the room is for the prefix and the place.
_MAX_SEED = 48


def made(seed: str, place: int) -> str:
    """The id of the call at a place of the answer or conversation that the seed names."""
    return f"{_PREFIX}{_ILLEGAL.sub('-', seed)[:_MAX_SEED]}_{place}"


def is_made(call_id: str) -> bool:
    """Whether an id was made here, and means nothing upstream."""
    return call_id.startswith(_PREFIX)
