"""Real paired outcomes: RouteLLM's public files (Mixtral-8x7B and GPT-4 on 57 MMLU subjects and GSM8K), from a clone.

Nothing of them is kept here; a folder is named at the command line. Every subject is a slice, in both roles.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from understudy.bench.parity.streams import Signs

MIXTRAL, GPT4 = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"
# Answers of GSM8K are long; a field beyond this is no answer.
MAX_FIELD = 10 * 1024 * 1024


class NoData(Exception):
    """The folder does not hold what this bench reads; the message says what it looked for."""


class Outcomes(NamedTuple):
    """One slice in one role: X of every prompt, in the file's order."""

    name: str
    own: str
    x: Signs

    @property
    def mean(self) -> float:
        """The true difference, for a stream that is drawn from these."""
        return float(self.x.mean())

    @property
    def discordance(self) -> float:
        """The share of prompts on which the models differ."""
        return float(np.abs(self.x).mean())


def evals(folder: Path) -> Path:
    """Where a clone of RouteLLM keeps its outcomes, whichever of its folders was named. Raises NoData."""
    roots = [folder, folder / "routellm", folder / "routellm" / "routellm"]
    base = next((root / "evals" for root in roots if (root / "evals" / "mmlu" / "responses").is_dir()), None)
    if base is None:
        raise NoData(f"{str(folder)!r} holds no evals/mmlu/responses; name the folder of a clone of lm-sys/RouteLLM")
    return base


def read(folder: Path) -> list[Outcomes]:
    """Every slice in both roles. Raises NoData."""
    base = evals(folder)
    files = [*sorted((base / "mmlu" / "responses").glob("*.csv")), base / "gsm8k" / "gsm8k_responses.csv"]
    return [one for file in files for one in _roles(file)]


def _roles(file: Path) -> Iterator[Outcomes]:
    csv.field_size_limit(MAX_FIELD)
    with file.open(encoding="utf-8", newline="") as opened:
        rows = csv.DictReader(opened)
        if rows.fieldnames is None or not {MIXTRAL, GPT4} <= set(rows.fieldnames):
            raise NoData(f"{file.name!r} has no columns {MIXTRAL!r} and {GPT4!r}; is it RouteLLM's?")
        pairs = [(row[MIXTRAL] == "True", row[GPT4] == "True") for row in rows]
    mixtral, gpt4 = (np.array(side, dtype=np.int8) for side in zip(*pairs, strict=True))
    name = file.stem.removeprefix("mmlu_").removesuffix("_responses")
    yield Outcomes(name, "Mixtral", mixtral - gpt4)
    yield Outcomes(name, "GPT-4", gpt4 - mixtral)
