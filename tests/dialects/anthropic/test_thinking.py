"""How the wish to think is said here, and what it forbids."""

import pytest
from tests.dialects.anthropic.samples import asked, refused, written

from understudy.canon.messages import Message
from understudy.canon.parts import Text, Thinking, ToolCall, ToolResult
from understudy.canon.request import Format, Request, Sampling, ThinkingAsk, Tool, ToolChoice

CLOSED = {"type": "object", "additionalProperties": False}


def thinking(ask: ThinkingAsk, max_tokens: int | None = 100_000) -> tuple[object, set[str]]:
    sent, left = written(asked(thinking=ask, max_tokens=max_tokens))
    return sent.get("thinking"), left


@pytest.mark.parametrize(
    ("effort", "budget"),
    [("minimal", 1024), ("low", 2048), ("medium", 8192), ("high", 16384), ("xhigh", 32768), ("max", 32768)],
)
def test_T42_effort_buys_a_budget(effort: str, budget: int) -> None:
    assert thinking(ThinkingAsk(effort=effort)) == ({"type": "enabled", "budget_tokens": budget}, set())


def test_T42_a_bought_budget_leaves_room_for_the_answer() -> None:
    assert thinking(ThinkingAsk(effort="high"), 5000) == ({"type": "enabled", "budget_tokens": 4000}, set())
    assert thinking(ThinkingAsk(effort="high"), None) == ({"type": "enabled", "budget_tokens": 3276}, set())
    assert thinking(ThinkingAsk(effort="high"), 1000) == (None, {"thinking"})


def test_T42_an_explicit_budget_is_brought_between_its_bounds_and_that_is_said() -> None:
    assert thinking(ThinkingAsk(budget_tokens=3000), 4000) == ({"type": "enabled", "budget_tokens": 3000}, set())
    clamped = {"thinking.budget_tokens"}
    assert thinking(ThinkingAsk(budget_tokens=9000), 4000) == ({"type": "enabled", "budget_tokens": 3999}, clamped)
    assert thinking(ThinkingAsk(budget_tokens=10), 4000) == ({"type": "enabled", "budget_tokens": 1024}, clamped)


def test_T42_modes() -> None:
    assert thinking(ThinkingAsk("enabled")) == ({"type": "enabled", "budget_tokens": 8192}, set())
    assert thinking(ThinkingAsk("disabled", 5)) == ({"type": "disabled"}, set())
    assert thinking(ThinkingAsk(effort="none")) == ({"type": "disabled"}, set())
    assert thinking(ThinkingAsk(effort="heroic")) == (None, {"reasoning_effort"})
    assert thinking(ThinkingAsk()) == (None, set())


def test_adaptive_thinking_takes_the_effort_word_beside_the_format() -> None:
    ask = ThinkingAsk("adaptive", effort="max")
    sent, left = written(asked(thinking=ask, format=Format("json_schema", schema=CLOSED)))
    assert sent["thinking"] == {"type": "adaptive"}
    assert sent["output_config"] == {"effort": "max", "format": {"type": "json_schema", "schema": CLOSED}}
    assert left == set()
    assert thinking(ThinkingAsk("adaptive", effort="minimal"))[1] == {"reasoning_effort"}


@pytest.mark.parametrize("choice", [ToolChoice("required"), ToolChoice("named", "f")])
def test_T42_a_forced_tool_is_refused_while_thinking(choice: ToolChoice) -> None:
    request = asked(thinking=ThinkingAsk(effort="low"), tools=(Tool("f"),), tool_choice=choice, max_tokens=9000)
    assert refused(written, request).param == "tool_choice"


def test_T61_free_sampling_gives_way_to_thinking() -> None:
    knobs = Sampling(temperature=0.2, top_k=5, top_p=0.5)
    sent, left = written(asked(thinking=ThinkingAsk(effort="low"), sampling=knobs, max_tokens=9000))
    assert not {"temperature", "top_k", "top_p"} & set(sent)
    assert left == {"temperature", "top_k", "top_p"}


def loop(*before: Thinking) -> Request:
    said = (
        Message("user", (Text("Go"),)),
        Message("assistant", (*before, ToolCall("a", "f", "{}"))),
        Message("tool", (ToolResult("a", (Text("ok"),)),)),
    )
    return asked(*said, thinking=ThinkingAsk(effort="low"), max_tokens=9000)


def test_T37_a_tool_loop_that_lost_its_seals_goes_on_without_thinking() -> None:
    sent, left = written(loop())
    assert "thinking" not in sent
    assert left == {"thinking"}
    sealed, left = written(loop(Thinking("Hm", "s", "anthropic")))
    assert sealed["thinking"] == {"type": "enabled", "budget_tokens": 2048}
    assert left == set()
