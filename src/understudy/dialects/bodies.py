"""Bodies: the doors through which requests and answers are read, and the one through which a made request leaves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec

from understudy.canon.faults import Fault, FaultKind, bad_request
from understudy.dialects.contract import Target
from understudy.dialects.losses import Gathered

T = TypeVar("T")
TOO_DEEP = "The body is nested too deeply; flatten it."


def read_body(body: bytes, read: Callable[[Any], T]) -> T:
    """What `read` makes of a body's JSON; a Fault if there is none, or no end to it."""
    try:
        return read(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"The body is not valid JSON: {error}.") from error
    except RecursionError:
        raise bad_request(TOO_DEEP) from None


@contextmanager
def answering() -> Iterator[None]:
    """While an answer is read: whatever is wrong with it is the upstream's fault."""
    try:
        yield
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Fault(f"the upstream's answer is no JSON of this dialect: {error}", kind=FaultKind.UPSTREAM) from error
    except Fault as fault:
        raise Fault(f"the upstream's answer is malformed: {fault.message}", kind=FaultKind.UPSTREAM) from fault


def aimed(fields: dict[str, Any], target: Target, losses: Gathered, *, unasked: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields under the provider's names, less those that it refuses; what nobody asked for goes without a word."""
    told = {}
    for name, value in fields.items():
        if name not in target.unsupported:
            told[target.renames.get(name, name)] = value
        elif name not in unasked:
            losses.add(name, f"the provider of {target.model!r} refuses this field")
    return told
