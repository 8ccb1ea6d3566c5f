"""The untrained model: the same file but for its weights."""

from pathlib import Path

import pytest

from understudy.demo.run import shipped_model
from understudy.demo.untrained import tensors, write_untrained

# The largest file that the package may ship for the demo.
MAX_BYTES = 8_000_000


def test_the_shipped_model_is_a_small_llama() -> None:
    data = shipped_model().read_bytes()
    assert len(data) <= MAX_BYTES
    assert b"llama" in data[:200]
    names = [tensor.name for tensor in tensors(data)]
    assert names.count("token_embd.weight") == 1
    assert "blk.3.ffn_down.weight" in names
    assert sum(tensor.numbers for tensor in tensors(data)) > 900_000


def test_only_the_weights_differ(tmp_path: Path) -> None:
    target = tmp_path / "untrained.gguf"
    write_untrained(shipped_model(), target, seed=1)
    trained, untrained = shipped_model().read_bytes(), target.read_bytes()
    first = min(tensor.offset for tensor in tensors(trained))
    assert len(trained) == len(untrained)
    assert trained[:first] == untrained[:first]
    assert trained[first:] != untrained[first:]
    write_untrained(shipped_model(), tmp_path / "again.gguf", seed=1)
    assert (tmp_path / "again.gguf").read_bytes() == untrained


def test_another_file_is_refused() -> None:
    with pytest.raises(ValueError, match="no GGUF file"):
        tensors(b"ELF, not a model")
