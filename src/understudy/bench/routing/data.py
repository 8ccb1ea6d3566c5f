"""Recorded outcomes of models on public prompts, read from folders that are named at the command line.

RouteLLM's own files from a clone of lm-sys/RouteLLM (CSV and JSON lines), or sets in Parquet: `<name>.items.parquet`
and `<name>.outcomes.parquet`. Nothing of them is kept here. Prompts that upstream itself calls contaminated are left
out before anything else.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from understudy.bench.parity.real import GPT4, MAX_FIELD, MIXTRAL, NoData, evals

MMLU, GSM8K, MT_BENCH = "mmlu", "gsm8k", "mt_bench"
_RUN = re.compile(r"[^a-z0-9]+")
_HASH_HEX = 16


class Item(NamedTuple):
    """One prompt: its slice, and for each model its outcome and, where told, dollars and characters of its answer."""

    id: str
    slice: str
    prompt: str
    outcomes: Mapping[str, float]
    usd: Mapping[str, float] = {}
    source: str = ""
    chars: Mapping[str, float] = {}


def routellm(folder: Path) -> dict[str, list[Item]]:
    """The three benchmarks of RouteLLM's pair. Raises NoData."""
    base = evals(folder)
    csv.field_size_limit(MAX_FIELD)
    mmlu = [item for file in sorted((base / "mmlu" / "responses").glob("*.csv")) for item in _csv(file)]
    found = {MMLU: mmlu, GSM8K: list(_csv(base / "gsm8k" / "gsm8k_responses.csv")), MT_BENCH: _mt_bench(base)}
    return {name: _clean(base / name, items) for name, items in found.items()}


def _csv(file: Path) -> Iterator[Item]:
    name = file.stem.removeprefix("mmlu_").removesuffix("_responses")
    with file.open(encoding="utf-8", newline="") as opened:
        for number, row in enumerate(csv.DictReader(opened)):
            outcomes = {model: float(row[model] == "True") for model in (GPT4, MIXTRAL)}
            told = {model: row.get(f"{model}_response") for model in outcomes}
            chars = {model: float(len(answer)) for model, answer in told.items() if answer is not None}
            yield Item(f"{name}/{number}", name, row["prompt"], outcomes, chars=chars)


def _mt_bench(base: Path) -> list[Item]:
    """Questions with the judge's mean of both turns; the scale is 1 to 10."""
    scores: dict[tuple[int, str], list[float]] = {}
    for row in _lines(base / "mt_bench" / "judgements.jsonl"):
        scores.setdefault((row["question_id"], row["model"]), []).append(float(row["score"]))
    found = []
    for row in _lines(base / "mt_bench" / "question.jsonl"):
        mine = {model: scores.get((row["question_id"], model), []) for model in (GPT4, MIXTRAL)}
        if all(mine.values()):
            outcomes = {model: sum(said) / len(said) for model, said in mine.items()}
            found.append(
                Item(str(row["question_id"]), row["category"], row["turns"][0], outcomes, source=row["turns"][1])
            )
    return found


def _clean(folder: Path, items: list[Item]) -> list[Item]:
    bad = {row["eval_prompt"] for row in _lines(folder / "contaminated_prompts.jsonl")}
    return [item for item in items if item.prompt not in bad and item.source not in bad]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as opened:
        for line in opened:
            if line.strip():
                yield json.loads(line)


def parquet(folder: Path, name: str) -> list[Item]:
    """A set in Parquet. Raises NoData; ModuleNotFoundError without pyarrow."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - only this reader needs the extra

    items, outcomes = folder / f"{name}.items.parquet", folder / f"{name}.outcomes.parquet"
    if not items.exists() or not outcomes.exists():
        raise NoData(f"{str(folder)!r} holds no {items.name} and {outcomes.name}")
    columns = pq.read_table(outcomes).to_pydict()
    empty: list[None] = [None] * len(columns["item_id"])
    scores: dict[str, tuple[dict[str, float], dict[str, float], dict[str, float]]] = {}
    told = (columns["score"], columns.get("cost_usd", empty), columns.get("out_chars", empty))
    for item_id, model, *figures in zip(columns["item_id"], columns["model"], *told, strict=True):
        for into, figure in zip(scores.setdefault(item_id, ({}, {}, {})), figures, strict=True):
            if figure is not None:
                into[model] = float(figure)
    found = []
    for row in pq.read_table(items).to_pylist():
        mine = scores.get(row["item_id"])
        if mine is not None and not row.get("contaminated"):
            outcome, usd, chars = mine
            source = row.get("src") or ""
            found.append(Item(row["item_id"], row["task"], row["prompt"], outcome, usd, source, chars))
    return found


def unwrapped(prompt: str) -> str:
    """A prompt without its first and last paragraph, where a benchmark's template stands; a short one as it is."""
    paragraphs = prompt.split("\n\n")
    return "\n\n".join(paragraphs[1:-1]) if len(paragraphs) > 2 else prompt


def prompt_hash(prompt: str) -> str:
    """SHA-1 of the normalised prompt, its first 16 hex digits: lower case, every other run of characters one blank."""
    return hashlib.sha1(_plain(prompt).encode(), usedforsecurity=False).hexdigest()[:_HASH_HEX]


def word_windows(prompt: str, size: int) -> set[int]:
    """Hashes of every `size` words in a row of the normalised prompt."""
    words = _plain(prompt).split()
    return {hash(tuple(words[place : place + size])) for place in range(len(words) - size + 1)}


def _plain(prompt: str) -> str:
    return _RUN.sub(" ", prompt.lower()).strip()
