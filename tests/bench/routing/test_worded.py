"""Decisions on recorded prompts in words: those that were not learned from, whole, and prompts only for the screen."""

import json
from pathlib import Path

import msgspec
import numpy as np

from tests.bench.routing.clone import clone
from tests.cli.test_serve import understudy
from understudy.bench.routing.data import Item
from understudy.bench.routing.worded import LINE, Asking, worded

DRAW = np.random.default_rng(0)


def items(count: int, kind: str = "letters") -> list[Item]:
    """The dear model is far better at what asks for sums, level else; one kind, so that only the text can tell."""
    found = []
    for k in range(count):
        sums = bool(k % 2)
        outcomes = {"dear": float(DRAW.random() < 0.9), "cheap": float(DRAW.random() < (0.2 if sums else 0.95))}
        prompt = f"{'compute the sum' if sums else 'greet my neighbour'}\nabout {k}, {'and so on ' * 20}"
        found.append(Item(f"i{k}", kind, prompt, outcomes, {"dear": 0.01, "cheap": 0.001}))
    return found


KNOWN = items(1_200)


def test_decisions_are_told_whole_and_are_the_same_every_time() -> None:
    told = worded(Asking("s", "t", "dear", "cheap", KNOWN), 40)
    assert (told.suite.labels, len(told.suite.decisions), len(told.prompts)) == (900, 40, 40)
    assert told == worded(Asking("s", "t", "dear", "cheap", KNOWN), 40)
    of = {item.id: item for item in KNOWN}
    for one, prompt in zip(told.suite.decisions, told.prompts, strict=True):
        sums = "sum" in of[one.item].prompt
        assert one.decision.chosen == ("dear" if sums else "cheap")
        assert one.outcomes == of[one.item].outcomes
        text = "\n".join(one.lines)
        for words in (
            "answers: ",
            "the kind is letters",
            "learned from 900 prompts",
            "most first:",
            "quality target 95",
        ):
            assert words in text, words
        assert "$0.010000 a completed request" in text
        assert any(f"'{word}'" in text for word in ("sum", "the sum", "compute", "greet", "neighbour", "my"))
        assert len(prompt) <= LINE
        assert "\n" not in prompt
    raw = msgspec.json.encode(told.suite)
    assert b"and so on and so on" not in raw


def test_a_prompt_that_was_learned_from_is_never_asked() -> None:
    told = worded(Asking("s", "t", "dear", "cheap", KNOWN), len(KNOWN))
    assert told.suite.labels + len({one.item for one in told.suite.decisions}) == len(KNOWN)


def test_prompts_of_a_kind_that_was_never_seen_stay_with_the_incumbent() -> None:
    told = worded(Asking("s", "t", "dear", "cheap", KNOWN, items(20, "poems")), 3)
    assert [one.decision.chosen for one in told.suite.decisions] == ["dear"] * 3
    assert "nothing is learned of this kind yet" in told.suite.decisions[0].lines[0]


def test_the_command_words_decisions_and_keeps_prompts_to_the_screen(tmp_path: Path) -> None:
    clone(tmp_path, mmlu=600, gsm8k=200)
    asked = ("--explain", "2", "--json", "found.json")
    done = understudy(tmp_path, "bench", "routing", "--data", str(tmp_path), *asked, timeout_s=120)
    assert done.returncode == 0, done.stderr
    for words in ("routellm-mmlu: MMLU by subject, 449 prompts learned from", "recorded: gpt-4", "answers: ", "tell "):
        assert words in done.stdout, words
    raw = (tmp_path / "found.json").read_text(encoding="utf-8")
    found = json.loads(raw)
    assert [(suite["name"], len(suite["decisions"])) for suite in found] == [
        ("routellm-mmlu", 2), ("routellm-gsm8k", 2), ("transfer", 2), ("mt-bench", 2),
    ]  # fmt: skip
    assert found[0]["decisions"][0]["lines"][0].endswith(found[0]["decisions"][0]["decision"]["why"])
    assert "a shop sells" in done.stdout
    assert "a shop sells" not in raw
    none = understudy(tmp_path, "bench", "routing", "--data", str(tmp_path), "--explain", "1", "--suite", "latency")
    assert none.returncode == 2
    assert "none of these suites" in none.stderr
