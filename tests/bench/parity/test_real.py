"""Reading RouteLLM's files: made-up ones in their form, and a folder that is something else."""

from pathlib import Path

import pytest

from understudy.bench.parity.books_bars import through_the_store
from understudy.bench.parity.real import GPT4, MIXTRAL, NoData, read


def made_up(folder: Path) -> Path:
    responses = folder / "evals" / "mmlu" / "responses"
    responses.mkdir(parents=True)
    (folder / "evals" / "gsm8k").mkdir()
    rows = ["True,True"] * 60 + ["True,False"] * 25 + ["False,True"] * 5 + ["False,False"] * 10
    head = f"prompt,{MIXTRAL},{GPT4}\n"
    body = "".join(f'"two\nlines, {n}",{row}\n' for n, row in enumerate(rows))
    (responses / "mmlu_tides.csv").write_text(head + body, encoding="utf-8")
    (folder / "evals" / "gsm8k" / "gsm8k_responses.csv").write_text(head + body, encoding="utf-8")
    return folder


def test_every_subject_is_a_slice_in_both_roles(tmp_path: Path) -> None:
    found = read(made_up(tmp_path))
    assert [(one.name, one.own) for one in found] == [
        ("tides", "Mixtral"), ("tides", "GPT-4"), ("gsm8k", "Mixtral"), ("gsm8k", "GPT-4"),
    ]  # fmt: skip
    assert found[0].mean == pytest.approx(0.2)
    assert found[1].mean == pytest.approx(-0.2)
    assert found[0].discordance == pytest.approx(0.3)


def test_another_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="holds no evals/mmlu/responses"):
        read(tmp_path)
    folder = made_up(tmp_path)
    (folder / "evals" / "gsm8k" / "gsm8k_responses.csv").write_text("prompt,other\n", encoding="utf-8")
    with pytest.raises(NoData, match="has no columns"):
        read(folder)


def test_the_stream_through_the_store_agrees_with_the_twin_and_replays(tmp_path: Path) -> None:
    lines = through_the_store(read(made_up(tmp_path)), pairs=300, seed=4)
    assert [line.passed for line in lines] == [True, True]
    assert lines[0].shown == "0 of 16"
