"""Makes the changes that stand beside the tests of requirements, one at a time, and demands that the tests fail.

`python -m tests.wire.mutate [T12 ...]`. Each change is made in a copy of the tree, whose server and tests see nothing
of this one. A change survives if its test passes with it; one that keeps the server from starting proves nothing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from tests.wire.mutants import Case, Mutation, cases

ROOT = Path(__file__).parents[2]
# How many changes are tried at once; each has a server and a test process of its own.
AT_ONCE = 2
# A change may make a test wait for what never comes.
PATIENCE_S = 300.0
_FAILED = re.compile(r"^=* ?(?:.*, )?(\d+) failed", re.MULTILINE)
_ERRORS = re.compile(r"\d+ errors?\b")


class Verdict(NamedTuple):
    """What came of one change; `flaw` is None where the test noticed it."""

    case: Case
    flaw: str | None


def judge(case: Case, mutation: Mutation, root: Path) -> Verdict:
    """Whether a test notices a change that is made in `root` and taken back."""
    if wrong := mutation.wrong(root):
        return Verdict(case, wrong)
    path = mutation.path(root)
    before = path.read_text(encoding="utf-8")
    try:
        _write(path, before.replace(mutation.old, mutation.new))
        code, said = run(root, [case.node])
    finally:
        _write(path, before)
    if code is None:
        return Verdict(case, None)
    if _ERRORS.search(said.splitlines()[-1]) or not _FAILED.search(said):
        return Verdict(case, "survives" if code == 0 else f"the test could not be run: {said[-400:]}")
    return Verdict(case, None)


def run(root: Path, nodes: Sequence[str]) -> tuple[int | None, str]:
    """Run tests in a tree, with its own source; the exit code (None if they do not end) and what was said."""
    command = [sys.executable, "-m", "pytest", "--tb=no", "-p", "no:cacheprovider", "-x", *nodes]
    try:
        done = subprocess.run(
            command,
            cwd=root,
            # Nothing here needs a plug-in, and to load them takes longer than most tests.
            env={**os.environ, "PYTHONPATH": str(root / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout.strip() or done.stderr


def judged(found: Sequence[Case], root: Path) -> Iterator[Verdict]:
    """The verdicts on all cases, each in one of the copies that `root` is copied to; in their order."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            copies.put(copied(root, Path(folder) / str(number)))

        def one(case: Case) -> Verdict:
            if case.mutation is None:
                return Verdict(case, "names no change that it notices")
            copy = copies.get()
            try:
                return judge(case, case.mutation, copy)
            finally:
                copies.put(copy)

        yield from pool.map(one, found)


def copied(root: Path, to: Path) -> Path:
    """The source and the tests of a tree, in another place."""
    for name in ("src", "tests"):
        shutil.copytree(root / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", to)
    return to


def _write(path: Path, text: str) -> None:
    """Write a module; what was compiled of it goes, since its time and size may be the same."""
    path.write_text(text, encoding="utf-8")
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        compiled.unlink()


def chosen(found: Sequence[Case], wanted: Sequence[str]) -> list[Case]:
    """The cases to try: those that name a change, and of an id that has none the first, so that it is told."""
    asked = [case for case in found if not wanted or set(case.ids) & set(wanted)]
    marked = {requirement for case in asked if case.mutation for requirement in case.ids}
    return [case for case in asked if case.mutation or not set(case.ids) <= marked]


def main(wanted: Sequence[str]) -> int:
    """Print a line for each change; 1 if a test is red without any, or does not notice its own."""
    found = list(cases(ROOT))
    known = {requirement for case in found for requirement in case.ids}
    flaws = [f"{name} has no test" for name in wanted if name not in known]
    picked = chosen(found, wanted)
    code, said = run(ROOT, [case.node for case in picked])
    if code:
        print(f"the tests are red as they are:\n{said}")
        return 1
    for verdict in judged(picked, ROOT):
        name = " ".join(verdict.case.ids)
        where = verdict.case.mutation.file if verdict.case.mutation else "-"
        print(f"{name:12} {where:45} {verdict.flaw or 'noticed'}", flush=True)
        if verdict.flaw:
            flaws.append(f"{verdict.case.test}: {verdict.flaw}")
    print("\n".join(flaws) or f"all {len(picked)} changes were noticed")
    return 1 if flaws else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
