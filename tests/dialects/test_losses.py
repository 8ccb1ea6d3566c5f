"""What a translation leaves behind is named by its place."""

from understudy.canon.omissions import Omission
from understudy.dialects.losses import foreign
from understudy.dialects.openai_fields import Losses


def test_losses_keep_their_order_and_places() -> None:
    losses = Losses()
    losses.add("top_k", "no such field")
    losses.extras("tools[0]", {"kind": 1, "none": None, "size": 2}, "anthropic")
    losses.extras("", {"container": False}, "anthropic")
    assert [omission.field for omission in losses.items] == ["top_k", "tools[0].kind", "tools[0].size", "container"]
    assert losses.items[0] == Omission("top_k", "no such field")
    assert "anthropic" in losses.items[1].why


def test_T46_citations_are_kept_wherever_they_stand() -> None:
    losses = Losses()
    losses.extras("content.0", {"citations": [{"url": "u"}], "other": 1}, "anthropic")
    losses.extras("", {"choices": [{"message": {"annotations": [{"a": 1}]}}], "usage": {"cost": 1}}, "openai_chat")
    assert losses.cited == [{"citations": [{"url": "u"}]}, {"annotations": [{"a": 1}]}]
    assert [omission.field for omission in losses.items] == [
        "content.0.citations",
        "content.0.other",
        "choices",
        "usage",
    ]


def test_a_foreign_thing_is_refused_with_its_kind_and_both_dialects() -> None:
    fault = foreign("tools[1]", "a tool", "bash", "anthropic", "openai_chat")
    assert fault.param == "tools[1]"
    assert all(word in fault.message for word in ("'bash'", "anthropic", "openai_chat"))
