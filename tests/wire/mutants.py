"""What shows that a test can fail: beside each requirement's test stands the change to the source that it notices.

`@mutant(file, old, new)` names the change: in that file of `src/understudy` the text `old`, which occurs there exactly
once, becomes `new`. `python -m tests.wire.mutate` makes every one of them and demands that its test fails.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

_ID = re.compile(r"^test_((?:T\d+_)+)")
_Test = TypeVar("_Test", bound=Callable[..., Any])


class Mutation(NamedTuple):
    """One change to the source."""

    file: str
    old: str
    new: str

    def path(self, root: Path) -> Path:
        """The file in a tree."""
        return root / "src" / "understudy" / self.file

    def wrong(self, root: Path) -> str | None:
        """What is wrong with it in a tree: a text that is not there exactly once changes something else or nothing."""
        found = self.path(root).read_text(encoding="utf-8").count(self.old)
        if found != 1:
            return f"{self.file} has {self.old!r} {found} times instead of once"
        return "changes nothing" if self.old == self.new else None


class Case(NamedTuple):
    """A test, the requirements that it holds, and the change that it must notice."""

    module: str
    test: str
    ids: tuple[str, ...]
    mutation: Mutation | None

    @property
    def node(self) -> str:
        """How pytest knows it."""
        return f"{self.module.replace('.', '/')}.py::{self.test}"


def mutant(file: str, old: str, new: str) -> Callable[[_Test], _Test]:
    """Name the change that the decorated test must notice."""

    def mark(test: _Test) -> _Test:
        test.mutation = Mutation(file, old, new)  # type: ignore[attr-defined]
        return test

    return mark


def cases(root: Path) -> Iterator[Case]:
    """All tests of requirements that stand in `tests/wire`."""
    for path in sorted((root / "tests" / "wire").glob("test_*.py")):
        module = f"tests.wire.{path.stem}"
        for name, value in vars(importlib.import_module(module)).items():
            if found := _ID.match(name):
                yield Case(module, name, tuple(found[1].split("_")[:-1]), getattr(value, "mutation", None))
