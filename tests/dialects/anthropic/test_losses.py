"""Losses are reported in the order in which they were met."""

from understudy.canon.omissions import Omission
from understudy.dialects.anthropic.losses import Losses, at


def test_losses_are_gathered_with_their_paths() -> None:
    losses = Losses()
    losses.add("n", "why")
    losses.extras("tools.0", {"kind": 1, "size": 2}, "openai_chat")
    losses.extras("", {"store": True, "refusal": None}, "openai_chat")
    assert [item.field for item in losses.items] == ["n", "tools.0.kind", "tools.0.size", "store"]
    assert losses.items[0] == Omission("n", "why")
    assert "openai_chat" in losses.items[1].why


def test_paths() -> None:
    assert (at("", "a"), at("a", 0), at("a.0", "b")) == ("a", "a.0", "a.0.b")
