"""What these programs share: the question comes as JSON, and every scenario is told as a line of JSON.

A client is made of a key and has its ways of asking. What it raises is heard too: the class, the status and the words.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

ASKED: dict[str, Any] = json.loads(sys.argv[1])


class Ways(Protocol):
    """How one client asks; each way returns what it heard."""

    def plain(self, model: str) -> Any:
        """Words, their end and the usage."""
        ...

    def streamed(self, model: str) -> Any:
        """The same, and in how many pieces it came."""
        ...

    def tool(self, model: str, *, streamed: bool, thinking: bool = False) -> Any:
        """The calls, why the model stopped, and its words after the results; asked to think, its thoughts too."""
        ...

    def schema(self, model: str) -> Any:
        """The value of an answer that has to follow a schema."""
        ...

    def image(self, model: str) -> Any:
        """As plain, asked with a picture."""
        ...


def question(client: str) -> str:
    """The question, as this client asks it."""
    return str(ASKED["question"]).replace("CLIENT", client)


def usage(prompt: int | None, cached: int | None, out: int | None) -> dict[str, int | None]:
    """Tokens; `prompt` includes `cached`."""
    return {"prompt": prompt, "cached": cached, "out": out}


def heard_of_tools(calls: Any, stop: Any, text: Any, thoughts: Any = None) -> dict[str, Any]:
    """What a way tells of two turns with a tool."""
    return {"calls": calls, "stop": stop, "text": text, "thoughts": thoughts or None}


def result(call: dict[str, Any]) -> str:
    """What the tool says to a call's arguments."""
    return str(ASKED["results"][call["city"]])


def tell(client: str, make: Callable[[str], Ways]) -> None:
    """Ask in every scenario of every upstream."""
    ways = make(ASKED["key"])
    for upstream in ASKED["upstreams"]:
        for scenario, way in _scenarios(ways).items():
            _told(client, upstream, scenario, partial(way, f"{upstream}-{scenario}"))
    _told(client, "", "nobody", partial(ways.plain, "nobody"))
    _told(client, "", "wrong-key", lambda: make(ASKED["wrong_key"]).plain("chat-plain"))
    if hasattr(ways, "models"):
        _told(client, "", "models", ways.models)


def _scenarios(ways: Ways) -> dict[str, Callable[[str], Any]]:
    return {
        "plain": ways.plain,
        "streamed": ways.streamed,
        "tool": partial(ways.tool, streamed=False),
        "tools": partial(ways.tool, streamed=False),
        "tools-streamed": partial(ways.tool, streamed=True),
        "thinking": partial(ways.tool, streamed=False, thinking=True),
        "thinking-streamed": partial(ways.tool, streamed=True, thinking=True),
        "schema": ways.schema,
        "image": ways.image,
        **{name: ways.streamed if name.endswith("-streamed") else ways.plain for name in ASKED["failing"]},
    }


def _told(client: str, upstream: str, scenario: str, ask: Callable[[], Any]) -> None:
    try:
        heard = ask()
    except Exception as error:
        heard = {"error": type(error).__name__, "status": _status(error), "message": str(error)}
    print(json.dumps({"client": client, "upstream": upstream, "scenario": scenario, "heard": heard}), flush=True)


def _status(error: BaseException) -> int | None:
    """The status that an exception or its cause knows."""
    known = getattr(error, "status_code", None) or getattr(error, "code", None)
    return known or (_status(error.__cause__) if error.__cause__ else None)
