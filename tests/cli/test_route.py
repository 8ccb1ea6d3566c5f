"""`understudy route` at a terminal and in a pipe: what is no request, where figures go, tables that are read whole."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.cli.test_serve import understudy
from tests.journeys.house import server
from understudy.cli import route, screen
from understudy.jobs.pools import PoolView
from understudy.routing.beliefs import Record

CONFIG = """\
server: {host: 127.0.0.1, port: 0}
providers: {x: {dialect: openai_chat, base_url: "http://127.0.0.1:9/v1", auth: none}}
models: [{name: own, provider: x, model: a, owned: true}, {name: rented, provider: x, model: b}]
routes: [{name: auto, choose_from: [own, rented]}]
"""
KIND = "a-kind-with-a-long-name.of-invoices"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration, and books that a server made."""
    made = tmp_path_factory.mktemp("books")
    with server(made, CONFIG):
        pass
    return made


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("[1]", "it is JSON and no object"),
        ('"Which invoice?"', "it is JSON and no object"),
        ("{", "Expecting property name"),
        ("[" * 100_000, "recursion"),
        ('{"messages": "no"}', "expected an array"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_request_is_told(folder: Path, said: str | None, words: str) -> None:
    request = folder / "request.json"
    request.unlink(missing_ok=True)
    if said is not None:
        request.write_text(said, encoding="utf-8")
    done = understudy(folder, "route", "explain", "@request.json")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_figures_go_down_a_pipe_and_words_beside_it(folder: Path) -> None:
    done = understudy(folder, "route", "explain", "Which invoice is overdue?", "--kind", "invoices", "--json", "-")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["route"], told["kind"], told["model"]) == ("auto", "invoices", "rented")
    assert told["decision"]["chosen"] == "rented"
    assert "rented answers: nothing is learned of this kind yet" in done.stderr
    assert not (folder / "-").exists()
    assert json.loads(understudy(folder, "route", "status", "--json", "-").stdout) == {"pools": []}


@pytest.mark.parametrize(("place", "words"), [("none/why.json", "there is no folder 'none'"), (".", "Is a directory")])
def test_figures_that_cannot_be_written_are_told(folder: Path, place: str, words: str) -> None:
    done = understudy(folder, "route", "status", "--json", place)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_books_that_nobody_made_yet_are_told(tmp_path: Path) -> None:
    (tmp_path / "understudy.yaml").write_text(CONFIG, encoding="utf-8")
    done = understudy(tmp_path, "route", "status")
    assert done.returncode == 2
    assert "does not exist yet; start the server once (understudy serve)" in done.stderr


def shown(width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a screen, or a pipe, of this width shows of one pool."""
    record = Record(n=1_234.0, mean=0.5, low=0.25, high=0.75, cost_usd=0.000123, latency_ms=1_234.0)
    view = PoolView(
        tenant="default",
        route="auto",
        incumbent="rented",
        lessons={KIND: 12_345},
        words="wins",
        records={KIND: {"own": record, "rented": record}},
    )
    screen_ = io.StringIO()
    monkeypatch.setattr(route, "out", Console(file=screen_, width=width, highlight=False))
    route._show(view)
    return screen_.getvalue()


def test_a_pipe_has_every_name_whole_and_a_screen_of_80_every_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert KIND in shown(screen.WIDE, monkeypatch)
    told = shown(80, monkeypatch)
    assert "auto (default; incumbent rented): wins" in told
    for figure in ("12,345", "0.500", "0.250–0.750", "1,234", "0.000123"):
        assert figure in told
    assert "…" not in told
