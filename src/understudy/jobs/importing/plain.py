"""Plain files of pairs: a line or a row each, with `id`, `candidate`, `incumbent`, outcomes in [0, 1].

JSON Lines, or Parquet with columns of these names (extra `parquet`: pyarrow).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from understudy.jobs.importing.samples import MAX_FILE_BYTES, MAX_SAMPLES, Unreadable, sample, unique
from understudy.ports import Measured

try:
    import pyarrow.parquet as arrow
except ModuleNotFoundError:
    arrow = None

PARQUET_MAGIC = b"PAR1"
# A line holds one pair or one sample with its words.
MAX_LINE_BYTES = 64 * 1024 * 1024
_NEEDED = ("id", "candidate", "incumbent")


def read_plain(path: Path) -> tuple[Measured, ...]:
    """All pairs of a file. Raises Unreadable."""
    with path.open("rb") as file:
        is_parquet = file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
    return unique([_pair(row) for row in (_rows(path) if is_parquet else lines_of(path))])


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON Lines; Unreadable names the line that is none."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Unreadable(f"{path.name!r} is larger than {MAX_FILE_BYTES:,} bytes")
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise Unreadable(f"{path.name!r}, line {number}: longer than {MAX_LINE_BYTES:,} bytes")
            if not line.strip():
                continue
            try:
                told = msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                raise Unreadable(f"{path.name!r}, line {number}: no JSON ({error})") from error
            if not isinstance(told, dict):
                raise Unreadable(f"{path.name!r}, line {number}: an object is expected, not {type(told).__name__}")
            yield told


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if arrow is None:
        raise Unreadable(f"{path.name!r} is Parquet, which needs: pip install 'understudy[parquet]'")
    file = arrow.ParquetFile(path)
    missing = [name for name in _NEEDED if name not in file.schema_arrow.names]
    if missing:
        raise Unreadable(f"{path.name!r} has no column {missing[0]!r}; it has: {', '.join(file.schema_arrow.names)}")
    if file.metadata.num_rows > MAX_SAMPLES:
        raise Unreadable(f"{path.name!r} has more than {MAX_SAMPLES:,} rows")
    for batch in file.iter_batches(columns=list(_NEEDED)):
        yield from batch.to_pylist()


def _pair(row: dict[str, Any]) -> Measured:
    missing = [name for name in _NEEDED if row.get(name) is None]
    if missing:
        raise Unreadable(f"a pair has no {missing[0]!r}; each needs {', '.join(_NEEDED)}: {str(row)[:80]}")
    id_ = str(row["id"])
    mine, other = sample(id_, row["candidate"]), sample(id_, row["incumbent"])
    prompt = str(row.get("prompt_hash") or "")
    return Measured(id=id_, candidate=mine.outcome, incumbent=other.outcome, prompt_hash=prompt)
