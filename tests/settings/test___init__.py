"""Settings: the file, the catalogue and the environment become one tree."""

import os
from pathlib import Path

import pytest
from tests.settings.files import GOOD, KEY, loaded

from understudy.settings import load
from understudy.settings.file import File


def test_a_good_file(tmp_path: Path) -> None:
    made = loaded(tmp_path, GOOD)
    assert made.file.server.port == 4321
    assert [model.name for model in made.file.models] == ["rented", "own"]
    [route] = made.file.routes
    assert (route.incumbent, route.candidate, route.parity.margin, route.parity.risk) == ("rented", "own", 0.1, "high")
    policy = route.parity.policy(multi_turn=False)
    assert (policy.dwell_s, policy.cycle_s) == (90.0, 12.0)
    assert made.file.keys[0].routes == ("support",)
    assert made.base == tmp_path
    assert made.database == f"sqlite:///{tmp_path}/data/books.db"
    assert made.secrets == {"${OPENAI_API_KEY}": "sk-live-word"}


def test_without_a_file_the_environment_alone_counts(tmp_path: Path) -> None:
    made = load(None, KEY, base=tmp_path)
    assert (made.file, made.base) == (File(), tmp_path)
    assert made.secrets == {"${OPENAI_API_KEY}": "sk-live-word"}


def test_the_environment_of_the_process_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-process")
    assert load(None).secrets["${OPENAI_API_KEY}"] == "from-the-process"
    assert load(None).base == Path(os.curdir).resolve()


@pytest.mark.parametrize(
    ("storage", "database", "spool"),
    [
        ("sqlite:///a.db", "sqlite:///{base}/a.db", "a.spool"),
        ("sqlite:///data/a.db", "sqlite:///{base}/data/a.db", "data/a.spool"),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db", "/srv/a.spool"),
        ("postgresql://u@h/d", "postgresql://u@h/d", "understudy.spool"),
    ],
)
def test_the_spool_lies_beside_the_database(tmp_path: Path, storage: str, database: str, spool: str) -> None:
    made = loaded(tmp_path, f"storage: {storage}", {})
    assert made.database == database.format(base=tmp_path)
    assert made.spool == tmp_path / spool


def test_what_the_catalogue_knows_of_models_is_part_of_the_settings(tmp_path: Path) -> None:
    assert ("anthropic", "claude-opus-5") in loaded(tmp_path, GOOD).known
