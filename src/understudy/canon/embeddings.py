"""Embeddings: texts in, vectors out; what every dialect of them has in common."""

import base64
import struct

import msgspec

from understudy.canon.faults import Fault, FaultKind
from understudy.canon.usage import NO_USAGE, Usage
from understudy.canon.value import Extras, Value

FLOAT_BYTES = 4


def figures(vector: bytes) -> list[float]:
    """The figures of one vector, be they written as numbers or packed; a Fault if they are neither."""
    try:
        told = msgspec.json.decode(vector, type=list[float] | str)
        return unpacked(told) if isinstance(told, str) else told
    except (msgspec.DecodeError, ValueError) as error:
        raise Fault(f"the upstream's answer holds a vector that is none: {error}", kind=FaultKind.UPSTREAM) from error


def packed(vector: list[float]) -> str:
    """Figures as base64 of little-endian 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def unpacked(text: str) -> list[float]:
    """The figures of such a text; a ValueError if it is none."""
    raw = base64.b64decode(text, validate=True)
    if len(raw) % FLOAT_BYTES:
        raise ValueError(f"{len(raw)} bytes are no 32-bit floats")
    return list(struct.unpack(f"<{len(raw) // FLOAT_BYTES}f", raw))


class EmbedRequest(Value, frozen=True, kw_only=True):
    """Texts to be embedded, each as itself or as the token ids of one tokenizer.

    `dimensions` cuts vectors to so many figures. `packed` says that vectors go back as base64 of little-endian 32-bit
    floats. `single` remembers that one text was sent by itself, where a dialect answers that in another form.
    """

    model: str
    inputs: tuple[str | tuple[int, ...], ...]
    dialect: str
    dimensions: int | None = None
    packed: bool = False
    single: bool = False
    extras: Extras = {}
    source: bytes = b""


class Embedded(Value, frozen=True, kw_only=True):
    """One vector for each text, in their order. `source` are the bytes that they came in.

    A vector is JSON as its upstream wrote it: many a body passes on without anybody looking at the figures.
    """

    vectors: tuple[bytes, ...]
    dialect: str
    usage: Usage = NO_USAGE
    source: bytes = b""
