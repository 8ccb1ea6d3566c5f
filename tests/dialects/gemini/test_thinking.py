import msgspec
import pytest
from tests.dialects.gemini.samples import from_chat, left_out, sent

from understudy.canon.request import ThinkingAsk


@pytest.mark.parametrize(
    ("ask", "config"),
    [
        (ThinkingAsk(effort="none"), {"thinkingBudget": 0}),
        (ThinkingAsk("disabled"), {"thinkingBudget": 0}),
        (ThinkingAsk(effort="medium"), {"thinkingBudget": 8192, "includeThoughts": True}),
        (ThinkingAsk("enabled", 2000), {"thinkingBudget": 2000, "includeThoughts": True}),
        (ThinkingAsk("adaptive"), {"thinkingBudget": -1, "includeThoughts": True}),
    ],
)
def test_T42_an_ask_of_another_dialect_buys_a_budget(ask: ThinkingAsk, config: dict[str, object]) -> None:
    request = msgspec.structs.replace(from_chat(), thinking=ask)
    assert sent(request)["generationConfig"]["thinkingConfig"] == config


def test_an_unknown_effort_is_an_omission() -> None:
    request = msgspec.structs.replace(from_chat(), thinking=ThinkingAsk(effort="colossal"))
    assert "generationConfig" not in sent(request)
    assert left_out(request) == ["reasoning_effort"]
