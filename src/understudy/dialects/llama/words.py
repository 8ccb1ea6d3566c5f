"""The words of the Llama API's own shape, as tables: stop reasons, metrics, what it takes.

Everything that is a choice rather than a shape stands here, so that it can be read and changed in one place. No
functions that build or read bodies. The hosted service was retired on 2026-07-06; the shapes are those of its SDK's
types (llama-api-client 0.6.0). Reference: https://github.com/meta-llama/llama-api-python
"""

from understudy.canon.reply import StopReason
from understudy.dialects.spelling import Spelling
from understudy.dialects.stopping import word_for

NAME = "llama"
# What its callers write before the version.
HOME = "/llama"
MAX_TEMPERATURE = 1

STOP_OF_WORD = {
    "stop": StopReason.STOP,
    "length": StopReason.LENGTH,
    "tool_calls": StopReason.TOOL_CALLS,
}
# This dialect has three words; the reason behind a plain stop is told in the extension.
WORD_OF_STOP = {
    StopReason.STOP: "stop",
    StopReason.STOP_SEQUENCE: "stop",
    StopReason.LENGTH: "length",
    StopReason.TOOL_CALLS: "tool_calls",
    StopReason.REFUSAL: "stop",
    StopReason.PAUSE: "stop",
    StopReason.OTHER: "stop",
}
HIDDEN = (StopReason.OTHER, StopReason.PAUSE, StopReason.REFUSAL)

# The counts of an answer, among its metrics.
PROMPT, COMPLETION, TOTAL = "num_prompt_tokens", "num_completion_tokens", "num_total_tokens"


# Reasons that give way to calls.
CALLED = (StopReason.STOP, StopReason.OTHER)


def stop_of(word: str | None) -> StopReason | None:
    """The reason that a word stands for; None while none was said."""
    return None if word is None else STOP_OF_WORD.get(word, StopReason.OTHER)


def stop_word(reason: StopReason, native: str | None, *, own: bool, calls: bool, broken: bool) -> str:
    """The word for the caller; there is none for an odd reason, so that calls stand before it."""
    return word_for(WORD_OF_STOP, reason, native, own=own, calls=calls, broken=broken, called=CALLED)


# How callers name what a translation is about.
SPELLING = Spelling(names={"max_tokens": "max_completion_tokens"}, pieced=("system", "user"), tool="function")
