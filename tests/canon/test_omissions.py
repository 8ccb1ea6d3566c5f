"""An omission names a field and says why."""

import msgspec

from understudy.canon.omissions import Omission


def test_an_omission_written_down_comes_back_as_itself() -> None:
    omission = Omission("top_k", "the dialect has no such field")
    assert msgspec.json.decode(msgspec.json.encode(omission), type=Omission) == omission
    assert omission != Omission("top_k", "another reason")
