"""A same-dialect answer passes as it came, but for its model's name and the extension."""

import msgspec
import pytest

from understudy.dialects.contract import Echo
from understudy.dialects.passage import Renaming, passed

SOURCE = b'{"z": [1, null], "model": "upstream-7", "unknown": {"b": 1, "a": 2}}'


def test_only_named_edits_are_made() -> None:
    assert passed(SOURCE, Echo("asked")).body == b'{"z":[1, null],"model":"asked","unknown":{"b": 1, "a": 2}}'
    body = msgspec.json.decode(passed(SOURCE, Echo("asked", {"cost_usd": None})).body)
    assert list(body) == ["z", "model", "unknown", "understudy"]


@pytest.mark.parametrize("blank", [b"", b" "])
def test_a_name_is_exchanged_where_it_stands_and_nowhere_else(blank: bytes) -> None:
    raw = b'data: {"text":"\\"model\\":\\"up-7\\" up-7","model":%b"up-7"}\n\n' % blank
    assert Renaming("model")(raw, "asked") == raw.replace(b'%b"up-7"}' % blank, b'%b"asked"}' % blank)


def test_a_name_that_stands_twice_or_oddly_is_for_a_rewrite() -> None:
    renamed = Renaming("model")
    assert renamed(b'{"model":"up","tool":{"model":"up"}}', "asked") is None
    assert renamed(b'{"model" :"up"}', "asked") is None
    assert renamed(b'{"model":', "asked") is None
    assert renamed(b'{"tool":{"model":"up"}}', "asked") == b'{"tool":{"model":"up"}}'
    assert renamed(b'{"model":"asked"}', "asked") == b'{"model":"asked"}'
