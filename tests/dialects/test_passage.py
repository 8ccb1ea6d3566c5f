"""A same-dialect answer passes as it came, but for its model's name and the extension."""

import msgspec

from understudy.dialects.contract import Echo
from understudy.dialects.passage import passed

SOURCE = b'{"z": [1, null], "model": "upstream-7", "unknown": {"b": 1, "a": 2}}'


def test_only_named_edits_are_made() -> None:
    assert passed(SOURCE, Echo("asked")).body == b'{"z":[1, null],"model":"asked","unknown":{"b": 1, "a": 2}}'
    body = msgspec.json.decode(passed(SOURCE, Echo("asked", {"cost_usd": None})).body)
    assert list(body) == ["z", "model", "unknown", "understudy"]
