"""Which conversations of a slice fall inside the candidate's share.

A bucket is a keyed hash of the hypothesis and the conversation, uniform in [0, 1), the same in every process. A unit
is inside if its bucket is below the share, so raising a share only adds units. The key is a server secret: a caller
may choose its conversation's id, and must not thereby choose its model. Nothing here remembers anything.
"""

import hashlib
import hmac

from understudy.parity.slices import SliceId

# Goes into the record, so that a bucket can be computed again years later.
ALGORITHM = "hmac-sha256/53/1"
_BITS = 53  # what a float holds exactly
_SALT_ID_HEX = 12
_KEY_HEX = 32


def bucket(secret: bytes, slice_: SliceId, hypothesis: str, key: str, *, purpose: str = "share") -> float:
    """Where a sticky key falls in [0, 1) under one hypothesis; another `purpose` gives an independent draw."""
    if not secret:
        raise ValueError("the assignment secret is empty; without one callers could choose their bucket")
    # The key, which alone may hold anything, comes last: no other field can hold the separator.
    place = (ALGORITHM, purpose, slice_.tenant, slice_.route, slice_.kind, hypothesis, key)
    digest = hmac.digest(secret, "\x00".join(place).encode("utf-8", "surrogatepass"), "sha256")
    return (int.from_bytes(digest[:8], "big") >> (64 - _BITS)) / (1 << _BITS)


def salt_id(secret: bytes) -> str:
    """A public name for a secret, for the record; it gives nothing away of a secret of 128 random bits."""
    return hmac.digest(secret, b"understudy salt id", "sha256").hex()[:_SALT_ID_HEX]


def sticky_key(
    *,
    caller: str,
    request_id: str,
    one_turn: bool,
    declared: str | None = None,
    session: str | None = None,
    system: str = "",
    first_user_turn: str = "",
) -> str:
    """What stays the same through a conversation, and belongs to one caller (its key's id).

    The declared conversation, else the client's session, else, on a slice of one-turn requests, the request itself, so
    that 1 % exists under a single key; else the words that open the conversation.
    """
    if declared:
        return "conversation:" + _digest(caller, declared)
    if session:
        return "session:" + _digest(caller, session)
    if one_turn:
        return "request:" + request_id
    return "opening:" + _digest(caller, system, first_user_turn)


def _digest(*parts: str) -> str:
    whole = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        whole.update(len(raw).to_bytes(8, "big"))
        whole.update(raw)
    return whole.hexdigest()[:_KEY_HEX]
