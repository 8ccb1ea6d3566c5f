"""W12: a prompt that is too long is known from every host's words, and told in the words of the caller's dialect."""

import json
from typing import Any

import pytest

from understudy.canon.faults import Fault, FaultKind
from understudy.dialects.anthropic import DIALECT as MESSAGES
from understudy.dialects.contract import Dialect
from understudy.dialects.converse import DIALECT as CONVERSE
from understudy.dialects.gemini import DIALECT as GEMINI
from understudy.dialects.llama import DIALECT as LLAMA
from understudy.dialects.openai_chat import DIALECT as CHAT
from understudy.dialects.openai_responses import DIALECT as RESPONSES
from understudy.dialects.overflow import narrowed, worded

COUNTED = [
    (MESSAGES, {"type": "invalid_request_error"}, "prompt is too long: 9 tokens > 5 maximum"),
    (CHAT, {}, "This model's maximum context length is 5 tokens. However, your messages resulted in 9 tokens."),
    (CHAT, {}, "This endpoint's maximum context length is 5 tokens. However, you requested about 9 tokens"),
    (CHAT, {"code": 400}, "request (9 tokens) exceeds the available context size (5 tokens), try increasing it"),
    (GEMINI, {"code": 400}, "The input token count (9) exceeds the maximum number of tokens allowed (5)."),
]
SAID = [
    (RESPONSES, {"code": "context_length_exceeded"}, "Your input exceeds the context window of this model."),
    (CHAT, {"code": "context_length_exceeded"}, "No room."),
    (CHAT, {"code": None}, "prompt too long; exceeded max context length by 7 tokens"),
    (CHAT, {"code": 400}, "The total length of all messages is too long."),
    (CONVERSE, {}, "Input Tokens Exceeded: Number of input tokens exceeds maximum length."),
    (CONVERSE, {}, "Input is too long for requested model."),
]


def heard(host: Dialect, about: dict[str, Any], message: str) -> Fault:
    """The fault that a host's error body is read as."""
    error = {**about, "message": message}
    return host.decode_fault(400, json.dumps(error if host is CONVERSE else {"error": error}).encode(), None)


def told(dialect: Dialect, fault: Fault) -> tuple[int, Any]:
    """The status, and what clients of a dialect know the fault by."""
    status, raw = dialect.encode_fault(fault, "ex_1")
    body = json.loads(raw)
    error = body.get("error", body)
    return status, error["code"] if dialect in (CHAT, RESPONSES, LLAMA) else error["message"]


@pytest.mark.parametrize(("host", "about", "message"), COUNTED)
def test_W12_both_counts_cross_from_every_host_to_every_caller(host: Dialect, about: Any, message: str) -> None:
    fault = heard(host, about, message)
    assert (fault.kind, fault.row.retriable) == (FaultKind.TOO_LONG, False)
    for dialect in (CHAT, RESPONSES, LLAMA):
        assert told(dialect, fault) == (400, "context_length_exceeded")
    assert told(MESSAGES, fault) == (400, "prompt is too long: 9 tokens > 5 maximum")
    words = "The input token count (9) exceeds the maximum number of tokens allowed (5)."
    assert told(GEMINI, fault) == (400, words)
    assert told(CONVERSE, fault) == (400, "Input is too long for requested model: 9 tokens, at most 5")


@pytest.mark.parametrize(("host", "about", "message"), SAID)
def test_W12_without_counts_the_hosts_words_stand_behind_the_callers(host: Dialect, about: Any, message: str) -> None:
    fault = heard(host, about, message)
    assert (fault.kind, fault.message) == (FaultKind.TOO_LONG, message)
    assert told(RESPONSES, fault) == (400, "context_length_exceeded")
    assert told(MESSAGES, fault) == (400, f"prompt is too long: {message}")
    lead = "The input token count exceeds the maximum number of tokens allowed"
    assert told(GEMINI, fault) == (400, f"{lead}: {message}")
    lead = "Input is too long for requested model"
    assert told(CONVERSE, fault) == (400, message if message.startswith(lead) else f"{lead}: {message}")


@pytest.mark.parametrize("words", ["max_tokens is too large", "the context is odd", "the name is too long", ""])
def test_other_bad_requests_stay_what_they_are(words: str) -> None:
    assert narrowed(FaultKind.BAD_REQUEST, words, "invalid_request_error") is FaultKind.BAD_REQUEST
    assert narrowed(FaultKind.RATE_LIMITED, "prompt is too long", None) is FaultKind.RATE_LIMITED
    fault = Fault("prompt is too long: 9 tokens > 5 maximum", kind=FaultKind.BAD_REQUEST)
    assert worded(fault, "{asked}", "lead") == fault.message
