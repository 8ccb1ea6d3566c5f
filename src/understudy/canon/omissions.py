"""Omissions: what a translation could not carry. Returned by every encoder, reported to the caller, never dropped."""

from understudy.canon.value import Value


class Omission(Value, frozen=True):
    """One field of the request or reply that stayed behind, and why."""

    field: str
    why: str
