"""Reading recorded outcomes: upstream's files, sets in Parquet, without what is contaminated."""

import json
from pathlib import Path

import pytest

from tests.bench.routing.clone import GPT4, MIXTRAL, clone, parquet_set
from understudy.bench.parity.real import NoData
from understudy.bench.routing.data import parquet, prompt_hash, routellm, unwrapped, word_windows


def test_a_clone_is_read_without_its_contaminated_prompts(tmp_path: Path) -> None:
    clone(tmp_path, mmlu=40, gsm8k=10)
    found = routellm(tmp_path)
    assert {name: len(items) for name, items in found.items()} == {"mmlu": 39, "gsm8k": 10, "mt_bench": 3}
    assert set(found["mmlu"][0].outcomes) == {GPT4, MIXTRAL}
    assert {item.slice for item in found["mmlu"]} == {"algebra", "law"}
    assert found["mt_bench"][0].outcomes[GPT4] == 9.5
    bad = tmp_path / "routellm" / "evals" / "mt_bench" / "contaminated_prompts.jsonl"
    bad.write_text(json.dumps({"eval_prompt": "and then 1?"}) + "\n", encoding="utf-8")
    assert len(routellm(tmp_path)["mt_bench"]) == 2


def test_another_folder_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NoData, match=r"lm-sys/RouteLLM"):
        routellm(tmp_path)
    with pytest.raises(NoData, match=r"mmlu_pro.items.parquet"):
        parquet(tmp_path, "mmlu_pro")


def test_a_set_in_parquet(tmp_path: Path) -> None:
    parquet_set(tmp_path, "tiny", 12)
    items = parquet(tmp_path, "tiny")
    assert len(items) == 12
    assert items[3].outcomes == {"a": 1.0, "b": 0.0}
    assert items[3].usd == {"a": 0.001, "b": 0.002}


def test_equal_prompts_have_equal_hashes_however_they_are_spelled() -> None:
    assert prompt_hash("What is 2+2?\n") == prompt_hash("what is  2 2")
    assert prompt_hash("What is 2+2?") != prompt_hash("What is 2+3?")
    assert not word_windows("one two three four five six seven eight", 8).isdisjoint(
        word_windows("ZERO one two three four five six seven EIGHT nine", 8)
    )
    assert word_windows("too short", 8) == set()


def test_wrappers_are_stripped() -> None:
    assert unwrapped("Answer by letter.\n\nWhat is it?\n\nWrite \\boxed{X}.") == "What is it?"
    assert unwrapped("What is it?") == "What is it?"
