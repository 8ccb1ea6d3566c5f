"""Vectors: written as numbers or packed, the same figures."""

import struct

import pytest

from understudy.canon.embeddings import figures, packed
from understudy.canon.faults import Fault, FaultKind


def test_figures_are_read_however_they_were_written() -> None:
    assert figures(b"[1, -0.5, 2e3]") == [1.0, -0.5, 2000.0]
    assert figures(b'"%s"' % packed([1.0, -0.5, 2000.0]).encode()) == [1.0, -0.5, 2000.0]


def test_packing_is_little_endian_32_bit() -> None:
    assert packed([1.0]) == "AACAPw=="
    assert struct.unpack("<f", bytes.fromhex("0000803f")) == (1.0,)


@pytest.mark.parametrize("vector", [b"{}", b'["a"]', b'"AAA="', b'"?"', b"nul"])
def test_what_is_no_vector_is_the_upstreams_fault(vector: bytes) -> None:
    with pytest.raises(Fault) as caught:
        figures(vector)
    assert caught.value.kind is FaultKind.UPSTREAM
