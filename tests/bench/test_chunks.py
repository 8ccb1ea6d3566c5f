"""The bench of chunks measures every pair, and how fast is its business."""

from pathlib import Path

import msgspec
from typer.testing import CliRunner

from understudy.bench.chunks import DIALECTS
from understudy.cli.main import app


def test_every_pair_is_measured(tmp_path: Path) -> None:
    figures = tmp_path / "costs.json"
    done = CliRunner().invoke(app, ["bench", "chunks", "--repeats", "1", "--json", str(figures)])
    assert done.exit_code == 0, done.output
    costs = msgspec.json.decode(figures.read_bytes())
    assert {(cost["caller"], cost["upstream"]) for cost in costs} == {(a, b) for a in DIALECTS for b in DIALECTS}
    assert all(0 < cost["us"] < 1_000 for cost in costs)
