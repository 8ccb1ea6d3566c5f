"""The words of OpenAI Responses, as tables: statuses, kinds of items, limits, the words that remember a spelling.

Everything that is a choice rather than a shape stands here, so that it can be read and changed in one place. No
functions that build or read bodies. Reference: https://platform.openai.com/docs/api-reference/responses
"""

from understudy.canon.reply import StopReason
from understudy.dialects.openai_fields import SAFETY
from understudy.dialects.spelling import Spelling

NAME = "openai_responses"
# The tokens of what hosts put before the tools of a request: about what recorded counts leave over.
PREAMBLE = 16

# The least that `max_output_tokens` may be, and the longest id of a call that is taken.
MIN_TOKENS = 16
MAX_CALL_ID = 64
# The field of `include` that asks for the seals of reasoning.
SEALS = "reasoning.encrypted_content"
# Where a conversation may stand beside `input`: kept from an earlier answer, or in a template.
PREVIOUS = "previous_response_id"
ELSEWHERE = (PREVIOUS, "conversation", "prompt")

COMPLETED, INCOMPLETE, FAILED, IN_PROGRESS = "completed", "incomplete", "failed", "in_progress"
REASON_OF_STOP = {StopReason.LENGTH: "max_output_tokens", StopReason.REFUSAL: "content_filter"}
STOP_OF_REASON = {reason: stop for stop, reason in REASON_OF_STOP.items()}
# Reasons that a status hides: the native word is told beside it.
HIDDEN = (StopReason.OTHER, StopReason.PAUSE)

# Words of `Request.spelling`: the instructions stood in a field of their own; the answer is not to be kept; a
# function stood in a namespace (`namespace:["FLAT", "SPACE", "NAME"]`).
INSTRUCTIONS = "instructions"
UNSTORED = "unstored"
NAMESPACE = "namespace:"
# An item of the conversation that declares tools, beside those of the request.
ADDITIONAL_TOOLS = "additional_tools"


def stop_of(status: str | None, reason: str | None, *, calls: bool) -> StopReason | None:
    """Why an answer of this status stopped; None while it has not."""
    if status == COMPLETED:
        return StopReason.TOOL_CALLS if calls else StopReason.STOP
    if status == INCOMPLETE:
        return STOP_OF_REASON.get(reason or "", StopReason.OTHER)
    return None


def status_of(stop: StopReason | None) -> str:
    """The status of an answer that stopped so."""
    if stop is None:
        return IN_PROGRESS
    return INCOMPLETE if stop in REASON_OF_STOP else COMPLETED


# How callers name what a translation is about. Items that follow one another are one turn, so that no number holds.
SPELLING = Spelling(
    names={
        "thinking": "reasoning",
        "reasoning_effort": "reasoning.effort",
        "thinking.budget_tokens": "reasoning.effort",
        "parallel_tools": "parallel_tool_calls",
        "response_format": "text.format",
        "max_tokens": "max_output_tokens",
    },
    said={"user": SAFETY},
    turns="input",
    numbered=False,
    pieced=(),
    opening="instructions",
    apart=INSTRUCTIONS,
)
