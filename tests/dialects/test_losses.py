"""What a translation leaves behind is named by its place; what one dialect alone knows is said in words or refused."""

import json

import pytest

from understudy.canon.faults import Fault
from understudy.canon.omissions import Omission
from understudy.canon.parts import Opaque, Text
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Dialect, Target
from understudy.dialects.converse import DIALECT as CONVERSE
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.llama import DIALECT as LLAMA
from understudy.dialects.losses import foreign, in_words
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.dialects.openai_fields import Losses
from understudy.dialects.openai_responses import DIALECT as RESPONSES


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


def test_what_no_words_say_is_refused() -> None:
    assert in_words(Opaque("k", {}, "said"), "messages[0]", "anthropic", "gemini") == Text("said")
    with pytest.raises(Fault, match="'k' belongs to the anthropic dialect"):
        in_words(Opaque("k", {}), "messages[0]", "anthropic", "gemini")


@pytest.mark.parametrize("dialect", [CHAT, RESPONSES, GEMINI, CONVERSE, LLAMA], ids=lambda dialect: dialect.name)
def test_W7_a_tool_that_a_search_found_is_named_to_every_model(dialect: Dialect) -> None:
    """Claude Code declares the tool itself beside it, and would do without its search were this an error."""
    found = [{"type": "tool_reference", "tool_name": "Fetch"}, {"type": "tool_reference", "tool_name": "Edit"}]
    schema = {"type": "object", "properties": {"url": {"type": "string"}}}
    body = {
        "model": "m",
        "max_tokens": 9,
        "messages": [
            {"role": "user", "content": "Look it up"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "Search", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": found}]},
        ],
        "tools": [{"name": name, "input_schema": schema, "defer_loading": True} for name in ("Search", "Fetch")],
    }
    request = MESSAGES.decode_request(json.dumps(body).encode())
    sent = dialect.encode_request(request, Target("up", "another")).body.decode()
    assert "The tool Fetch can be called now." in sent
    assert "The tool Edit can be called now." in sent
    assert json.loads(MESSAGES.encode_request(request, Target("up", "anthropic")).body)["messages"] == body["messages"]
