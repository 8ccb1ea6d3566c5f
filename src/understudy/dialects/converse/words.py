"""The words of Bedrock's Converse, as tables: stop reasons, exceptions, formats of media, limits.

Everything that is a choice rather than a shape stands here, so that it can be read and changed in one place. No
functions that build or read bodies. Reference:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from understudy.canon.faults import FaultKind
from understudy.canon.reply import StopReason
from understudy.dialects.media import SOUND_OF_TYPE
from understudy.dialects.spelling import Spelling
from understudy.dialects.stopping import word_for

NAME = "converse"
# The tokens of the instructions that hosts put before the tools of a request: what Claude has there.
PREAMBLE = 346
# Claude is the one that signs its reasoning here, and its seals hold wherever it is served.
SIGNER = "anthropic"
MAX_TEMPERATURE = 1

STOP_OF_WORD = {
    "end_turn": StopReason.STOP,
    "stop_sequence": StopReason.STOP_SEQUENCE,
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "tool_use": StopReason.TOOL_CALLS,
    "guardrail_intervened": StopReason.REFUSAL,
    "content_filtered": StopReason.REFUSAL,
}
WORD_OF_STOP = {
    StopReason.STOP: "end_turn",
    StopReason.STOP_SEQUENCE: "stop_sequence",
    StopReason.LENGTH: "max_tokens",
    StopReason.TOOL_CALLS: "tool_use",
    StopReason.REFUSAL: "content_filtered",
    StopReason.PAUSE: "end_turn",
    StopReason.OTHER: "end_turn",
}
# Reasons that these words hide: the native one is told beside them.
HIDDEN = (StopReason.OTHER, StopReason.PAUSE)


# Reasons that give way to calls.
CALLED = (StopReason.STOP, StopReason.OTHER)


def stop_of(word: str | None) -> StopReason | None:
    """The reason that a word stands for; None while none was said."""
    return None if word is None else STOP_OF_WORD.get(word, StopReason.OTHER)


def stop_word(
    reason: StopReason, native: str | None, *, own: bool, calls: bool, broken: bool, refused: bool = False
) -> str:
    """The word for the caller; there is none for an odd reason, so that calls stand before it."""
    return word_for(WORD_OF_STOP, reason, native, own=own, calls=calls, broken=broken, refused=refused, called=CALLED)


# Exception and HTTP status of each fault.
ERROR_OF_KIND = {
    FaultKind.BAD_REQUEST: ("ValidationException", 400),
    FaultKind.AUTHENTICATION: ("UnrecognizedClientException", 403),
    FaultKind.PERMISSION: ("AccessDeniedException", 403),
    FaultKind.NOT_FOUND: ("ResourceNotFoundException", 404),
    FaultKind.TOO_LARGE: ("ValidationException", 400),
    FaultKind.TOO_LONG: ("ValidationException", 400),
    FaultKind.RATE_LIMITED: ("ThrottlingException", 429),
    FaultKind.BUDGET: ("ThrottlingException", 429),
    FaultKind.TIMEOUT: ("ModelTimeoutException", 408),
    FaultKind.OVERLOADED: ("ServiceUnavailableException", 503),
    FaultKind.UPSTREAM: ("ModelErrorException", 424),
    FaultKind.UPSTREAM_INTERNAL: ("InternalServerException", 500),
    FaultKind.UPSTREAM_REFUSED: ("AccessDeniedException", 403),
    FaultKind.TRUNCATED: ("ModelErrorException", 424),
    FaultKind.UNAVAILABLE: ("ServiceUnavailableException", 503),
    FaultKind.INTERNAL: ("InternalServerException", 500),
}
# What an upstream's exception says inside a stream, where no status does.
KIND_OF_ERROR = {
    "validationexception": FaultKind.BAD_REQUEST,
    "unrecognizedclientexception": FaultKind.UPSTREAM_REFUSED,
    "accessdeniedexception": FaultKind.UPSTREAM_REFUSED,
    "expiredtokenexception": FaultKind.UPSTREAM_REFUSED,
    "resourcenotfoundexception": FaultKind.NOT_FOUND,
    "throttlingexception": FaultKind.RATE_LIMITED,
    "modeltimeoutexception": FaultKind.TIMEOUT,
    "serviceunavailableexception": FaultKind.OVERLOADED,
    "modelnotreadyexception": FaultKind.OVERLOADED,
    "internalserverexception": FaultKind.UPSTREAM_INTERNAL,
}
# The exceptions that a stream can hold; every other fault is one of the model's stream.
STREAM_ERROR_OF_KIND = {
    FaultKind.BAD_REQUEST: "validationException",
    FaultKind.TOO_LONG: "validationException",
    FaultKind.RATE_LIMITED: "throttlingException",
    FaultKind.OVERLOADED: "serviceUnavailableException",
    FaultKind.UNAVAILABLE: "serviceUnavailableException",
    FaultKind.UPSTREAM_INTERNAL: "internalServerException",
    FaultKind.INTERNAL: "internalServerException",
}
STREAM_ERROR = "modelStreamErrorException"

# Formats of media by their types.
FORMAT_OF_IMAGE = {f"image/{form}": form for form in ("png", "jpeg", "gif", "webp")}
FORMAT_OF_DOCUMENT = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
FORMAT_OF_AUDIO = {
    **SOUND_OF_TYPE,
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/mp4": "mp4",
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/webm": "webm",
}
IMAGE_OF_FORMAT = {form: kind for kind, form in FORMAT_OF_IMAGE.items()}
DOCUMENT_OF_FORMAT = {form: kind for kind, form in FORMAT_OF_DOCUMENT.items()}
# Of several types for one form the first is the one to read.
AUDIO_OF_FORMAT = {form: kind for kind, form in reversed(FORMAT_OF_AUDIO.items())}

# How callers name what a translation is about.
SPELLING = Spelling(
    names={
        "thinking": "additionalModelRequestFields.reasoning_config",
        "thinking.budget_tokens": "additionalModelRequestFields.reasoning_config.budget_tokens",
        "tools": "toolConfig.tools",
        "tool_choice": "toolConfig.toolChoice",
        "response_format": "outputConfig.textFormat",
        "max_tokens": "inferenceConfig.maxTokens",
        "temperature": "inferenceConfig.temperature",
        "top_p": "inferenceConfig.topP",
        "stop": "inferenceConfig.stopSequences",
    },
    opening="system",
    dotted=True,
    tool="toolSpec",
)
