"""The command: its table from a clone, its bars, what it says of a wrong folder; constants as they were frozen."""

import json
from pathlib import Path

import pytest

from tests.bench.routing.clone import clone, parquet_set
from tests.cli.test_serve import understudy
from tests.engines.tables import vectors_in
from understudy.bench.routing.frozen import FROZEN
from understudy.bench.routing.rows import RESAMPLES
from understudy.bench.routing.run import NAMES, tasks
from understudy.routing import decide, learn, text
from understudy.stats import features, ngrams, shrinkage


def test_the_routers_constants_are_the_frozen_ones() -> None:
    assert (
        FROZEN.penalty, FROZEN.hand_weight, FROZEN.max_deviations,
    ) == (text.PENALTY, text.HAND_WEIGHT, text.MAX_DEVIATIONS)  # fmt: skip
    assert (
        FROZEN.read_chars, FROZEN.word_buckets, FROZEN.char_buckets,
    ) == (features.READ_CHARS, ngrams.WORD_BUCKETS, ngrams.CHAR_BUCKETS)  # fmt: skip
    assert (
        FROZEN.pseudo_outcomes, FROZEN.pseudo_gains, FROZEN.min_labels, FROZEN.min_pairs,
    ) == (shrinkage.PSEUDO, shrinkage.PSEUDO_GAINS, decide.MIN_LABELS, learn.MIN_PAIRS)  # fmt: skip
    assert (FROZEN.resamples, FROZEN.folds) == (RESAMPLES, learn.FOLDS)
    assert set(FROZEN.seeds).isdisjoint(FROZEN.more_seeds)


def test_the_bench_from_a_clone(tmp_path: Path) -> None:
    clone(tmp_path, mmlu=3_600, gsm8k=200)
    wanted = ("routellm-mmlu", "routellm-gsm8k", "transfer", "unseen-slices", "mt-bench", "latency")
    asked = [word for name in wanted for word in ("--suite", name)]
    command = ("bench", "routing", "--data", str(tmp_path), *asked, "--json", "found.json", "--check")
    done = understudy(tmp_path, *command, timeout_s=300)
    assert done.returncode == 1, done.stdout + done.stderr
    for words in (
        "ours: text",
        "slice mean",
        "RouteLLM",
        "leakage: 0 of",
        "in 10 splits",
        "share asked",
        "realised over predicted, slope",
        "MT-Bench: learned on MMLU and GSM8K, scored on 3 questions",
        "falls short: online: not run",
        "falls short: mmlu: 3,599 of 14,037 prompts are there",
    ):
        assert words in done.stdout, words
    found = {suite["name"]: suite for suite in json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))}
    assert set(found) == set(wanted)
    rows = {row["name"]: row for row in found["routellm-mmlu"]["rows"]}
    assert abs(rows["random"]["apgr"] - 0.5) < 0.1
    assert (rows["always weak"]["apgr"], rows["always strong"]["apgr"]) == (0.0, 1.0)
    assert rows["always weak"]["quality"] < rows["ours: text"]["quality"] < rows["oracle"]["quality"]
    assert rows["ours: text"]["share_error"] < 10
    assert len(rows["ours: text"]["cpu_ms"]) == 3
    assert rows["ours: text"]["apgr"] > rows["random"]["apgr"]
    assert rows["oracle"]["apgr"] > 0.9
    ranking = [suite for name, suite in found.items() if name != "latency"]
    for suite in ranking:
        assert {"always weak", "always strong", "random", "length", "ours: text", "oracle"} <= {
            row["name"] for row in suite["rows"]
        }
        assert suite["bars"][-1] == {
            "what": "scored prompts among the labelled ones", "asked": "0", "shown": "0", "passed": True,
        }  # fmt: skip
        assert len(suite["dialled"]) == 5
        assert suite["curves"]
    assert len(found["routellm-mmlu"]["reliability"]) == 2
    over = [3 * row["apgr"] + 7 * row["more"] for row in (rows["ours: both"], rows["three ridges + slice"])]
    shown = {bar["what"]: bar["shown"] for bar in found["routellm-mmlu"]["bars"]}
    held = shown["APGR of ours: both over that of three ridges + slice, all seeds"]
    assert float(held) == pytest.approx((over[0] - over[1]) / 10, abs=6e-5)
    held_to = [bar["what"] for bar in found["routellm-gsm8k"]["bars"] if "three ridges" in bar["what"]]
    assert held_to == ["APGR of ours: text over that of three ridges, all seeds"]
    assert all(bar["passed"] for name in ("transfer", "unseen-slices") for bar in found[name]["bars"])


