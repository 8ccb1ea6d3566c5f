"""The clients: where each runs, whose words it uses for why an answer stopped, and what it raises for which status."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_OPENAI: dict[int | str, str] = {
    400: "BadRequestError",
    401: "AuthenticationError",
    404: "NotFoundError",
    429: "RateLimitError",
    500: "InternalServerError",
    503: "InternalServerError",
}
_ANTHROPIC: dict[int | str, str] = {**_OPENAI, 529: "OverloadedError"}
_STATUSES = (400, 401, 404, 429, 500, 503, 529)


@dataclass(frozen=True)
class Client:
    """One client. `stop` and `tools` are its words for an answer that is whole, and for one that waits for tools."""

    name: str
    environment: str
    program: str
    stop: str
    tools: str
    # By status, and by scenario where one is told otherwise.
    errors: Mapping[int | str, str]
    # The status of an upstream that is overloaded: 529 in Messages alone.
    overloaded: int = 503
    # What this client has no way to ask for or to tell.
    without: frozenset[str] = field(default_factory=frozenset)


def _every(name: str) -> dict[int | str, str]:
    return dict.fromkeys(_STATUSES, name)


def _langchain(maker: str, overloaded: str = "APIError") -> dict[int | str, str]:
    words = {
        400: "InvalidRequestError",
        401: "AuthenticationError",
        404: "ModelNotFoundError",
        429: "RateLimitError",
        500: "APIError",
        503: overloaded,
        529: overloaded,
    }
    return {status: maker + word for status, word in words.items()}


def _pydantic_ai(overloaded: str = "ModelOverloadedError") -> dict[int | str, str]:
    return {
        400: "ModelRequestRejectedError",
        401: "ModelAuthenticationError",
        404: "ModelNotFoundError",
        429: "ModelRateLimitError",
        500: "ModelServerError",
        503: overloaded,
        529: overloaded,
    }


_NO_LIST = frozenset({"models"})
_LITELLM: dict[int | str, str] = {**_OPENAI, 503: "ServiceUnavailableError"}
CLIENTS = (
    Client("openai-js-chat", "npm", "openai", "stop", "tool_calls", _OPENAI),
    Client("openai-js-responses", "npm", "openai", "completed", "completed", _OPENAI),
    Client("anthropic-js", "npm", "anthropic", "end_turn", "tool_use", _ANTHROPIC, 529),
    Client("google-js", "npm", "google", "STOP", "STOP", _every("ApiError")),
    *(
        Client(f"ai-{name}", "npm", "ai", "stop", "tool-calls", _every("APICallError"), overloaded, _NO_LIST)
        for name, overloaded in (("responses", 503), ("chat", 503), ("anthropic", 529), ("google", 503))
    ),
    *(
        Client(f"langchain-{name}", "langchain", "langchain", stop, tools, errors, overloaded, _NO_LIST)
        for name, stop, tools, errors, overloaded in (
            ("openai-chat", "stop", "tool_calls", _langchain("OpenAI"), 503),
            ("openai-responses", "completed", "completed", _langchain("OpenAI"), 503),
            ("anthropic", "end_turn", "tool_use", _langchain("Anthropic", "OverloadedError"), 529),
            ("google", "STOP", "STOP", _langchain("Google"), 503),
        )
    ),
    *(
        Client(f"pydantic-ai-{name}", "pydantic-ai", "pydantic_ai", "stop", tools, errors, overloaded, _NO_LIST)
        for name, tools, errors, overloaded in (
            ("openai-chat", "tool_call", _pydantic_ai(), 503),
            ("openai-responses", "stop", _pydantic_ai(), 503),
            ("anthropic", "tool_call", _pydantic_ai(), 529),
            ("google", "stop", _pydantic_ai("ModelUnavailableError"), 503),
        )
    ),
    *(
        Client(f"litellm-{name}", "litellm", "litellm", "stop", "tool_calls", errors, overloaded, _NO_LIST)
        for name, errors, overloaded in (
            ("openai", _LITELLM, 503),
            # It knows no 529 and makes a 500 of it.
            ("anthropic", _LITELLM, 500),
            # It opens a stream of Gemini at the first read, and takes this status there for a break in the middle.
            ("gemini", {**_LITELLM, "status-429-streamed": "MidStreamFallbackError"}, 503),
            ("meta-llama", _LITELLM, 503),
        )
    ),
)
