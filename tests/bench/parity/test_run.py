"""The bench's own tasks, with few runs: every bar of live traffic gives its lines, and a missing folder is told."""

from pathlib import Path

import pytest

from tests.cli.test_serve import understudy
from understudy.bench.parity import live_bars
from understudy.bench.parity.real import NoData
from understudy.bench.parity.run import tasks


def test_every_live_bar_gives_lines() -> None:
    lines = live_bars.rollback(5, runs=60, seed=1) + live_bars.watch(1_000.0, runs=20, seed=2)
    lines += live_bars.judge_nulls("GPT-3.5", 0.25, runs=10, seed=3)
    lines += live_bars.judge_labels("PandaLM-7B", 0.25, runs=10, seed=4)
    assert {line.bar for line in lines} == {"4", "5", "6"}
    found = {line.what: line for line in lines}
    assert found["own outcomes until −30 pt is found at 5 %, d_ok 0.02"].passed


def test_the_tasks_hold_every_bar_and_a_wrong_folder_is_told(tmp_path: Path) -> None:
    names = {task.name for task in tasks(None, quick=True)}
    assert {"drift", "lost", "judge", "labels", "rollback", "watch", "shards", "speed"} <= names
    with pytest.raises(NoData):
        tasks(tmp_path, quick=True)
    told = understudy(tmp_path, "bench", "parity", "--quick", "--data", str(tmp_path))
    assert told.returncode == 2
    assert "lm-sys/RouteLLM" in told.stderr