def test_the_bench_with_word_vectors(tmp_path: Path) -> None:
    clone(tmp_path, mmlu=3_600, gsm8k=200)
    vectors = vectors_in(tmp_path / "vectors", words=("sum", "case", "shop", "sells", "pens"))
    asked = ("--suite", "routellm-gsm8k", "--suite", "latency", "--vectors", str(vectors), "--json", "found.json")
    done = understudy(tmp_path, "bench", "routing", "--data", str(tmp_path), *asked, timeout_s=300)
    assert done.returncode == 0, done.stdout + done.stderr
    sums, latency = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in sums["rows"]}
    assert len(rows["ours: text + vectors"]["cpu_ms"]) == 3
    assert rows["ours: text + vectors"]["labels"] == rows["ours: text"]["labels"]
    assert "ours: text + vectors" in done.stdout
    assert "with text and word vectors, prompts of MMLU, p95" in [bar["what"] for bar in latency["bars"]]
    wrong = understudy(tmp_path, "bench", "routing", "--data", str(tmp_path), "--vectors", str(tmp_path / "gone"))
    assert (wrong.returncode, "holds no tokenizer.json" in wrong.stderr) == (2, True)


def test_a_wrong_folder_or_suite_is_told(tmp_path: Path) -> None:
    nothing = understudy(tmp_path, "bench", "routing")
    assert nothing.returncode == 2
    assert "--data" in nothing.stderr
    wrong = understudy(tmp_path, "bench", "routing", "--data", str(tmp_path))
    assert wrong.returncode == 2
    assert "git clone https://github.com/lm-sys/RouteLLM" in wrong.stderr
    sets = understudy(tmp_path, "bench", "routing", "--sets", str(tmp_path), "--suite", "mmlu-pro")
    assert sets.returncode == 2
    assert "mmlu_pro.items.parquet" in sets.stderr
    assert "--sets names a folder" in sets.stderr
    unknown = understudy(tmp_path, "bench", "routing", "--data", str(tmp_path), "--suite", "mmlu")
    assert unknown.returncode == 2
    assert "routellm-mmlu" in unknown.stderr


def test_a_damaged_file_is_told_before_anything_is_computed(tmp_path: Path) -> None:
    clone(tmp_path, mmlu=40, gsm8k=10)
    file = tmp_path / "routellm" / "evals" / "mt_bench" / "judgements.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    asked = ("bench", "routing", "--data", str(tmp_path), "--suite", "latency")
    done = understudy(tmp_path, *asked)
    assert done.returncode == 2
    assert f"error: {str(file)!r} is damaged at line 12" in done.stderr
    assert "Traceback" not in done.stderr
    parquet_set(tmp_path, "mmlu_pro", 12)
    foreign = understudy(tmp_path, "bench", "routing", "--sets", str(tmp_path), "--suite", "mmlu-pro")
    assert foreign.returncode == 2
    assert (
        "no prompt of mmlu_pro has outcomes of both gemini-1.5-pro-002 and Mixtral-8x7B-Instruct-v0.1" in foreign.stderr
    )


def test_each_suite_is_run_where_its_folder_is_named(tmp_path: Path) -> None:
    clone(tmp_path, mmlu=40, gsm8k=10)
    assert [task.name for task in tasks(tmp_path, tmp_path, only=[], quick=True)] == list(NAMES)
    assert "cascades" in [task.name for task in tasks(tmp_path, None, only=[], quick=False)]
    assert "online" not in [task.name for task in tasks(tmp_path, None, only=[], quick=False)]
