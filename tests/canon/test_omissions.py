"""An omission names a field and a reason."""

import msgspec

from understudy.canon.omissions import Omission


def test_an_omission_is_told_in_two_words() -> None:
    assert msgspec.to_builtins(Omission("top_k", "no such field")) == {"field": "top_k", "why": "no such field"}
