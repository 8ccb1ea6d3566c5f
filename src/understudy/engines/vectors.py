"""Static word vectors from a folder in model2vec's layout: `tokenizer.json` beside `model.safetensors`.

The table is mapped into memory and only read; it is never unpacked, and nothing is ever fetched. What does not have
the layout is refused at the start, with what was found: a table of the wrong shape would fail on the request path
(extra `vectors`: tokenizers, safetensors).
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from understudy.stats.vectors import Vectors

TOKENIZER, TABLE = "tokenizer.json", "model.safetensors"
REMEDY = "pip install 'understudy[vectors]'"
LAYOUT = f"a folder in model2vec's layout holds {TOKENIZER} and {TABLE} with one table of float32 or float16"
_NUMBERS = {"F32": np.float32, "F16": np.float16}
_ID_HEX = 12
# No vocabulary has these words: a tokenizer that fails on them would fail on somebody's request.
_UNKNOWN = "qzxv \u2603 \ue000 \U0001f9ff"


class VectorsRefused(Exception):
    """A folder that holds no static word vectors, or no library to read them with."""


def load_vectors(folder: Path) -> Vectors:
    """The vectors of a folder. Raises VectorsRefused."""
    try:
        from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only this reader needs the extra
        from tokenizers import Tokenizer  # noqa: PLC0415 - only this reader needs the extra
    except ModuleNotFoundError as error:
        raise VectorsRefused(f"word vectors need {error.name!r}; {REMEDY}") from error
    for name in (TOKENIZER, TABLE):
        if not (folder / name).is_file():
            found = ", ".join(sorted(entry.name for entry in folder.iterdir())) if folder.is_dir() else "no such folder"
            raise VectorsRefused(f"{str(folder)!r} holds no {name} (found: {found or 'nothing'}); {LAYOUT}")
    try:
        with safe_open(folder / TABLE, framework="numpy") as opened:
            table = _table(folder / TABLE, {name: opened.get_slice(name) for name in opened.keys()})  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise VectorsRefused(f"{str(folder / TABLE)!r} is no file of tensors: {error}; {LAYOUT}") from error
    rows, words = _rows(folder / TOKENIZER, Tokenizer)
    if words > len(table):
        raise VectorsRefused(
            f"{str(folder)!r} has {len(table):,} vectors for {words:,} tokens; tokenizer and table are not of one model"
        )
    return Vectors(_hash(folder), table, rows)


def _table(path: Path, tensors: dict[str, Any]) -> NDArray[Any]:
    """The one table of a file, as a map of its end: before it stands only the header."""
    found = {name: (tuple(one.get_shape()), one.get_dtype()) for name, one in tensors.items()}
    shape, number = next(iter(found.values()), ((), ""))
    if len(found) != 1 or len(shape) != 2 or not all(shape) or number not in _NUMBERS:
        told = ", ".join(f"{name} {list(shape)} {number}" for name, (shape, number) in sorted(found.items()))
        raise VectorsRefused(f"{str(path)!r} holds {told or 'no tensor'}; {LAYOUT}")
    kind = np.dtype(_NUMBERS[number])
    start = path.stat().st_size - kind.itemsize * shape[0] * shape[1]
    table = np.memmap(path, kind, "r", start, shape)
    if not np.isfinite(table).all():
        raise VectorsRefused(f"{str(path)!r} holds numbers that are not finite")
    return table


def _rows(path: Path, tokenizer: Any) -> tuple[Callable[[str], Sequence[int]], int]:
    """How a text becomes rows, and how many rows there may be; never padded, never cut short, nothing added."""
    try:
        words = tokenizer.from_file(str(path))
        words.no_padding()
        words.no_truncation()
        words.encode(_UNKNOWN, add_special_tokens=False)
    except Exception as error:
        # The supervisor of a load: the library raises nothing narrower, and says what is wrong.
        raise VectorsRefused(f"{str(path)!r} is no tokenizer that splits every text: {error}; {LAYOUT}") from error

    def rows(text: str) -> Sequence[int]:
        # A lone surrogate, which JSON can carry, is no text to the library.
        ids: list[int] = words.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=False).ids
        return ids

    return rows, words.get_vocab_size()


def _hash(folder: Path) -> str:
    told = hashlib.sha256()
    for name in (TOKENIZER, TABLE):
        with (folder / name).open("rb") as file:
            told.update(hashlib.file_digest(file, "sha256").digest())
    return told.hexdigest()[:_ID_HEX]
