"""A simulated client: a few lines that do what Claude Code does without a screen, installed as `claude` in a folder."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.conformance.clients.bodies import TOOL

# What the real client makes of the short names of models.
SHORT = {"opus": "claude-opus-5-5"}
HANGS_S = 600


def install(folder: Path, *, hangs: bool = False) -> None:
    """Put it into a folder of clients; one that hangs starts a child and waits, and leaves the child's id beside it."""
    path = folder / "bin" / "claude"
    path.parent.mkdir()
    # A shell is up long before a time-out that is worth waiting for.
    hanging = f"#!/bin/sh\nsleep {HANGS_S} &\necho $! > '{path.with_name('child')}'\nwait\n"
    acting = (
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(Path(__file__).parents[3])!r})\n"
        "from tests.conformance.clients.simulated import *\nmain()\n"
    )
    path.write_text(hanging if hangs else acting, encoding="utf-8")
    path.chmod(0o755)


def main() -> None:
    """Ask, run the command of a call, tell its result, print the words."""
    messages: list[Any] = [{"role": "user", "content": sys.argv[sys.argv.index("-p") + 1]}]
    answer = ask(messages)
    if answer["stop_reason"] == "tool_use":
        call = answer["content"][0]
        ran = subprocess.run(["sh", "-c", call["input"]["command"]], capture_output=True, text=True, check=True)
        result = {"type": "tool_result", "tool_use_id": call["id"], "content": ran.stdout}
        messages += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]
        answer = ask(messages)
    print(answer["content"][0]["text"])


def ask(messages: list[Any]) -> Any:
    """One whole answer of the gateway."""
    model = os.environ["ANTHROPIC_MODEL"]
    body = {"model": SHORT.get(model, model), "max_tokens": 100, "messages": messages}
    tools = [{"name": "Bash", "input_schema": TOOL}]
    request = urllib.request.Request(
        os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages?beta=true",
        json.dumps({**body, "tools": tools, "context_management": {"edits": []}}).encode(),
        {"content-type": "application/json", "authorization": f"Bearer {os.environ['ANTHROPIC_AUTH_TOKEN']}"},
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.loads(response.read())
