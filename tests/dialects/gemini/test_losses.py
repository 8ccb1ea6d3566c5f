from understudy.canon.omissions import Omission
from understudy.dialects.gemini.losses import Losses, at


def test_paths_are_spelt_with_dots_and_brackets() -> None:
    assert at(at(at("", "contents"), 0), "parts") == "contents[0].parts"


def test_losses_are_told_with_their_path() -> None:
    losses = Losses()
    losses.extras("contents[0]", {"a": 1, "b": None}, "elsewhere")
    assert losses.items == [Omission("contents[0].a", "a field of the elsewhere dialect that has no peer here")]
