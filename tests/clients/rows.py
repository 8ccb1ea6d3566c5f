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
_GOOGLE: dict[int | str, str] = {500: "ServerError", 503: "ServerError"}
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
    # What it is told where an upstream answered another: 529 is known in Messages alone.
    statuses: Mapping[int, int] = field(default_factory=lambda: {529: 503})
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
# Callers of Messages are told what happened.
_SAME: dict[int, int] = {}
_ELSE = {529: 503}
_LITELLM: dict[int | str, str] = {**_OPENAI, 503: "ServiceUnavailableError"}
_AWS: dict[int | str, str] = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
    # No class of this service's; its code is UnrecognizedClientException.
    "wrong-key": "ClientError",
}

# What runs where the tests run.
SDKS = (
    Client("openai-chat", "own", "openai_sdk", "stop", "tool_calls", _OPENAI),
    Client("openai-responses", "own", "openai_sdk", "completed", "completed", _OPENAI),
    Client("anthropic", "own", "anthropic_sdk", "end_turn", "tool_use", _ANTHROPIC, _SAME),
    Client("google", "own", "google_sdk", "STOP", "STOP", {**_every("ClientError"), **_GOOGLE}),
    Client("llama", "own", "llama_sdk", "stop", "tool_calls", _OPENAI, without=frozenset({"cached"})),
    # A key that is not let in is a 403 there.
    Client("aws", "own", "aws_sdk", "end_turn", "tool_use", _AWS, {401: 403, 529: 503}, _NO_LIST),
)

# What has an environment of its own.
OTHERS = (
    Client("openai-js-chat", "npm", "openai", "stop", "tool_calls", _OPENAI),
    Client("openai-js-responses", "npm", "openai", "completed", "completed", _OPENAI),
    Client("anthropic-js", "npm", "anthropic", "end_turn", "tool_use", _ANTHROPIC, _SAME),
    Client("google-js", "npm", "google", "STOP", "STOP", _every("ApiError")),
    *(
        Client(f"ai-{name}", "npm", "ai", "stop", "tool-calls", _every("APICallError"), statuses, _NO_LIST)
        for name, statuses in (("responses", _ELSE), ("chat", _ELSE), ("anthropic", _SAME), ("google", _ELSE))
    ),
    *(
        Client(f"langchain-{name}", "langchain", "langchain", stop, tools, errors, statuses, _NO_LIST)
        for name, stop, tools, errors, statuses in (
            ("openai-chat", "stop", "tool_calls", _langchain("OpenAI"), _ELSE),
            ("openai-responses", "completed", "completed", _langchain("OpenAI"), _ELSE),
            ("anthropic", "end_turn", "tool_use", _langchain("Anthropic", "OverloadedError"), _SAME),
            ("google", "STOP", "STOP", _langchain("Google"), _ELSE),
        )
    ),
    *(
        Client(f"pydantic-ai-{name}", "pydantic-ai", "pydantic_ai", "stop", tools, errors, statuses, _NO_LIST)
        for name, tools, errors, statuses in (
            ("openai-chat", "tool_call", _pydantic_ai(), _ELSE),
            ("openai-responses", "stop", _pydantic_ai(), _ELSE),
            ("anthropic", "tool_call", _pydantic_ai(), _SAME),
            ("google", "stop", _pydantic_ai("ModelUnavailableError"), _ELSE),
        )
    ),
    *(
        Client(f"litellm-{name}", "litellm", "litellm", "stop", "tool_calls", errors, statuses, _NO_LIST)
        for name, errors, statuses in (
            ("openai", _LITELLM, _ELSE),
            # It knows no 529 and makes a 500 of it.
            ("anthropic", _LITELLM, {529: 500}),
            # It opens a stream of Gemini at the first read, and takes this status there for a break in the middle.
            ("gemini", {**_LITELLM, "status-429-streamed": "MidStreamFallbackError"}, _ELSE),
            ("meta-llama", _LITELLM, _ELSE),
        )
    ),
)
