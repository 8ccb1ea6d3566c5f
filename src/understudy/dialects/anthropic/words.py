"""The words of Anthropic Messages, as tables: stop reasons, error types, thinking budgets.

Everything that is a choice rather than a shape stands here, so that it can be read and changed in one place. No
functions that build or read bodies. Reference: https://docs.anthropic.com/en/api/messages
"""

from understudy.canon.faults import FaultKind
from understudy.canon.reply import StopReason
from understudy.dialects.spelling import Spelling
from understudy.dialects.stopping import word_for

NAME = "anthropic"
# The tokens of the instructions that hosts put before the tools of a request, as Anthropic documents for `auto`:
# https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview#pricing
PREAMBLE = 346

STOP_OF_WORD = {
    "end_turn": StopReason.STOP,
    "stop_sequence": StopReason.STOP_SEQUENCE,
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "tool_use": StopReason.TOOL_CALLS,
    "refusal": StopReason.REFUSAL,
    "pause_turn": StopReason.PAUSE,
}

# A word that no table knows is told as the plain end of a turn; the native word goes into the extension.
WORD_OF_STOP = {
    StopReason.STOP: "end_turn",
    StopReason.STOP_SEQUENCE: "stop_sequence",
    StopReason.LENGTH: "max_tokens",
    StopReason.TOOL_CALLS: "tool_use",
    StopReason.REFUSAL: "refusal",
    StopReason.PAUSE: "pause_turn",
    StopReason.OTHER: "end_turn",
}


def stop_of(word: str | None) -> StopReason | None:
    """The reason that a stop word stands for; None while no word was said."""
    return None if word is None else STOP_OF_WORD.get(word, StopReason.OTHER)


def stop_word(
    reason: StopReason, native: str | None, *, own: bool, calls: bool, broken: bool, refused: bool = False
) -> str:
    """The word for the caller."""
    return word_for(WORD_OF_STOP, reason, native, own=own, calls=calls, broken=broken, refused=refused)


# Type word and HTTP status of each fault. 529 is this dialect's own status for what others call 503.
ERROR_OF_KIND = {
    FaultKind.BAD_REQUEST: ("invalid_request_error", 400),
    FaultKind.AUTHENTICATION: ("authentication_error", 401),
    FaultKind.PERMISSION: ("permission_error", 403),
    FaultKind.NOT_FOUND: ("not_found_error", 404),
    FaultKind.TOO_LARGE: ("request_too_large", 413),
    FaultKind.TOO_LONG: ("invalid_request_error", 400),
    FaultKind.RATE_LIMITED: ("rate_limit_error", 429),
    FaultKind.BUDGET: ("rate_limit_error", 429),
    FaultKind.TIMEOUT: ("timeout_error", 504),
    FaultKind.OVERLOADED: ("overloaded_error", 529),
    FaultKind.UPSTREAM: ("api_error", 502),
    FaultKind.UPSTREAM_INTERNAL: ("api_error", 500),
    FaultKind.UPSTREAM_REFUSED: ("authentication_error", 401),
    FaultKind.TRUNCATED: ("api_error", 502),
    FaultKind.UNAVAILABLE: ("overloaded_error", 529),
    FaultKind.INTERNAL: ("api_error", 500),
}

# What an upstream's error type says where no status does: inside a stream, or in an error body sent with 200.
KIND_OF_ERROR = {
    "invalid_request_error": FaultKind.BAD_REQUEST,
    "authentication_error": FaultKind.UPSTREAM_REFUSED,
    "permission_error": FaultKind.UPSTREAM_REFUSED,
    "billing_error": FaultKind.UPSTREAM_REFUSED,
    "not_found_error": FaultKind.NOT_FOUND,
    "request_too_large": FaultKind.TOO_LARGE,
    "rate_limit_error": FaultKind.RATE_LIMITED,
    "timeout_error": FaultKind.TIMEOUT,
    "overloaded_error": FaultKind.OVERLOADED,
    "api_error": FaultKind.UPSTREAM_INTERNAL,
}

# How many tokens an effort word of another dialect buys. The budget must be at least MIN_BUDGET and below max_tokens;
# one that comes from a word takes at most four fifths of max_tokens, so that there is room for the answer.
MIN_BUDGET = 1024
BUDGET_OF_EFFORT = {
    "minimal": 1024,
    "low": 2048,
    "medium": 8192,
    "high": 16384,
    "xhigh": 32768,
    "max": 32768,
}
DEFAULT_EFFORT = "medium"
# The effort words that go with adaptive thinking as they are.
EFFORTS = ("low", "medium", "high", "xhigh", "max")

# How callers name what a translation is about.
SPELLING = Spelling(
    names={
        "reasoning_effort": "output_config.effort",
        "parallel_tools": "tool_choice.disable_parallel_tool_use",
        "response_format": "output_config.format",
        "stop": "stop_sequences",
        "user": "metadata.user_id",
    },
    opening="system",
    apart="system",
    dotted=True,
)
