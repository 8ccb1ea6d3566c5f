"""How this dialect names a field and what is wrong with it."""

from tests.dialects.converse.samples import refused

from understudy.dialects.converse.fields import Fields, Losses, at
from understudy.dialects.fields import INTEGER


def test_a_wrong_field_is_named_by_its_path() -> None:
    assert at(at("messages", 1), "content") == "messages.1.content"
    fault = refused(Fields({"maxTokens": "x"}, "inferenceConfig").take, "maxTokens", INTEGER)
    assert (fault.param, fault.message) == (
        "inferenceConfig.maxTokens",
        "inferenceConfig.maxTokens: expected an integer, found 'x'",
    )
    assert refused(Fields({}, "").need, "messages", INTEGER).message == "messages: a required field is missing"
    assert refused(Fields, 7, "").param is None


def test_losses_are_spelt_the_same() -> None:
    losses = Losses()
    losses.extras("tools.0", {"odd": 1, "none": None}, "anthropic")
    assert [omission.field for omission in losses.items] == ["tools.0.odd"]
