import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.gemini.samples import array, chunk, sse

from understudy.canon.faults import Fault
from understudy.dialects.gemini import framing
from understudy.dialects.gemini.framing import Closing, Framing
from understudy.dialects.sse import SseFrame

CHUNKS = [chunk({"text": 'one " quote, a \\ and a [brace} '}), chunk({"text": "é"}, finish="STOP")]


def pieces(raw: bytes, cuts: list[int]) -> list[SseFrame]:
    found = Framing()
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    told = [piece for begin, end in pairwise(edges) for piece in found.feed(raw[begin:end])]
    return told + found.close()


@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=40), st.sampled_from([array, sse]))
def test_T54_any_cut_of_either_form_gives_the_same_chunks(cuts: list[int], form: object) -> None:
    raw = form(*CHUNKS)  # type: ignore[operator]
    told = pieces(raw, cuts)
    assert [piece.data for piece in told if piece.data] == [piece.data for piece in pieces(raw, []) if piece.data]
    assert b"".join(piece.raw for piece in told) == raw


def test_brackets_and_escapes_inside_texts_end_nothing() -> None:
    assert [json.loads(piece.data) for piece in pieces(array(*CHUNKS), []) if piece.data] == CHUNKS


def test_the_end_of_an_array_is_marked() -> None:
    told = pieces(array(*CHUNKS), [])
    assert [isinstance(piece, Closing) for piece in told] == [False, False, True, False]


def test_an_element_without_end_is_the_upstreams_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "MAX_FRAME_BYTES", 10)
    with pytest.raises(Fault, match="more than 10 bytes"):
        Framing().feed(b'[{"a": "bcdefghijkl')


def test_white_space_before_the_first_element_shows_life_and_says_nothing() -> None:
    assert pieces(b"", []) == []
    assert pieces(b" \n", [1]) == [SseFrame(b" ", None, None), SseFrame(b"\n", None, None)]
