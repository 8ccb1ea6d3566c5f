"""The same model with nothing learned: a GGUF file with its weights replaced by noise of a trained model's size.

It proves that what moves a slice is what the model can do: with this in its place every slice stays in shadow. Form of
the file: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import math
import random
import struct
from pathlib import Path
from typing import NamedTuple

MAGIC = b"GGUF"
# What a value of each plain type takes, in bytes; 8 is text and 9 an array.
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TEXT, _ARRAY = 8, 9
_ALIGNMENT = 32
F32, Q8_0 = 0, 8
# A q8_0 block is a half-precision scale and 32 small integers; the scale gives a fresh model's spread of weights.
_BLOCK_VALUES = 32
_SCALE = struct.pack("<e", 0.02 / 64)
_ONE = struct.pack("<f", 1.0)


class Tensor(NamedTuple):
    """One tensor of a file: its name, how many numbers it holds, its type, and where its data begins."""

    name: str
    numbers: int
    kind: int
    offset: int


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> int:
        value: int = struct.unpack_from("<" + form, self.data, self.at)[0]
        self.at += struct.calcsize("<" + form)
        return value

    def text(self) -> str:
        length = self.take("Q")
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def skip(self, kind: int) -> None:
        if kind == _TEXT:
            self.text()
        elif kind == _ARRAY:
            inner, count = self.take("I"), self.take("Q")
            for _ in range(count):
                self.skip(inner)
        else:
            self.at += _SIZES[kind]


def tensors(data: bytes) -> list[Tensor]:
    """The tensors of a GGUF file; ValueError if it is none."""
    if data[:4] != MAGIC:
        raise ValueError(f"the file begins with {data[:4]!r}, not {MAGIC!r}: it is no GGUF file")
    cursor = _Cursor(data)
    cursor.at = 8
    count, pairs = cursor.take("Q"), cursor.take("Q")
    for _ in range(pairs):
        cursor.text()
        cursor.skip(cursor.take("I"))
    found = []
    for _ in range(count):
        name, rank = cursor.text(), cursor.take("I")
        numbers = math.prod(cursor.take("Q") for _ in range(rank))
        found.append(Tensor(name, numbers, cursor.take("I"), cursor.take("Q")))
    base = -(-cursor.at // _ALIGNMENT) * _ALIGNMENT
    return [tensor._replace(offset=base + tensor.offset) for tensor in found]


def write_untrained(source: Path, target: Path, *, seed: int) -> None:
    """Write `target`: the source's architecture and words, every matrix drawn anew from the seed."""
    data = bytearray(source.read_bytes())
    rng = random.Random(seed)
    for tensor in tensors(bytes(data)):
        if tensor.kind == Q8_0:
            noise = b"".join(_SCALE + rng.randbytes(_BLOCK_VALUES) for _ in range(tensor.numbers // _BLOCK_VALUES))
        elif tensor.kind == F32:
            noise = _ONE * tensor.numbers
        else:
            raise ValueError(f"tensor {tensor.name!r} has type {tensor.kind}; only f32 and q8_0 are written here")
        data[tensor.offset : tensor.offset + len(noise)] = noise
    target.write_bytes(data)
