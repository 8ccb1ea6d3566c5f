"""Files of measured outcomes: each kind is read, joined, and told apart from what is something else; then booked."""

import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from tests.jobs.books import World
from understudy.jobs.imported import imported_views
from understudy.jobs.importing.inspect_ai import read_inspect
from understudy.jobs.importing.lm_eval import read_lm_eval
from understudy.jobs.importing.plain import read_plain
from understudy.jobs.importing.samples import Sample, Samples, Unreadable, pair_up
from understudy.parity.slices import Hypothesis, SliceId
from understudy.ports import Imported, Measured


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def log(*scores: Any, status: str = "success") -> dict[str, Any]:
    samples = [
        {"id": f"q{n}", "epoch": epoch, "input": f"{n}?", "scores": {"match": {"value": value}}}
        for n, value in enumerate(scores)
        for epoch in (1, 2)
    ]
    return {"status": status, "eval": {"task": "sums", "model": "m"}, "samples": samples}


def test_inspect_logs_whole_and_in_parts(tmp_path: Path) -> None:
    told = log("C", "I", "P", True, 0.25)
    plain = tmp_path / "a.json"
    plain.write_text(json.dumps(told), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.eval", "w") as archive:
        archive.writestr("header.json", json.dumps({key: told[key] for key in ("status", "eval")}))
        for n, one in enumerate(told["samples"]):
            archive.writestr(f"samples/{n}.json", json.dumps(one))
    for path in (plain, tmp_path / "a.eval"):
        assert [one.outcome for one in read_inspect(path).samples] == [1.0, 0.0, 0.5, 1.0, 0.25]
    others: list[object] = [log("C", status="error"), {"eval": {}}, [1], log()]
    for wrong in others:
        plain.write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(Unreadable):
            read_inspect(plain)


def test_lm_eval_samples(tmp_path: Path) -> None:
    lines = [{"doc_id": n, "prompt_hash": "h", "acc": n % 2, "filter": "none", "metrics": ["acc"]} for n in range(4)]
    found = read_lm_eval(write(tmp_path / "samples_arc_2026-01-02T03.jsonl", *lines))
    assert found.task == "arc:acc"
    assert [one.outcome for one in found.samples] == [0.0, 1.0, 0.0, 1.0]
    with pytest.raises(Unreadable, match="--metric"):
        read_lm_eval(tmp_path / "samples_arc_2026-01-02T03.jsonl", "f1")
    with pytest.raises(Unreadable, match="doc_id"):
        read_lm_eval(write(tmp_path / "x.jsonl", {"id": 1}))


def test_plain_pairs_as_lines_and_as_parquet(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "candidate": 1, "incumbent": 0.5},
        {"id": "b", "candidate": 0, "incumbent": 1},
    ]
    expected = (Measured(id="a", candidate=1.0, incumbent=0.5), Measured(id="b", candidate=0.0, incumbent=1.0))
    assert read_plain(write(tmp_path / "p.jsonl", *rows)) == expected
    columns = {name: [float(row[name]) if name != "id" else row[name] for row in rows] for name in rows[0]}
    parquet.write_table(arrow.table(columns), tmp_path / "p.parquet")
    assert read_plain(tmp_path / "p.parquet") == expected


@pytest.mark.parametrize(
    "line",
    [
        {"id": "a", "candidate": 1.5, "incumbent": 0},
        {"id": "a", "candidate": "yes", "incumbent": 0},
        {"id": "a", "candidate": 1},
        [1],
    ],
)
def test_what_is_no_pair_is_named(tmp_path: Path, line: object) -> None:
    with pytest.raises(Unreadable):
        read_plain(write(tmp_path / "p.jsonl", line))


def test_an_id_names_one_pair(tmp_path: Path) -> None:
    line = {"id": "a", "candidate": 1, "incumbent": 0}
    with pytest.raises(Unreadable, match="twice"):
        read_plain(write(tmp_path / "p.jsonl", line, line))


def samples(task: str = "t", prompt: str = "p", ids: str = "ab") -> Samples:
    return Samples(task, "m", tuple(Sample(id_, 1.0, prompt) for id_ in ids))


def test_two_logs_are_joined_by_question() -> None:
    both = pair_up(samples(ids="abc"), samples(ids="bd"))
    assert ([pair.id for pair in both.pairs], both.only_candidate, both.only_incumbent) == (["b"], 2, 1)
    for other, why in (
        (samples("u"), "tasks"),
        (samples(prompt="q"), "another question"),
        (samples(ids="x"), "common"),
    ):
        with pytest.raises(Unreadable, match=why):
            pair_up(samples(), other)


def test_imported_pairs_stand_apart_and_move_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    live = world.show()
    hypothesis = Hypothesis(slice=SliceId("r", "chat"), candidate="own-1", incumbent="rented-1", check="import")
    pairs = tuple(Measured(id=str(n), candidate=1.0, incumbent=0.0) for n in range(50))
    body = msgspec.json.encode(hypothesis)
    told = Imported(id="i", at_s=world.clock.now_s(), hypothesis=hypothesis.id, body=body, pairs=pairs)
    world.add(told, told)
    world.work()
    [view] = imported_views(world.store)
    assert (imported_views(world.store, "default"), imported_views(world.store, "other")) == ([view], [])
    assert (view.pairs, view.wins, view.would_open) == (50, 50, "100 %")
    assert world.standing() == (live, 0.0)
    assert world.store.transitions() == []
