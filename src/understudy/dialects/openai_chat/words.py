"""The words of OpenAI Chat Completions, as tables: finish words, error types, efforts, formats of seals.

Everything that is a choice rather than a shape stands here, so that it can be read and changed in one place. No
functions that build or read bodies. Reference: https://platform.openai.com/docs/api-reference/chat
"""

from understudy.canon.faults import FaultKind
from understudy.canon.reply import StopReason

NAME = "openai_chat"

STOP_OF_WORD = {
    "stop": StopReason.STOP,
    # Some hosts tell the token that ended the text.
    "eos": StopReason.STOP,
    "length": StopReason.LENGTH,
    "tool_calls": StopReason.TOOL_CALLS,
    "function_call": StopReason.TOOL_CALLS,
    "content_filter": StopReason.REFUSAL,
}

# A word that no table knows is told as the plain end of a turn; the native word goes into the extension.
WORD_OF_STOP = {
    StopReason.STOP: "stop",
    StopReason.STOP_SEQUENCE: "stop",
    StopReason.LENGTH: "length",
    StopReason.TOOL_CALLS: "tool_calls",
    StopReason.REFUSAL: "content_filter",
    StopReason.PAUSE: "stop",
    StopReason.OTHER: "stop",
}

# Where an aggregator tells its own provider's word too, these say that the answer was cut off.
NATIVE_LENGTH = ("length", "max_output_tokens", "max_tokens", "MAX_TOKENS")


def stop_of(word: str | None) -> StopReason | None:
    """The reason that a finish word stands for; None while no word was said. The empty word is one of no known kind."""
    return None if word is None else STOP_OF_WORD.get(word, StopReason.OTHER)


def stop_word(reason: StopReason, native: str | None, *, own: bool, calls: bool) -> str:
    """The word for the caller; an upstream of this dialect keeps its own, and calls make a plain stop `tool_calls`."""
    if own and native:
        return native
    if calls and reason in (StopReason.STOP, StopReason.OTHER):
        return WORD_OF_STOP[StopReason.TOOL_CALLS]
    return WORD_OF_STOP[reason]


# Type word and HTTP status of each fault. This dialect has no 529: an overload is a 503.
ERROR_OF_KIND = {
    FaultKind.BAD_REQUEST: ("invalid_request_error", 400),
    FaultKind.AUTHENTICATION: ("authentication_error", 401),
    FaultKind.PERMISSION: ("permission_error", 403),
    FaultKind.NOT_FOUND: ("not_found_error", 404),
    FaultKind.TOO_LARGE: ("invalid_request_error", 413),
    FaultKind.RATE_LIMITED: ("rate_limit_error", 429),
    FaultKind.TIMEOUT: ("timeout", 504),
    FaultKind.OVERLOADED: ("overloaded_error", 503),
    FaultKind.UPSTREAM: ("upstream_error", 502),
    FaultKind.UPSTREAM_INTERNAL: ("server_error", 500),
    FaultKind.UPSTREAM_REFUSED: ("authentication_error", 401),
    FaultKind.TRUNCATED: ("upstream_error", 502),
    FaultKind.UNAVAILABLE: ("overloaded_error", 503),
    FaultKind.INTERNAL: ("server_error", 500),
}

# What an upstream's error word says where no status does: inside a stream, or in an error body sent with 200.
KIND_OF_ERROR = {
    "invalid_request_error": FaultKind.BAD_REQUEST,
    "context_length_exceeded": FaultKind.BAD_REQUEST,
    "authentication_error": FaultKind.UPSTREAM_REFUSED,
    "invalid_api_key": FaultKind.UPSTREAM_REFUSED,
    "permission_error": FaultKind.UPSTREAM_REFUSED,
    "insufficient_quota": FaultKind.RATE_LIMITED,
    "not_found_error": FaultKind.NOT_FOUND,
    "model_not_found": FaultKind.NOT_FOUND,
    "rate_limit_error": FaultKind.RATE_LIMITED,
    "rate_limit_exceeded": FaultKind.RATE_LIMITED,
    "RESOURCE_EXHAUSTED": FaultKind.RATE_LIMITED,
    "timeout": FaultKind.TIMEOUT,
    "overloaded_error": FaultKind.OVERLOADED,
    "UNAVAILABLE": FaultKind.OVERLOADED,
    "server_error": FaultKind.UPSTREAM_INTERNAL,
    "api_error": FaultKind.UPSTREAM_INTERNAL,
    "internal_server_error": FaultKind.UPSTREAM_INTERNAL,
    "INTERNAL": FaultKind.UPSTREAM_INTERNAL,
}

# The effort word that a thinking budget of another dialect buys: the first row whose bound the budget does not pass.
EFFORT_OF_BUDGET = ((1024, "minimal"), (4096, "low"), (12288, "medium"))
MOST_EFFORT = "high"
DEFAULT_EFFORT = "medium"
NO_EFFORT = "none"
EFFORTS = (NO_EFFORT, "minimal", "low", "medium", "high", "xhigh")


def effort_of(budget_tokens: int) -> str:
    """The effort word for a budget in tokens; 0 asks for no thinking."""
    if budget_tokens <= 0:
        return NO_EFFORT
    return next((word for bound, word in EFFORT_OF_BUDGET if budget_tokens <= bound), MOST_EFFORT)


# Whose seal a `format` of `reasoning_details` names. Clients know these words from aggregators; a maker without a row
# is named by its own name.
MAKER_OF_FORMAT = {
    "anthropic-claude-v1": "anthropic",
    "google-gemini-v1": "gemini",
    "openai-responses-v1": "openai_responses",
}
FORMAT_OF_MAKER = {maker: form for form, maker in MAKER_OF_FORMAT.items()}
# A format that says that nobody knows.
UNKNOWN_FORMAT = "unknown"
