"""What is said and asked in every scenario, whoever the client and whatever the upstream: the one place of the truth.

A scenario is the model's name at the scripted upstream. Where there is a tool to call, the upstream calls it first and
answers once it has been sent the results.
"""

import json
from dataclasses import replace
from typing import Any, Literal

from understudy.conformance.answers import Answer

Dialect = Literal["chat", "responses", "messages", "gemini"]
UPSTREAMS: tuple[Dialect, ...] = ("chat", "responses", "messages", "gemini")

QUESTION = "How is the harbour?"
SYSTEM = "Be brief."
TEXT = "The harbour is calm today."
THOUGHT = "No wind was told of."
# What seals a maker's thinking and has to come back to it, with the signs that base64's two alphabets spell apart.
SEAL = "+//+IHNlYWw="
PROMPT, CACHED, OUT = 20, 5, 7
# The smallest picture: one black dot.
IMAGE_TYPE = "image/png"
IMAGE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "Where to look."},
        "days": {"type": "integer", "description": "How far ahead."},
    },
    "required": ["city", "days"],
    "additionalProperties": False,
}
TOOL: dict[str, Any] = {"name": "weather", "description": "The weather of the days to come.", "parameters": SCHEMA}
OSLO, BERGEN = {"city": "Oslo", "days": 3}, {"city": "Bergen", "days": 2}
# What the tool says of each city.
RESULTS = {"Oslo": "mild in Oslo", "Bergen": "rain in Bergen"}

ONE_CALL = Answer(calls=(("weather", OSLO),), stop="tools", cached=CACHED)
TWO_CALLS = Answer(calls=(("weather", OSLO), ("weather", BERGEN)), stop="tools", cached=CACHED)
WORDS = Answer(TEXT, prompt=PROMPT, cached=CACHED, out=OUT)
# What it calls first.
CALLED: dict[str, Answer] = {
    "tool": ONE_CALL,
    "tools": TWO_CALLS,
    "tools-streamed": TWO_CALLS,
    "thinking": replace(ONE_CALL, thinking=THOUGHT),
    "thinking-streamed": replace(ONE_CALL, thinking=THOUGHT),
}
# What the upstream says where nothing is left to call.
SAID: dict[str, Answer] = {
    **dict.fromkeys(("plain", "streamed", "image", *CALLED), WORDS),
    "schema": Answer(json.dumps(OSLO), prompt=PROMPT, cached=CACHED, out=OUT),
}
STATUSES = (400, 401, 404, 429, 500, 529)
# An answer that fails, whole and before the first event of a stream.
FAILING = tuple(f"status-{status}" for status in STATUSES) + tuple(f"status-{status}-streamed" for status in (400, 429))
# What the gateway refuses by itself: a model that is not there, a key that it does not know.
REFUSED = {"nobody": 404, "wrong-key": 401}
SCENARIOS = (*SAID, *FAILING)
KEY, WRONG_KEY = "sk-us-clients-1", "sk-us-nobody"


def asked(url: str) -> dict[str, Any]:
    """All that a client's program has to know, as JSON; `CLIENT` in the question is its place for its own name."""
    return {
        "url": url,
        "key": KEY,
        "wrong_key": WRONG_KEY,
        "upstreams": UPSTREAMS,
        "scenarios": SCENARIOS,
        "failing": FAILING,
        "question": f"{QUESTION} (CLIENT)",
        "system": SYSTEM,
        "tool": TOOL,
        "results": RESULTS,
        "schema": SCHEMA,
        "image": {"type": IMAGE_TYPE, "data": IMAGE, "url": f"data:{IMAGE_TYPE};base64,{IMAGE}"},
    }
