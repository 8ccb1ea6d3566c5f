"""A made-up clone of RouteLLM and made-up sets in Parquet: their shapes, none of their contents."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from understudy.bench.parity.real import GPT4, MIXTRAL

__all__ = ["GPT4", "MIXTRAL", "clone", "parquet_set"]


def clone(folder: Path, *, mmlu: int, gsm8k: int) -> None:
    """Write the files: the weak model is right on short questions and wrong on sums."""
    base = folder / "routellm" / "evals"
    draw = np.random.default_rng(0)
    (base / "mmlu" / "responses").mkdir(parents=True)
    for name, part in (("algebra", 0), ("law", 1)):
        rows = [
            _row(f"{name} {k}: {'sum of' if part == 0 else 'case of'} {k * 7}", draw, part) for k in range(mmlu // 2)
        ]
        _csv(base / "mmlu" / "responses" / f"mmlu_{name}.csv", rows)
    (base / "gsm8k").mkdir()
    _csv(base / "gsm8k" / "gsm8k_responses.csv", [_row(f"a shop sells {k} pens", draw, k % 2) for k in range(gsm8k)])
    (base / "mt_bench").mkdir()
    questions = [{"question_id": k, "category": "writing", "turns": [f"tell {k}", f"and then {k}?"]} for k in range(3)]
    judged = [
        {"question_id": k, "model": model, "score": score + turn, "turn": turn}
        for k in range(3)
        for model, score in ((GPT4, 8), (MIXTRAL, 6 + k))
        for turn in (1, 2)
    ]
    _lines(base / "mt_bench" / "question.jsonl", questions)
    _lines(base / "mt_bench" / "judgements.jsonl", judged)
    _lines(base / "mmlu" / "contaminated_prompts.jsonl", [{"eval_prompt": "law 1: case of 7"}])
    for name in ("gsm8k", "mt_bench"):
        _lines(base / name / "contaminated_prompts.jsonl", [])


def parquet_set(folder: Path, name: str, count: int) -> None:
    """Write a set of two models."""
    ids = [f"{name}/{k}" for k in range(count)]
    items = {"item_id": ids, "task": ["t"] * count, "prompt": [f"prompt {k}" for k in range(count)]}
    pq.write_table(pa.table(items), folder / f"{name}.items.parquet")
    outcomes = {
        "item_id": [one for one in ids for _ in range(2)],
        "model": ["a", "b"] * count,
        "score": [1.0, 0.0] * count,
        "cost_usd": [0.001, 0.002] * count,
    }
    pq.write_table(pa.table(outcomes), folder / f"{name}.outcomes.parquet")


def _row(prompt: str, draw: np.random.Generator, part: int) -> dict[str, str]:
    return {"prompt": prompt, GPT4: str(draw.random() < 0.9), MIXTRAL: str(draw.random() < (0.4, 0.85)[part])}


def _csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["prompt", MIXTRAL, GPT4])
        writer.writeheader()
        writer.writerows(rows)


def _lines(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
