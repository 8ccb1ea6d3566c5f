"""Reading recorded outcomes: upstream's files, sets in Parquet, without what is contaminated."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.bench.routing.clone import GPT4, MIXTRAL, clone, parquet_set
from understudy.bench.parity.real import CLONE, NoData
from understudy.bench.routing.data import (
    MT_BENCH,
    SETS,
    Item,
    answered,
    parquet,
    partial,
    prompt_hash,
    routellm,
    unwrapped,
    word_windows,
)


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


def told(read: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(NoData) as found:
        read()
    return str(found.value), found.value.remedy


def test_another_folder_is_told_what_is_missing(tmp_path: Path) -> None:
    nowhere, empty = tmp_path / "nowhere", tmp_path
    assert told(lambda: routellm(nowhere)) == (f"{str(nowhere)!r} is no folder", CLONE)
    assert told(lambda: routellm(empty)) == (f"{str(empty)!r} holds no evals/mmlu/responses", CLONE)
    assert told(lambda: parquet(empty, "tiny")) == (f"there is no '{empty}/tiny.items.parquet'", SETS)


def text(words: str) -> Callable[[bytes], bytes]:
    return lambda raw: raw + words.encode()


DAMAGES: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "other columns": ("mmlu/responses/mmlu_law.csv", lambda _: b"prompt,other\n", "has no columns 'prompt'"),
    "no rows": ("mmlu/responses/mmlu_law.csv", lambda raw: raw.splitlines(keepends=True)[0], "has no rows"),
    "a word for an outcome": (
        "gsm8k/gsm8k_responses.csv",
        text("how many,True,maybe\n"),
        "is 'maybe', not True or False",
    ),
    "a short row": ("gsm8k/gsm8k_responses.csv", text("how many,True\n"), "line 12: it has not as many fields"),
    "a long row": (
        "gsm8k/gsm8k_responses.csv",
        text("how many,True,True,True\n"),
        "line 12: it has not as many fields",
    ),
    "cut off": ("gsm8k/gsm8k_responses.csv", text('"how ma'), "is damaged after line 11: unexpected end of data"),
    "no text": ("gsm8k/gsm8k_responses.csv", lambda raw: raw + b"\xff\xfe,True,True\n", "is damaged after line"),
    "half a line": ("mt_bench/judgements.jsonl", lambda raw: raw[:-20], "is damaged at line 12"),
    "no score": ("mt_bench/judgements.jsonl", text('{"question_id": 1, "model": "m"}\n'), "required field `score`"),
    "one turn": ("mt_bench/question.jsonl", text('{"question_id": 9, "category": "c", "turns": ["a"]}\n'), "at line 4"),
    "no prompt": ("mmlu/contaminated_prompts.jsonl", lambda _: b'{"prompt": "x"}\n', "required field `eval_prompt`"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_of_the_clone_is_named(tmp_path: Path, name: str) -> None:
    clone(tmp_path, mmlu=40, gsm8k=10)
    place, damage, words = DAMAGES[name]
    file = tmp_path / "routellm" / "evals" / place
    file.write_bytes(damage(file.read_bytes()))
    message, remedy = told(lambda: routellm(tmp_path))
    assert str(file) in message
    assert words in message
    assert remedy == CLONE


@pytest.mark.parametrize(
    "place", ["gsm8k/gsm8k_responses.csv", "mt_bench/question.jsonl", "mt_bench/contaminated_prompts.jsonl"]
)
def test_a_file_that_the_clone_lacks_is_named(tmp_path: Path, place: str) -> None:
    clone(tmp_path, mmlu=40, gsm8k=10)
    (tmp_path / "routellm" / "evals" / place).unlink()
    message, _ = told(lambda: routellm(tmp_path))
    assert message == f"'{tmp_path}/routellm/evals/{place}' cannot be read: No such file or directory"


def test_a_clone_without_any_subject_is_told(tmp_path: Path) -> None:
    clone(tmp_path, mmlu=40, gsm8k=10)
    for file in (tmp_path / "routellm" / "evals" / "mmlu" / "responses").glob("*.csv"):
        file.unlink()
    assert "holds no *.csv" in told(lambda: routellm(tmp_path))[0]


def test_a_damaged_set_is_named(tmp_path: Path) -> None:
    parquet_set(tmp_path, "tiny", 12)
    items, outcomes = tmp_path / "tiny.items.parquet", tmp_path / "tiny.outcomes.parquet"
    whole = outcomes.read_bytes()
    outcomes.write_bytes(whole[: len(whole) // 2])
    message, remedy = told(lambda: parquet(tmp_path, "tiny"))
    assert message.startswith(f"{str(outcomes)!r} cannot be read as Parquet: ")
    assert remedy == SETS
    outcomes.write_bytes(whole)
    table = pq.read_table(items)
    pq.write_table(table.drop_columns(["task"]), items)
    assert told(lambda: parquet(tmp_path, "tiny"))[0] == (
        f"{str(items)!r} has no column 'task'; item_id, task, prompt were expected"
    )
    prompts = pa.array([None, *["p"] * 11])
    pq.write_table(table.set_column(2, "prompt", prompts), items)
    assert told(lambda: parquet(tmp_path, "tiny"))[0] == f"{str(items)!r} has rows without 'prompt'"
    pq.write_table(table, items)
    told_apart = pq.read_table(outcomes)
    words = pa.array(["right"] * told_apart.num_rows)
    pq.write_table(told_apart.set_column(2, "score", words), outcomes)
    assert told(lambda: parquet(tmp_path, "tiny"))[0] == (
        f"{str(outcomes)!r} has string in 'score'; numbers were expected"
    )
    outcomes.unlink()
    assert told(lambda: parquet(tmp_path, "tiny"))[0] == f"there is no {str(outcomes)!r}"


def test_a_part_of_a_set_is_told() -> None:
    items = [Item(f"i{k}", "t", "p", {"a": 1.0} if k else {"a": 1.0, "b": 0.0}) for k in range(72)]
    assert partial(MT_BENCH, items) is None
    words = "mt_bench: 71 of 72 prompts are there; its figures compare with no others"
    assert partial(MT_BENCH, items[1:]) == words
    assert [item.id for item in answered(items, ("a", "b"))] == ["i0"]
    assert answered(items, ("a", "c")) == []


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
