"""The words of OpenAI Chat Completions, as tables: finish words and formats of seals.

Everything that is a choice rather than a shape stands here, so that it can be read and changed in one place. No
functions that build or read bodies. Reference: https://platform.openai.com/docs/api-reference/chat
"""

from understudy.canon.reply import StopReason
from understudy.dialects.openai_fields import SAFETY
from understudy.dialects.spelling import Spelling

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

# Reasons that these words hide: the native one is told beside them.
HIDDEN = (StopReason.OTHER, StopReason.PAUSE)

# Where an aggregator tells its own provider's word too, these say that the answer was cut off.
NATIVE_LENGTH = ("length", "max_output_tokens", "max_tokens", "MAX_TOKENS")


def belied(reason: StopReason | None, native: str | None) -> bool:
    """Whether an answer's own word says that tools are to be run, which cut arguments show to be wrong."""
    return reason is StopReason.LENGTH and stop_of(native) is StopReason.TOOL_CALLS


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

# How callers name what a translation is about.
SPELLING = Spelling(
    names={
        "thinking": "reasoning_effort",
        "thinking.budget_tokens": "reasoning_effort",
        "parallel_tools": "parallel_tool_calls",
    },
    said={"user": SAFETY},
    pieced=("system", "developer", "user"),
    tool="function",
)
