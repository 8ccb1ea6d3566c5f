"""Recorded outcomes of models on public prompts, read from folders that are named at the command line.

RouteLLM's own files from a clone of lm-sys/RouteLLM (CSV and JSON lines), or sets in Parquet: `<name>.items.parquet`
and `<name>.outcomes.parquet`. Nothing of them is kept here. Prompts that upstream itself calls contaminated are left
out before anything else. A file that is missing or damaged is named, with what was expected of it: figures of half a
file would look like figures.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from understudy.bench.parity.real import GPT4, MIXTRAL, RIGHT, NoData, evals, rows_of, subjects

if TYPE_CHECKING:
    import pyarrow as pa

MMLU, GSM8K, MT_BENCH = "mmlu", "gsm8k", "mt_bench"
ARENA, MMLU_PRO = "routerarena_sub10", "mmlu_pro"
# The prompts of each whole set, contaminated ones left out.
WHOLE = {MMLU: 14_037, GSM8K: 1_307, MT_BENCH: 72, ARENA: 809, MMLU_PRO: 12_032}
SETS = (
    f"--sets names a folder with {MMLU_PRO} and {ARENA} as *.items.parquet (item_id, task, prompt) and "
    "*.outcomes.parquet (item_id, model, score), made from eval_results of TIGER-AI-Lab/MMLU-Pro and cached_results of "
    "RouteWorks/RouterArena"
)
ITEM_COLUMNS, OUTCOME_COLUMNS = ("item_id", "task", "prompt"), ("item_id", "model", "score")
NUMBERS = ("score", "cost_usd", "out_chars")
T = TypeVar("T")
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
    mmlu = [item for file in subjects(base) for item in _csv(file)]
    found = {MMLU: mmlu, GSM8K: list(_csv(base / "gsm8k" / "gsm8k_responses.csv")), MT_BENCH: _mt_bench(base)}
    return {name: _clean(base / name, items) for name, items in found.items()}


def _csv(file: Path) -> Iterator[Item]:
    name = file.stem.removeprefix("mmlu_").removesuffix("_responses")
    for number, row in enumerate(rows_of(file)):
        outcomes = {model: float(RIGHT[row[model]]) for model in (GPT4, MIXTRAL)}
        told = {model: row.get(f"{model}_response") for model in outcomes}
        chars = {model: float(len(answer)) for model, answer in told.items() if answer is not None}
        yield Item(f"{name}/{number}", name, row["prompt"], outcomes, chars=chars)


class _Question(msgspec.Struct):
    question_id: int
    category: str
    turns: tuple[str, str]


class _Judgement(msgspec.Struct):
    question_id: int
    model: str
    score: float


class _Contaminated(msgspec.Struct):
    eval_prompt: str


def _mt_bench(base: Path) -> list[Item]:
    """Questions with the judge's mean of both turns; the scale is 1 to 10."""
    scores: dict[tuple[int, str], list[float]] = {}
    for one in _lines(base / "mt_bench" / "judgements.jsonl", _Judgement):
        scores.setdefault((one.question_id, one.model), []).append(one.score)
    found = []
    for asked in _lines(base / "mt_bench" / "question.jsonl", _Question):
        mine = {model: scores.get((asked.question_id, model), []) for model in (GPT4, MIXTRAL)}
        if all(mine.values()):
            outcomes = {model: sum(said) / len(said) for model, said in mine.items()}
            found.append(Item(str(asked.question_id), asked.category, asked.turns[0], outcomes, source=asked.turns[1]))
    return found


def partial(name: str, items: Sequence[Item]) -> str | None:
    """What to say of a set that has not all of its prompts; None of a whole one."""
    if len(items) == WHOLE[name]:
        return None
    return f"{name}: {len(items):,} of {WHOLE[name]:,} prompts are there; its figures compare with no others"


def _clean(folder: Path, items: list[Item]) -> list[Item]:
    bad = {one.eval_prompt for one in _lines(folder / "contaminated_prompts.jsonl", _Contaminated)}
    return [item for item in items if item.prompt not in bad and item.source not in bad]


def _lines(file: Path, kind: type[T]) -> Iterator[T]:
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise NoData(f"{str(file)!r} cannot be read: {error.strerror}") from error
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                raise NoData(f"{str(file)!r} is damaged at line {number}: {error}") from error


def parquet(folder: Path, name: str) -> list[Item]:
    """A set in Parquet. Raises NoData; ModuleNotFoundError without pyarrow."""
    items = _table(folder / f"{name}.items.parquet", ITEM_COLUMNS)
    columns = _table(folder / f"{name}.outcomes.parquet", OUTCOME_COLUMNS).to_pydict()
    empty: list[None] = [None] * len(columns["item_id"])
    scores: dict[str, tuple[dict[str, float], dict[str, float], dict[str, float]]] = {}
    told = (columns["score"], columns.get("cost_usd", empty), columns.get("out_chars", empty))
    for item_id, model, *figures in zip(columns["item_id"], columns["model"], *told, strict=True):
        for into, figure in zip(scores.setdefault(item_id, ({}, {}, {})), figures, strict=True):
            if figure is not None:
                into[model] = float(figure)
    found = []
    for row in items.to_pylist():
        mine = scores.get(row["item_id"])
        if mine is not None and not row.get("contaminated"):
            outcome, usd, chars = mine
            source = row.get("src") or ""
            found.append(Item(row["item_id"], row["task"], row["prompt"], outcome, usd, source, chars))
    return found


def _table(file: Path, columns: Collection[str]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 - only this reader needs the extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        found = pq.read_table(file)
    except FileNotFoundError as error:
        raise NoData(f"there is no {str(file)!r}", SETS) from error
    except (OSError, pa.ArrowException) as error:
        raise NoData(f"{str(file)!r} cannot be read as Parquet: {error}", SETS) from error
    lacking = [name for name in columns if name not in found.column_names]
    if lacking:
        raise NoData(f"{str(file)!r} has no column {lacking[0]!r}; {', '.join(columns)} were expected", SETS)
    empty = next((name for name in columns if found[name].null_count), None)
    if empty is not None:
        raise NoData(f"{str(file)!r} has rows without {empty!r}", SETS)
    for name in set(NUMBERS) & set(found.column_names):
        if not (pa.types.is_floating(found[name].type) or pa.types.is_integer(found[name].type)):
            raise NoData(f"{str(file)!r} has {found[name].type} in {name!r}; numbers were expected", SETS)
    return found


def answered(items: Sequence[Item], models: Collection[str]) -> list[Item]:
    """The items that all of these models answered."""
    return [item for item in items if item.outcomes.keys() >= set(models)]


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
