"""Ids of tool calls survive an alphabet that does not hold them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.dialects.anthropic.toolids import legal, original


@pytest.mark.parametrize("call_id", ["toolu_01A", "call_abc-9", "0", "a" * 64])
def test_T9_legal_ids_are_not_touched(call_id: str) -> None:
    assert legal(call_id) == original(call_id) == call_id


@given(st.text().filter(lambda text: not text.startswith("id64_")))
def test_T9_any_id_comes_back_as_it_was(call_id: str) -> None:
    assert re.fullmatch("[a-zA-Z0-9_-]+", legal(call_id))
    assert original(legal(call_id)) == call_id


@pytest.mark.parametrize("call_id", ["id64_", "id64_YQ", "id64_!!", "id64__w", "id64_a"])
def test_what_only_looks_spelt_stays(call_id: str) -> None:
    assert original(call_id) in (call_id, "")
