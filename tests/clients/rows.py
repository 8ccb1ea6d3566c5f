"""The clients: where each runs, whose words it uses for why an answer stopped, and what it raises for which status."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.clients.said import Dialect

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
    # What it is told where an upstream answered another.
    statuses: Mapping[int, int] = field(default_factory=lambda: {529: 503})
    # What this client has no way to ask for or to tell.
    without: frozenset[str] = field(default_factory=frozenset)
    # The upstream dialects whose makers' seals it sends back, and whether it can ask for thinking at all.
    seals: frozenset[Dialect] = field(default_factory=frozenset)
    thinks: bool = True


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


_GOOGLE = {**_every("ClientError"), 500: "ServerError", 503: "ServerError"}
_NO_LIST = frozenset({"models"})
# An upstream that is overloaded: a 529 for callers of Messages, a 503 for all others.
_AS_529 = {503: 529}
_AS_503 = {529: 503}
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

# Gemini and Converse have room for their own maker's seals alone; Responses and Messages, and Chat where a client keeps
# fields that it does not know, carry everybody's.
_ALL: frozenset[Dialect] = frozenset({"responses", "messages", "gemini"})
_NONE: frozenset[Dialect] = frozenset()
_CLAUDES: frozenset[Dialect] = frozenset({"messages"})
_GEMINIS: frozenset[Dialect] = frozenset({"gemini"})
_BLIND = frozenset({"models", "thoughts"})

# What runs where the tests run.
SDKS = (
    Client("openai-chat", "own", "openai_sdk", "stop", "tool_calls", _OPENAI, seals=_ALL),
    Client("openai-responses", "own", "openai_sdk", "completed", "completed", _OPENAI, seals=_ALL),
    Client("anthropic", "own", "anthropic_sdk", "end_turn", "tool_use", _ANTHROPIC, _AS_529, seals=_ALL),
    Client("google", "own", "google_sdk", "STOP", "STOP", _GOOGLE, seals=_GEMINIS),
    Client(
        "llama",
        "own",
        "llama_sdk",
        "stop",
        "tool_calls",
        _OPENAI,
        without=frozenset({"cached", "thoughts"}),
        thinks=False,
    ),
    # A key that is not let in is a 403 there.
    Client("aws", "own", "aws_sdk", "end_turn", "tool_use", _AWS, {401: 403, 529: 503}, _NO_LIST, _CLAUDES),
)

# What has an environment of its own.
OTHERS = (
    Client("openai-js-chat", "npm", "openai", "stop", "tool_calls", _OPENAI, seals=_ALL),
    Client("openai-js-responses", "npm", "openai", "completed", "completed", _OPENAI, seals=_ALL),
    Client("anthropic-js", "npm", "anthropic", "end_turn", "tool_use", _ANTHROPIC, _AS_529, seals=_ALL),
    Client("google-js", "npm", "google", "STOP", "STOP", _every("ApiError"), seals=_GEMINIS),
    *(
        Client(f"ai-{name}", "npm", "ai", "stop", "tool-calls", _every("APICallError"), statuses, without, seals)
        for name, statuses, without, seals in (
            ("responses", _AS_503, _NO_LIST, _ALL),
            ("chat", _AS_503, _BLIND, _NONE),
            ("anthropic", _AS_529, _NO_LIST, _ALL),
            ("google", _AS_503, _NO_LIST, _GEMINIS),
        )
    ),
    *(
        Client(f"langchain-{name}", "langchain", "langchain", stop, tools, errors, statuses, without, seals)
        for name, stop, tools, errors, statuses, without, seals in (
            ("openai-chat", "stop", "tool_calls", _langchain("OpenAI"), _AS_503, _BLIND, _NONE),
            ("openai-responses", "completed", "completed", _langchain("OpenAI"), _AS_503, _NO_LIST, _ALL),
            (
                "anthropic",
                "end_turn",
                "tool_use",
                _langchain("Anthropic", "OverloadedError"),
                _AS_529,
                _NO_LIST,
                _ALL,
            ),
            ("google", "STOP", "STOP", _langchain("Google"), _AS_503, _NO_LIST, _GEMINIS),
        )
    ),
    *(
        Client(f"pydantic-ai-{name}", "pydantic-ai", "pydantic_ai", "stop", tools, errors, statuses, _NO_LIST, seals)
        for name, tools, errors, statuses, seals in (
            ("openai-chat", "tool_call", _pydantic_ai(), _AS_503, _NONE),
            ("openai-responses", "stop", _pydantic_ai(), _AS_503, _ALL),
            ("anthropic", "tool_call", _pydantic_ai(), _AS_529, _ALL),
            ("google", "stop", _pydantic_ai("ModelUnavailableError"), _AS_503, _GEMINIS),
        )
    ),
    *(
        Client(f"litellm-{name}", "litellm", "litellm", "stop", "tool_calls", errors, statuses, without, seals, thinks)
        for name, errors, statuses, without, seals, thinks in (
            ("openai", _LITELLM, _AS_503, _NO_LIST, _NONE, True),
            # It knows no 529 and makes a 500 of it.
            ("anthropic", _LITELLM, {503: 500, 529: 500}, _NO_LIST, _ALL, True),
            # It opens a stream of Gemini at the first read, and takes this status there for a break in the middle.
            (
                "gemini",
                {**_LITELLM, "status-429-streamed": "MidStreamFallbackError"},
                _AS_503,
                _NO_LIST,
                _GEMINIS,
                True,
            ),
            ("meta-llama", _LITELLM, _AS_503, _NO_LIST, _NONE, False),
        )
    ),
)
