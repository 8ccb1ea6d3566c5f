"""The spool between processes: writers that are killed, and a reader beside living ones."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from tests.storage.spools import Books, segments, told

KILLS = 20
# A worker that appends until it is killed, and tells each append only after it has returned.
WORKER = """
import sys
from pathlib import Path
from tests.storage.samples import records
from understudy.storage.spool import SpoolLimits, SpoolWriter
writer = SpoolWriter(Path(sys.argv[1]), sys.argv[2], SpoolLimits(segment_bytes=int(sys.argv[3])))
for number in range(int(sys.argv[4])):
    writer.append(*records(number))
    print(number, flush=True)
if sys.argv[5] == "close":
    writer.close()
"""


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path)


def worker(directory: Path, name: str, *, appends: int, segment_bytes: int, then: str) -> "subprocess.Popen[str]":
    arguments = [str(directory), name, str(segment_bytes), str(appends), then]
    environment = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )


def test_every_append_that_returned_is_there_after_a_kill(tmp_path: Path) -> None:
    """Workers are killed at random instants; the rule holds for each of them, and their segments go."""
    draw = random.Random(20)
    for kill in range(KILLS):
        books = Books(tmp_path / str(kill))
        segment_bytes = draw.choice([700, 5_000, 1 << 20])
        process = worker(tmp_path / str(kill), "w0", appends=1_000_000, segment_bytes=segment_bytes, then="go on")
        assert process.stdout is not None
        lines: list[str] = []
        for _ in range(draw.randint(1, 400)):
            lines.append(process.stdout.readline())
            if draw.random() < 0.02:
                books.turn(draw.randint(1, 50))
        process.kill()
        lines += process.stdout.read().splitlines(keepends=True)
        returned = max(int(line) for line in lines if line.endswith("\n"))
        process.wait()
        process.stdout.close()
        books.drain()
        numbers = books.numbers()
        assert numbers == list(range(len(numbers)))
        assert returned < len(numbers) <= returned + 2
        assert books.reader.torn <= 1
        assert books.reader.corrupt == 0
        assert segments(tmp_path / str(kill)) == []


def test_a_reader_beside_two_writing_processes_loses_and_doubles_nothing(tmp_path: Path, books: Books) -> None:
    names = ("w0", "w1")
    processes = [worker(tmp_path, name, appends=1_500, segment_bytes=20_000, then="close") for name in names]
    outputs = [process.stdout for process in processes]
    while any(process.poll() is None for process in processes):
        books.turn(200)
        for output in outputs:
            assert output is not None
            output.readline()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    books.drain()
    assert sorted(books.numbers()) == sorted([*range(1_500), *range(1_500)])
    assert len(books.records) == 2 * len(told(range(1_500)))
    assert (books.reader.torn, books.reader.corrupt) == (0, 0)
    assert list(tmp_path.iterdir()) == []
