"""Signs of known clients' work, each as it stands on the wire; a request without one is told by none."""

from typing import Any

import pytest

from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.request import Format, Request, Sampling, Tool
from understudy.routing.kinds import kind_of


def request(words: str, system: str = "", **knobs: Any) -> Request:
    messages = (Message("system", (Text(system),)),) if system else ()
    return Request(model="r", dialect="openai_chat", messages=(*messages, Message("user", (Text(words),))), **knobs)


TITLE = Format("json_schema", schema={"type": "object", "properties": {"title": {"type": "string"}}})
SCORE = Format("json_schema", schema={"type": "object", "properties": {"complexity_score": {"type": "integer"}}})


@pytest.mark.parametrize(
    ("asked", "headers", "kind"),
    [
        (request("hello", format=TITLE), {}, "title"),
        (request("hello", "You are a title generator. You output"), {}, "title"),
        (request("CRITICAL: Respond with TEXT ONLY. Do NOT"), {}, "compaction"),
        (request("x"), {"x-codex-turn-metadata": '{"request_kind": "compact"}'}, "compaction"),
        (request("is it safe?", sampling=Sampling(stop=("</block>",))), {}, "safety_check"),
        (request("x", format=SCORE), {}, "complexity"),
        (request("x", tools=(Tool("t"),)), {"x-claude-code-agent-id": "a1"}, "subagent"),
        (request("x"), {"x-codex-turn-metadata": '{"agent_name": "/root/explore"}'}, "subagent"),
        (request("diff", "Generate a one-line Git commit message for"), {}, "commit_message"),
        (request("x", "Act as an expert architect engineer and"), {}, "plan"),
        (request("x", "Act as an expert software developer who edits"), {}, "edit"),
        (request("<|fim_prefix|>def f(<|fim_suffix|>"), {}, "fim"),
        (request("hello"), {"x-codex-turn-metadata": '{"request_kind": "turn", "agent_name": "/root"}'}, "chat"),
        (request("hello"), {"x-codex-turn-metadata": "{nonsense"}, "chat"),
        (request("hello"), {"x-codex-turn-metadata": '"text"'}, "chat"),
        (request("hello", tools=(Tool("t"),), sampling=Sampling(stop=("</block>",))), {}, "tools"),
    ],
)
def test_signs(asked: Request, headers: dict[str, str], kind: str) -> None:
    found = kind_of(asked, None, headers)
    assert found.id == kind
    assert found.source == ("rule" if kind in ("chat", "tools") else "sign")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Translate this into French: good morning", "translation"),
        ("Summarize the following report", "summary"),
        ("Extract every date from this text", "extraction"),
        ("Please write a short email to my landlord", "writing"),
        ("What is 12 * 4 + 7?", "maths"),
        ("Solve for x", "chat"),
        ("solve the equation", "maths"),
        ("due 2026-11-27, 1/2 paid", "chat"),
        ("what is 9 - 4", "maths"),
        ("Почему небо голубое и откуда облака?", "chat.cyrl"),
        ("なぜ空は青いのですか", "chat.jpan"),
        ("How are you today?", "chat"),
        ("I said: the summary of what we want is", "summary"),
    ],
)
def test_rules_on_what_is_asked(words: str, kind: str) -> None:
    assert kind_of(request(words), None).id == kind
