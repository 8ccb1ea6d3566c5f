"""The model in the path, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.converse.samples import refused

from understudy.dialects.converse.addresses import read_address, write_address


@given(st.text(min_size=1), st.booleans())
def test_any_name_comes_back(name: str, streamed: bool) -> None:
    assert read_address(write_address(name, streamed=streamed)) == (name, streamed)


def test_names_may_hold_slashes_and_colons_as_they_are() -> None:
    assert read_address("/model/aws/us.claude-v1:0/converse?x=1") == ("aws/us.claude-v1:0", False)
    assert write_address("us.claude-v1:0", streamed=True) == "/model/us.claude-v1%3A0/converse-stream"


@pytest.mark.parametrize("path", ["", "/model//converse", "/model/x", "/v1/model/x/converse"])
def test_another_path_is_refused(path: str) -> None:
    assert refused(read_address, path).param == "modelId"
