"""The words of Gemini generateContent, as tables: finish reasons, error statuses, thinking budgets.

Everything that is a choice rather than a shape stands here, so that it can be read and changed in one place. No
functions that build or read bodies. Reference: https://ai.google.dev/api/generate-content
"""

import re

from understudy.canon.faults import FaultKind
from understudy.canon.reply import StopReason
from understudy.dialects.spelling import Spelling
from understudy.dialects.stopping import word_for

NAME = "gemini"
# The tokens of what hosts put before the tools of a request: about what recorded counts leave over.
PREAMBLE = 16

STOP_OF_WORD = {
    "STOP": StopReason.STOP,
    "MAX_TOKENS": StopReason.LENGTH,
    "SAFETY": StopReason.REFUSAL,
    "RECITATION": StopReason.REFUSAL,
    "BLOCKLIST": StopReason.REFUSAL,
    "PROHIBITED_CONTENT": StopReason.REFUSAL,
    "SPII": StopReason.REFUSAL,
    "IMAGE_SAFETY": StopReason.REFUSAL,
    "IMAGE_PROHIBITED_CONTENT": StopReason.REFUSAL,
    "IMAGE_RECITATION": StopReason.REFUSAL,
    "MODEL_ARMOR": StopReason.REFUSAL,
}

WORD_OF_STOP = {
    StopReason.STOP: "STOP",
    StopReason.STOP_SEQUENCE: "STOP",
    StopReason.LENGTH: "MAX_TOKENS",
    StopReason.TOOL_CALLS: "STOP",
    StopReason.REFUSAL: "SAFETY",
    StopReason.PAUSE: "OTHER",
    StopReason.OTHER: "OTHER",
}

# Reasons that these words hide: the native one is told beside them.
HIDDEN = (StopReason.OTHER, StopReason.PAUSE)

# Callers that ask for enumerations as numbers get and send these; only the words that both hosts of this dialect
# number alike are here, others keep their number as the native word.
WORD_OF_NUMBER = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION", 5: "OTHER"}
NUMBER_OF_WORD = {word: number for number, word in WORD_OF_NUMBER.items()}


def finish_word(value: object) -> str | None:
    """A finish reason as a word, whether it was told as one or as a number; None where nothing was told."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return WORD_OF_NUMBER.get(value, str(value))
    return None


def stop_of(word: str | None, *, calls: bool) -> StopReason | None:
    """The reason that a finish word stands for: this dialect says STOP when it calls tools, too."""
    if word is None:
        return None
    reason = STOP_OF_WORD.get(word, StopReason.OTHER)
    return StopReason.TOOL_CALLS if calls and reason is StopReason.STOP else reason


def stop_word(reason: StopReason, native: str | None, *, own: bool, broken: bool, refused: bool = False) -> str:
    """The word for the caller; calls have none of their own here."""
    return word_for(WORD_OF_STOP, reason, native, own=own, calls=False, broken=broken, refused=refused)


# HTTP status and google.rpc code of each fault. This dialect has no 413 of its own: a body too large is a bad argument.
ERROR_OF_KIND = {
    FaultKind.BAD_REQUEST: (400, "INVALID_ARGUMENT"),
    FaultKind.AUTHENTICATION: (401, "UNAUTHENTICATED"),
    FaultKind.PERMISSION: (403, "PERMISSION_DENIED"),
    FaultKind.NOT_FOUND: (404, "NOT_FOUND"),
    FaultKind.TOO_LARGE: (400, "INVALID_ARGUMENT"),
    FaultKind.TOO_LONG: (400, "INVALID_ARGUMENT"),
    FaultKind.RATE_LIMITED: (429, "RESOURCE_EXHAUSTED"),
    FaultKind.BUDGET: (429, "RESOURCE_EXHAUSTED"),
    FaultKind.TIMEOUT: (504, "DEADLINE_EXCEEDED"),
    FaultKind.OVERLOADED: (503, "UNAVAILABLE"),
    FaultKind.UPSTREAM: (502, "INTERNAL"),
    FaultKind.UPSTREAM_INTERNAL: (500, "INTERNAL"),
    FaultKind.UPSTREAM_REFUSED: (401, "UNAUTHENTICATED"),
    FaultKind.TRUNCATED: (502, "INTERNAL"),
    FaultKind.UNAVAILABLE: (503, "UNAVAILABLE"),
    FaultKind.INTERNAL: (500, "INTERNAL"),
}

# Inside a stream the code is google.rpc's own, and an answer that broke off is one to ask for again.
STREAM_ERROR_OF_KIND = ERROR_OF_KIND | dict.fromkeys((FaultKind.UPSTREAM, FaultKind.TRUNCATED), (503, "UNAVAILABLE"))

# What a google.rpc code says where no HTTP status does: inside a stream, or in an error body sent with 200.
KIND_OF_ERROR = {
    "INVALID_ARGUMENT": FaultKind.BAD_REQUEST,
    "FAILED_PRECONDITION": FaultKind.BAD_REQUEST,
    "OUT_OF_RANGE": FaultKind.BAD_REQUEST,
    "UNAUTHENTICATED": FaultKind.UPSTREAM_REFUSED,
    "PERMISSION_DENIED": FaultKind.UPSTREAM_REFUSED,
    "NOT_FOUND": FaultKind.NOT_FOUND,
    "RESOURCE_EXHAUSTED": FaultKind.RATE_LIMITED,
    "DEADLINE_EXCEEDED": FaultKind.TIMEOUT,
    "UNAVAILABLE": FaultKind.OVERLOADED,
    "INTERNAL": FaultKind.UPSTREAM_INTERNAL,
}
# Google turns a bad key away with 400; its reason tells that the key was meant, not the request.
BAD_KEY = "API_KEY_INVALID"

# How many tokens an effort word of another dialect buys: Google's own table for its OpenAI-shaped surface
# (https://ai.google.dev/gemini-api/docs/openai). Models that think by level still take a budget.
BUDGET_OF_EFFORT = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}
LEVELS = ("minimal", "low", "medium", "high")
# A budget of this many tokens means: as much as the model finds right.
DYNAMIC = -1
MAX_STOPS = 5
# Names of functions that every host of this dialect takes.
TOOL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")
MAX_TEMPERATURE = 2.0

# How callers name what a translation is about. A signature is a part of its own in canon, so that no part's number
# holds.
SPELLING = Spelling(
    names={
        "thinking": "generationConfig.thinkingConfig",
        "thinking.budget_tokens": "generationConfig.thinkingConfig.thinkingBudget",
        "reasoning_effort": "generationConfig.thinkingConfig.thinkingLevel",
        "tool_choice": "toolConfig.functionCallingConfig",
        "response_format": "generationConfig.responseJsonSchema",
        "max_tokens": "generationConfig.maxOutputTokens",
        "temperature": "generationConfig.temperature",
        "top_p": "generationConfig.topP",
        "top_k": "generationConfig.topK",
        "stop": "generationConfig.stopSequences",
        "seed": "generationConfig.seed",
        "presence_penalty": "generationConfig.presencePenalty",
        "frequency_penalty": "generationConfig.frequencyPenalty",
        "logprobs": "generationConfig.responseLogprobs",
        "top_logprobs": "generationConfig.logprobs",
        "n": "generationConfig.candidateCount",
    },
    turns="contents",
    pieced=(),
    opening="systemInstruction",
    tool=None,
)
