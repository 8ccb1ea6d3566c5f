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
    """One prompt: its slice, and for each model its outcome and, where told, its cost in dollars."""

    id: str
    slice: str
    prompt: str
    outcomes: Mapping[str, float]
    usd: Mapping[str, float] = {}
    source: str = ""


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
            yield Item(f"{name}/{number}", name, row["prompt"], outcomes)


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
    table = pq.read_table(outcomes)
    usd = table["cost_usd"].to_pylist() if "cost_usd" in table.schema.names else [None] * table.num_rows
    scores: dict[str, tuple[dict[str, float], dict[str, float]]] = {}
    rows = zip(table["item_id"].to_pylist(), table["model"].to_pylist(), table["score"].to_pylist(), usd, strict=True)
    for item_id, model, score, dollars in rows:
        mine = scores.setdefault(item_id, ({}, {}))
        mine[0][model] = float(score)
        if dollars is not None:
            mine[1][model] = float(dollars)
    told = pq.read_table(items).to_pylist()
    found = [
        Item(row["item_id"], row["task"], row["prompt"], *scores.get(row["item_id"], ({}, {})), row.get("src") or "")
        for row in told
        if not row.get("contaminated")
    ]
    return [item for item in found if item.outcomes]


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
