"""A tenant is deleted on the real server: what was learned of it goes, and nothing from before comes back."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from tests.cli.test_serve import understudy
from tests.journeys.house import Server, eventually, post, server
from tests.journeys.test_pool import CONFIG, Two, ask, two
from understudy.ports import KeptAnswer
from understudy.settings import load
from understudy.storage.spool import SpoolWriter

__all__ = ["two"]


def counted(folder: Path, *more: str) -> dict[str, Any]:
    """What `tenant delete` says it holds."""
    run = understudy(folder, "tenant", "delete", "default", "--config", "understudy.yaml", "--json", "held.json", *more)
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads((folder / "held.json").read_text(encoding="utf-8"))
    return told | {"said": " ".join(run.stdout.split())}


def _all_held(told: dict[str, Any]) -> bool:
    """Whether all that was asked is booked, and what came of it."""
    held = told["held"]
    return (held["lessons"] >= 240, held["beliefs"], held["reactions"]) == (True, 1, 1)


def react(house: Server, exchange_id: str) -> None:
    body = {"exchange_id": exchange_id, "signal": "thumb", "value": 1}
    status, _, answer = post(f"{house.url}/understudy/v1/feedback", json.dumps(body).encode())
    assert status == 202, answer


def test_RT_6_5_a_deleted_tenant_is_forgotten_and_begins_anew(two: Two, tmp_path: Path) -> None:
    with server(tmp_path, CONFIG.format(url=two.url)) as house:
        for number in range(240):
            ask(house, ("sums", "letters")[number % 2], number)
        served = eventually(lambda: (h := ask(house, "sums", 999))["x-understudy-model"] == "own" and h)
        react(house, served["x-understudy-request-id"])
        dry = eventually(lambda: _all_held(told := counted(tmp_path)) and told)
        assert dry["ordered"] is False
        assert dry["said"].endswith("would go; nothing is deleted without --yes")
        assert ask(house, "sums", 998)["x-understudy-model"] == "own", "counting deletes nothing"
        done = counted(tmp_path, "--yes")
        assert done["said"].startswith("default: gone are ")
        assert "0 words of pairs, 0 kept answers, 1 reactions" in done["said"]
        reason = "taken back: its tenant was deleted; the incumbent answers"
        eventually(lambda: ask(house, "sums", 997)["x-understudy-reason"] == reason)
        _late(tmp_path)
        left = counted(tmp_path)["held"]
        assert left["lessons"] < 100
        assert (left["beliefs"], left["kept answers"], left["reactions"]) == (0, 1, 0)
        assert ask(house, "sums", 996)["x-understudy-model"] == "rented"
    rows = sqlite3.connect(tmp_path / "understudy.db").execute("SELECT count(*) FROM exchanges").fetchone()
    assert rows[0] >= 240, "the journal's numbers stay"


def _late(folder: Path) -> None:
    """Two answers reach the spool: one from before the deletion, which is not booked, and one from after it."""
    settings = load(folder / "understudy.yaml")
    spool = SpoolWriter(settings.spool, "late")
    for name, at_s in (("before", 1.0), ("after", 4e9)):
        spool.append(KeptAnswer(id=name, tenant="default", at_s=at_s, expires_at_s=5e9, words=b"w"))
    spool.close()
    eventually(lambda: counted(folder)["held"]["kept answers"] == 1)


def test_without_a_server_the_order_waits_for_the_next_start(two: Two, tmp_path: Path) -> None:
    config = CONFIG.format(url=two.url)
    with server(tmp_path, config) as house:
        ask(house, "letters", 1)
        eventually(lambda: counted(tmp_path)["held"]["lessons"] == 1)
    assert "waits in the spool" in counted(tmp_path, "--yes")["said"]
    with server(tmp_path, config):
        eventually(lambda: counted(tmp_path)["held"]["lessons"] == 0)
