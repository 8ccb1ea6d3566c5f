"""Static word vectors from a folder: read as they are, the same for everybody, refused with what was found."""

import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from tests.engines.tables import WORDS, table, tokenizer, vectors_in
from understudy.engines.vectors import VectorsRefused, load_vectors

NUMBERS = np.ones((len(WORDS) + 1, 8), dtype=np.float32)


def test_a_text_means_the_mean_of_its_words(tmp_path: Path) -> None:
    loaded = load_vectors(vectors_in(tmp_path))
    rows = [list(loaded.rows(word)) for word in WORDS[:6]]
    assert [len(row) for row in rows] == [1] * 6
    values = loaded.meaning(" ".join(WORDS[:6])).values
    mean = np.mean([loaded.table[row[0]] for row in rows], axis=0)
    np.testing.assert_allclose(values, mean / np.linalg.norm(mean), rtol=1e-5)
    assert not loaded.table.flags.writeable


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "彼は \x00 毎朝", "sum " * 10_000])
def test_every_text_has_a_meaning(tmp_path: Path, text: str) -> None:
    values = load_vectors(vectors_in(tmp_path)).meaning(text).values
    assert np.isfinite(values).all()
    assert (np.linalg.norm(values) == 0) == (not text.strip())


def test_half_numbers_are_read_as_they_are(tmp_path: Path) -> None:
    tokenizer(tmp_path)
    half = np.random.default_rng(1).normal(size=(len(WORDS) + 1, 8)).astype(np.float16)
    table(tmp_path, **{"embedding.weight": half})
    loaded = load_vectors(tmp_path)
    np.testing.assert_array_equal(loaded.table, half)


def test_another_table_or_tokenizer_has_another_id(tmp_path: Path) -> None:
    first = load_vectors(vectors_in(tmp_path / "a")).id
    assert load_vectors(vectors_in(tmp_path / "b")).id == first
    assert load_vectors(vectors_in(tmp_path / "c", seed=1)).id != first
    (tmp_path / "b" / "tokenizer.json").write_bytes((tmp_path / "a" / "tokenizer.json").read_bytes() + b"\n")
    assert load_vectors(tmp_path / "b").id != first


def test_what_is_no_such_folder_is_refused_with_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(
        VectorsRefused, match=r"gone' holds no tokenizer.json \(found: no such folder\); a folder in mo"
    ):
        load_vectors(tmp_path / "gone")
    tokenizer(tmp_path)
    with pytest.raises(VectorsRefused, match=r"holds no model.safetensors \(found: tokenizer.json\)"):
        load_vectors(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"no tensors, but long enough to have a header")
    with pytest.raises(VectorsRefused, match="is no file of tensors"):
        load_vectors(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    table(tmp_path, embeddings=NUMBERS)
    with pytest.raises(VectorsRefused, match="is no tokenizer"):
        load_vectors(tmp_path)


@pytest.mark.parametrize(
    ("tensors", "found"),
    [
        ({"a": NUMBERS, "weights": NUMBERS[0]}, r"holds a \[9, 8\] F32, weights \[8\] F32"),
        ({"a": NUMBERS[0]}, r"holds a \[8\] F32"),
        ({"a": NUMBERS.astype(np.int8)}, r"holds a \[9, 8\] I8"),
        ({}, "holds no tensor"),
        ({"a": NUMBERS[:-1]}, "has 8 vectors for 9 tokens"),
        ({"a": np.full_like(NUMBERS, np.nan)}, "not finite"),
    ],
)
def test_what_is_no_table_of_this_vocabulary_is_refused(
    tmp_path: Path, tensors: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]], found: str
) -> None:
    tokenizer(tmp_path)
    table(tmp_path, **tensors)
    with pytest.raises(VectorsRefused, match=found):
        load_vectors(tmp_path)


def test_a_tokenizer_that_fails_on_unknown_words_is_refused(tmp_path: Path) -> None:
    vectors_in(tmp_path)
    Tokenizer(WordLevel({"sum": 0})).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(VectorsRefused, match="no tokenizer that splits every text"):
        load_vectors(tmp_path)


def test_without_the_extra_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors_in(tmp_path)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(VectorsRefused, match=r"need 'tokenizers'; pip install 'understudy\[vectors\]'"):
        load_vectors(tmp_path)
