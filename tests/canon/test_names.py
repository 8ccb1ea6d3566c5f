"""The id of a kind is one thing wherever it is written: in a header, a key, a policy."""

import msgspec
import pytest

from understudy.canon.names import KindName
from understudy.routing.kinds import could_be_declared


@pytest.mark.parametrize(
    ("word", "fits"),
    [
        ("a", True),
        ("code.long-1_x", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("", False),
        ("A", False),
        ("a\n", False),
    ],
)
def test_what_is_a_kind(word: str, fits: bool) -> None:
    assert could_be_declared(word) is fits
    try:
        msgspec.convert(word, KindName)
    except msgspec.ValidationError:
        assert not fits
    else:
        assert fits
