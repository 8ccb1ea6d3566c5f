"""The stage: the scripted upstream, the running gateway before it, and clients' programs, each in its environment."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.clients.said import KEY, SCENARIOS, asked
from tests.clients.upstream import Upstream, config, upstream
from tests.journeys.house import Server, server
from understudy.policy.keys import digest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENVIRONMENTS = ROOT / ".clients"
SECRET = "c0ffee" * 8
# Nothing but loopback is reached, whatever a client would like to fetch or report.
ENVIRON = {
    "PATH": "/usr/bin:/bin",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LANGSMITH_TRACING": "false",
    "PYTHONPATH": str(ROOT),
}
# The slowest program of all takes a fiftieth of it on a machine that has nothing else to do.
PROGRAM_S = 600

Heard = dict[tuple[str, str, str], Any]


def command(environment: str, program: str) -> list[str]:
    """How a program runs in its environment; an AssertionError with the remedy where it is not there."""
    if environment == "own":
        return [sys.executable, "-m", f"tests.clients.programs.{program}"]
    if environment == "npm":
        node, there = ENVIRONMENTS / "node/bin/node", HERE / "npm/node_modules/.package-lock.json"
        assert node.exists(), f"{node} is not there: run `make clients`"
        assert there.exists(), f"{there.parent} is not there: run `make clients`"
        return [str(node), str(HERE / f"npm/{program}.mjs")]
    python = ENVIRONMENTS / environment / "bin/python"
    assert python.exists(), f"{python} is not there: run `make clients`"
    return [str(python), "-m", f"tests.clients.programs.{program}"]


@dataclass
class Stage:
    """The gateway, the upstream behind it, and what the programs that ran told."""

    house: Server
    scripted: Upstream
    told: dict[str, Heard] = field(default_factory=dict)

    def heard(self, environment: str, program: str) -> Heard:
        """What the clients of a program heard, by client, upstream and scenario."""
        if program not in self.told:
            self.told[program] = self._run(environment, program)
        return self.told[program]

    def _run(self, environment: str, program: str) -> Heard:
        done = subprocess.run(
            [*command(environment, program), json.dumps(asked(self.house.url))],
            capture_output=True,
            text=True,
            timeout=PROGRAM_S,
            cwd=self.house.folder,
            env={**ENVIRON, "HOME": str(self.house.folder)},
        )
        assert done.returncode == 0, done.stderr[-4000:]
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return {(line["client"], line["upstream"], line["scenario"]): line["heard"] for line in lines}


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """The stage, up."""
    (folder / "understudy.secret").write_text(SECRET, encoding="utf-8")
    with upstream() as scripted:
        text = config(scripted.url, digest(SECRET.encode(), KEY), SCENARIOS)
        with server(folder, text) as house:
            yield Stage(house, scripted)
