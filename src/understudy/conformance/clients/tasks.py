"""The two tasks that every client gets, and what of them can be seen afterwards.

`text` asks for words. `tool` sends the client on an errand: a file in its folder holds a seed that nobody else knows,
drawn for each run. The command (or, of a client without tools, the edit) makes of it a second file. So the file proves
that the tool ran, the seed in a later request that its result came back, and the seed in the client's last words that
the answer to that result reached it.
"""

import re
import secrets
from typing import Literal

Task = Literal["text", "tool"]
TASKS: tuple[Task, ...] = ("text", "tool")
# By these words the upstream knows which task it is asked for: they stand in no client's own prompt.
ERRAND = "Run the harbour errand."
PROMPTS: dict[Task, str] = {"text": "How is the harbour today?", "tool": ERRAND}
TEXT = "The harbour lies calm and grey."
FAILED = "The errand came to nothing."
SEED_FILE, MADE_FILE = "seed.txt", "made.txt"
_MADE = "grown from "
COMMAND = f"sed 's/^/{_MADE}/' {SEED_FILE} | tee {MADE_FILE}"
SEED = re.compile(r"seed-[0-9a-f]{16}")
GROWN = re.compile(_MADE + SEED.pattern)


def new_seed() -> str:
    """A seed for one run."""
    return f"seed-{secrets.token_hex(8)}"


def grown(seed: str) -> str:
    """What the errand makes of a seed."""
    return _MADE + seed


def report(made: str) -> str:
    """The last words of an errand."""
    return f"The errand is done: {made}."
