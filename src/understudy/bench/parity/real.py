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
RIGHT = {"True": True, "False": False}


CLONE = "--data names a clone of lm-sys/RouteLLM: git clone https://github.com/lm-sys/RouteLLM"


class NoData(Exception):
    """A file is missing or damaged: the message says which and what was expected, `remedy` what to do."""

    def __init__(self, message: str, remedy: str = CLONE) -> None:
        super().__init__(message, remedy)
        self.remedy = remedy

    def __str__(self) -> str:
        return str(self.args[0])


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
    if not folder.is_dir():
        raise NoData(f"{str(folder)!r} is no folder")
    roots = [folder, folder / "routellm", folder / "routellm" / "routellm"]
    base = next((root / "evals" for root in roots if (root / "evals" / "mmlu" / "responses").is_dir()), None)
    if base is None:
        raise NoData(f"{str(folder)!r} holds no evals/mmlu/responses")
    return base


def subjects(base: Path) -> list[Path]:
    """The files of MMLU's subjects. Raises NoData."""
    folder = base / "mmlu" / "responses"
    found = sorted(folder.glob("*.csv"))
    if not found:
        raise NoData(f"{str(folder)!r} holds no *.csv; one a subject was expected")
    return found


def rows_of(file: Path) -> Iterator[dict[str, str]]:
    """The rows of one of upstream's tables: a prompt, and whether each model was right. Raises NoData."""
    csv.field_size_limit(MAX_FIELD)
    line, named = 0, str(file)
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = csv.DictReader(opened, strict=True)
            if rows.fieldnames is None or not {"prompt", MIXTRAL, GPT4} <= set(rows.fieldnames):
                raise NoData(f"{named!r} has no columns 'prompt', {MIXTRAL!r} and {GPT4!r}; is it RouteLLM's?")
            for row in rows:
                line = rows.line_num
                if None in row or None in row.values():
                    raise NoData(f"{named!r} is damaged at line {line}: it has not as many fields as there are columns")
                wrong = next((model for model in (MIXTRAL, GPT4) if row[model] not in RIGHT), None)
                if wrong is not None:
                    raise NoData(f"{named!r} is damaged at line {line}: {wrong!r} is {row[wrong]!r}, not True or False")
                yield row
    except OSError as error:
        raise NoData(f"{named!r} cannot be read: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise NoData(f"{named!r} is damaged after line {line}: {error}") from error
    if not line:
        raise NoData(f"{named!r} has no rows")


def read(folder: Path) -> list[Outcomes]:
    """Every slice in both roles. Raises NoData."""
    base = evals(folder)
    files = [*subjects(base), base / "gsm8k" / "gsm8k_responses.csv"]
    return [one for file in files for one in _roles(file)]


def _roles(file: Path) -> Iterator[Outcomes]:
    pairs = [(RIGHT[row[MIXTRAL]], RIGHT[row[GPT4]]) for row in rows_of(file)]
    mixtral, gpt4 = (np.array(side, dtype=np.int8) for side in zip(*pairs, strict=True))
    name = file.stem.removeprefix("mmlu_").removesuffix("_responses")
    yield Outcomes(name, "Mixtral", mixtral - gpt4)
    yield Outcomes(name, "GPT-4", gpt4 - mixtral)
