"""The tasks: the command does what is looked for, and nobody knows the seed before it ran."""

import subprocess
from pathlib import Path

from understudy.conformance.clients.tasks import COMMAND, GROWN, MADE_FILE, PROMPTS, SEED, SEED_FILE, grown, new_seed
from understudy.conformance.clients.tasks import report as report_of


def test_the_command_makes_the_file_and_prints_what_is_in_it(tmp_path: Path) -> None:
    seed = new_seed()
    (tmp_path / SEED_FILE).write_text(seed + "\n", encoding="utf-8")
    done = subprocess.run(["sh", "-c", COMMAND], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout == grown(seed) + "\n" == (tmp_path / MADE_FILE).read_text(encoding="utf-8")
    found = GROWN.search(f"exit 0\n{done.stdout}")
    assert found is not None
    assert report_of(found[0]) == f"The errand is done: grown from {seed}."


def test_seeds_differ_and_stand_in_no_prompt() -> None:
    assert len({new_seed() for _ in range(100)}) == 100
    assert not any(SEED.search(words) or GROWN.search(words) for words in (*PROMPTS.values(), COMMAND))
