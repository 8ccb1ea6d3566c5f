"""The clients: where each runs, whose words it uses for why an answer stopped, and what it raises for which status."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_OPENAI = {
    400: "BadRequestError",
    401: "AuthenticationError",
    404: "NotFoundError",
    429: "RateLimitError",
    500: "InternalServerError",
    503: "InternalServerError",
}
_ANTHROPIC = {**_OPENAI, 529: "OverloadedError"}
_STATUSES = (400, 401, 404, 429, 500, 503, 529)


@dataclass(frozen=True)
class Client:
    """One client. `stop` and `tools` are its words for an answer that is whole, and for one that waits for tools."""

    name: str
    environment: str
    program: str
    stop: str
    tools: str
    errors: Mapping[int, str]
    # The status of an upstream that is overloaded: 529 in Messages alone.
    overloaded: int = 503
    # What this client has no way to ask for or to tell.
    without: frozenset[str] = field(default_factory=frozenset)


def _every(name: str) -> dict[int, str]:
    return dict.fromkeys(_STATUSES, name)


NPM = (
    Client("openai-js-chat", "npm", "openai", "stop", "tool_calls", _OPENAI),
    Client("openai-js-responses", "npm", "openai", "completed", "completed", _OPENAI),
    Client("anthropic-js", "npm", "anthropic", "end_turn", "tool_use", _ANTHROPIC, 529),
    Client("google-js", "npm", "google", "STOP", "STOP", _every("ApiError")),
    *(
        Client(name, "npm", "ai", "stop", "tool-calls", _every("APICallError"), overloaded, frozenset({"models"}))
        for name, overloaded in (("ai-responses", 503), ("ai-chat", 503), ("ai-anthropic", 529), ("ai-google", 503))
    ),
)
CLIENTS = NPM
