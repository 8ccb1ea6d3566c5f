"""Static word vectors made up for the tests: a tokenizer trained on a few words, and a table of chance."""

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.trainers import WordLevelTrainer

# Two lots of made-up words that have no letters in common but by chance: only vectors tell which lot a word is of.
_DRAWN = np.random.default_rng(7).choice(list("abcdefghijklmnopqrstuvwxyz"), size=(2, 200, 7))
LOTS = tuple(tuple("".join(letters) for letters in lot) for lot in _DRAWN)
WORDS = ("sum", "numbers", "letter", "neighbour", "rivers", "trains", "bread", "stars")


def tokenizer(folder: Path, words: tuple[str, ...] = WORDS) -> None:
    """Write a tokenizer of whole words; like many that are published, it pads and cuts short what it is given."""
    made = Tokenizer(WordLevel(unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.train_from_iterator([" ".join(words)], WordLevelTrainer(special_tokens=["[UNK]"], show_progress=False))
    made.enable_truncation(4)
    made.enable_padding(length=4)
    made.save(str(folder / "tokenizer.json"))


def table(folder: Path, **tensors: Any) -> None:
    """Write these tensors."""
    save_file(tensors, folder / "model.safetensors")


def vectors_in(folder: Path, *, seed: int = 0, words: tuple[str, ...] = WORDS) -> Path:
    """A folder with vectors that can be loaded."""
    folder.mkdir(exist_ok=True)
    tokenizer(folder, words)
    table(folder, embeddings=np.random.default_rng(seed).normal(size=(len(words) + 1, 8)).astype(np.float32))
    return folder


def lots_in(folder: Path, *, seed: int = 0) -> Path:
    """A folder with vectors of the words of both lots, each lot on its own side."""
    folder.mkdir(exist_ok=True)
    tokenizer(folder, (*LOTS[0], *LOTS[1]))
    rows = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    draw = np.random.default_rng(seed)
    side, values = draw.normal(size=8), draw.normal(size=(len(rows), 8))
    for sign, lot in zip((-1, 1), LOTS, strict=True):
        values[[rows[word] for word in lot]] += sign * side
    table(folder, embeddings=values.astype(np.float32))
    return folder


def said_of(lot: int, number: int) -> str:
    """A text of two words of one lot."""
    return " ".join(np.random.default_rng(number).choice(LOTS[lot], size=2))
