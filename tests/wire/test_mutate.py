"""The changes beside the tests, and the runner that makes them."""

import ast
from pathlib import Path

import pytest

from tests.wire.mutants import Case, Mutation, cases
from tests.wire.mutate import ROOT, chosen, judged

CASES = list(cases(ROOT))
# The requirements on the translation.
REQUIREMENTS = [f"T{number}" for number in range(1, 72)]
TINY = Mutation("tiny.py", "return 1", "return 2")


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_each_requirement_has_a_test_and_a_change_that_it_notices(requirement: str) -> None:
    held = [case for case in CASES if requirement in case.ids]
    assert held, f"{requirement} has no test"
    assert any(case.mutation for case in held), f"{requirement} names no change to the source that its test notices"


@pytest.mark.parametrize("case", [case for case in CASES if case.mutation], ids=lambda case: case.test)
def test_each_change_can_still_be_made(case: Case) -> None:
    mutation = case.mutation
    assert mutation is not None
    assert mutation.wrong(ROOT) is None
    if mutation.file.endswith(".py"):
        ast.parse(mutation.path(ROOT).read_text(encoding="utf-8").replace(mutation.old, mutation.new))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one module and a test that looks at half of it."""
    (tmp_path / "src" / "understudy").mkdir(parents=True)
    (tmp_path / "src" / "understudy" / "__init__.py").touch()
    module = "def seen():\n    return 1\n\n\ndef unseen():\n    return 3\n"
    (tmp_path / "src" / "understudy" / "tiny.py").write_text(module, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    test = "from understudy.tiny import seen\n\n\ndef test_T1_seen():\n    assert seen() == 1\n"
    (tmp_path / "tests" / "test_tiny.py").write_text(test, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-q'\n", encoding="utf-8")
    return tmp_path


def case(mutation: Mutation | None) -> Case:
    return Case("tests.test_tiny", "test_T1_seen", ("T1",), mutation)


def test_a_change_is_noticed_or_named(tree: Path) -> None:
    tried = [
        case(TINY),
        case(TINY._replace(old="return 3")),
        case(TINY._replace(new="return (")),
        case(TINY._replace(old="return")),
        case(None),
    ]
    flaws = [str(verdict.flaw) for verdict in judged(tried, tree)]
    assert flaws[:2] == ["None", "survives"]
    assert flaws[2].startswith("the test could not be run")
    assert flaws[3:] == ["tiny.py has 'return' 2 times instead of once", "names no change that it notices"]
    assert "return 1" in (tree / "src" / "understudy" / "tiny.py").read_text(encoding="utf-8")


def test_an_id_without_a_change_is_tried_too_so_that_it_is_told() -> None:
    marked, other, bare = case(TINY), case(None), Case("m", "test_T2_bare", ("T2",), None)
    assert chosen([marked, other, bare], []) == [marked, bare]
    assert chosen([marked, other, bare], ["T1"]) == [marked]
