"""The demo, whole: its promise is held against the truth that it measures anew; an untrained model moves nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.demo.run import shipped_model
from understudy.demo.untrained import write_untrained


def demo(folder: Path, *arguments: str) -> tuple["subprocess.CompletedProcess[str]", dict[str, dict[str, object]]]:
    """Run the demo; what it printed, and its slices by kind."""
    done = subprocess.run(
        [sys.executable, "-m", "understudy", "demo", "--json", "figures.json", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=550,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    return done, {one["kind"]: one for one in figures["slices"]}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, dict[str, object]]]:
    folder = tmp_path_factory.mktemp("demo")
    done, slices = demo(folder, "--seed", "7", "--check")
    return folder, done.stdout, slices


def test_learned_kinds_earn_their_traffic_and_others_do_not(
    played: tuple[Path, str, dict[str, dict[str, object]]],
) -> None:
    folder, _, _ = played
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    reached = {verdict["kind"]: verdict["reached"] for verdict in figures["verdicts"]}
    assert all(reached[kind] >= 0.25 for kind in ("triage", "sentiment", "language", "json_listed"))
    assert all(reached[kind] < 0.25 for kind in ("json_unseen", "aisle", "product_4digit", "word_problem"))
    assert all(verdict["right"] is not False for verdict in figures["verdicts"])


def test_the_injected_fault_is_found_and_named(played: tuple[Path, str, dict[str, dict[str, object]]]) -> None:
    _, printed, slices = played
    assert "fault injected" in printed
    assert "alarm: watch: R reached" in printed
    assert any(str(one["last_fall"]).startswith("alarm") and one["share"] == 0.0 for one in slices.values())


def test_it_says_what_it_did_and_what_to_try_next(played: tuple[Path, str, dict[str, dict[str, object]]]) -> None:
    folder, printed, _ = played
    assert "dwell: 0" in printed
    assert "understudy parity replay" in printed
    report = (folder / "demo-report.html").read_text(encoding="utf-8")
    assert report.count("<svg") == 3
    assert "http" not in report.replace("http-equiv", "")
    assert "WRONG" not in report


def test_the_record_of_the_run_replays(played: tuple[Path, str, dict[str, dict[str, object]]]) -> None:
    folder, _, _ = played
    done = subprocess.run(
        [sys.executable, "-m", "understudy", "parity", "replay", "--config", "understudy-demo/understudy.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=550,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("agrees") >= 8


def test_an_untrained_model_leaves_every_slice_in_shadow(tmp_path: Path) -> None:
    untrained = tmp_path / "untrained.gguf"
    write_untrained(shipped_model(), untrained, seed=1)
    _, slices = demo(tmp_path, "--seed", "3", "--requests", "600", "--model", str(untrained))
    assert len(slices) == 8
    assert all(one["share"] == 0.0 and one["rung"] == "shadow" for one in slices.values())
