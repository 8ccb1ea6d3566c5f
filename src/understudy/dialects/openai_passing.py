"""Endpoints of OpenAI's that no other dialect has: bodies pass as they came, the model's name apart, and are metered.

Legacy completions with a `suffix` (fill in the middle) are the most used; in their streams every event is renamed and
read for its usage, a failure and an ending. Where files are sent bodies are forms. References:
https://platform.openai.com/docs/api-reference/completions, …/audio, …/images
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from understudy.canon.faults import bad_request
from understudy.canon.usage import NO_USAGE, Usage
from understudy.dialects.batches import Told, lines, word
from understudy.dialects.bodies import read_body
from understudy.dialects.contract import Account, PassedEvent, PassedRequest
from understudy.dialects.fields import FLAG, STRING, object_of
from understudy.dialects.multipart import exchanged, fields_of, is_form, text_of
from understudy.dialects.openai_errors import read_fault
from understudy.dialects.openai_fields import Fields
from understudy.dialects.openai_metering import read_newer_usage, read_usage
from understudy.dialects.passage import renamed
from understudy.dialects.sse import SseFrame, event_bytes

PATHS = (
    "/completions",
    "/fim/completions",
    "/moderations",
    "/images/generations",
    "/images/edits",
    "/images/variations",
    "/audio/speech",
    "/audio/transcriptions",
    "/audio/translations",
    "/rerank",
)
PREFIXES = ("/openai/v1", "/v1")
DONE = b"[DONE]"
_CONTENT = re.compile(r"/files/[^/]+/content")
# How the types of the events end that complete sound, a transcript, a picture.
_LAST = (".done", ".completed")
# What an upstream in the middle of a stream is taken to have answered with, where it tells an error and no status.
INBAND_STATUS = 500


class OpenAiPassing:
    """Satisfies the contract's Passing."""

    name = "openai"
    paths: tuple[str, ...] = tuple(prefix + path for prefix in PREFIXES for path in PATHS)

    polled: tuple[str, ...] = ()

    def read(self, body: bytes, content_type: str, address: str) -> PassedRequest:
        """What of a caller's body is anybody's business here; a Fault names the field that is wrong."""
        if is_form(content_type):
            return _read_form(body, content_type)
        top = read_body(body, lambda value: Fields(value, ""))
        return PassedRequest(top.need("model", STRING), streamed=top.take("stream", FLAG) is True)

    def path_to(self, address: str, model: str) -> str:
        """The path below a provider's base URL, its query kept."""
        return next(address.removeprefix(prefix) for prefix in PREFIXES if address.startswith(prefix))

    def write(self, body: bytes, content_type: str, model: str) -> bytes:
        """A caller's body for an upstream that knows the model by another name."""
        if is_form(content_type):
            return exchanged(body, fields_of(body, content_type)["model"], model)
        return renamed(body, model)

    def whole(self, body: bytes, model: str) -> tuple[bytes, Usage]:
        """A whole answer under the caller's name for the model, and its usage."""
        return renamed_whole(body, model)

    def event(self, piece: SseFrame, model: str) -> PassedEvent:
        """One event of a stream, the same way; a Fault if it tells a failure."""
        if piece.data is None or piece.data.strip() == DONE:
            return PassedEvent(piece.raw, NO_USAGE, ended=piece.data is not None)
        try:
            told = object_of(msgspec.json.decode(piece.data))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return PassedEvent(piece.raw, NO_USAGE, ended=False)
        if told.get("error"):
            raise read_fault(INBAND_STATUS, piece.data)
        raw = event_bytes(renamed(piece.data, model), piece.event) if "model" in told else piece.raw
        return PassedEvent(raw, _usage(told.get("usage")), ended=False, complete=_complete(told))


def renamed_whole(body: bytes, model: str) -> tuple[bytes, Usage]:
    """An answer under the caller's name for the model, and its usage; what is no JSON passes as it came."""
    try:
        told = object_of(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body, NO_USAGE
    return (renamed(body, model) if "model" in told else body), _usage(told.get("usage"))


def _usage(body: Any) -> Usage:
    """Usage in either of OpenAI's wordings: pictures and transcripts are metered in the newer one."""
    return read_newer_usage(body) if "input_tokens" in object_of(body) else read_usage(body)


def _read_form(body: bytes, content_type: str) -> PassedRequest:
    fields = fields_of(body, content_type)
    if "model" not in fields:
        raise bad_request("Missing required parameter: 'model'.", "model")
    streamed = "stream" in fields and text_of(body, fields["stream"]).strip().lower() == "true"
    return PassedRequest(text_of(body, fields["model"]), streamed)


def _complete(told: dict[str, Any]) -> bool:
    """Whether an event says why the answer stopped; sound and pictures have an event for their end."""
    if str(told.get("type")).endswith(_LAST):
        return True
    choices = told.get("choices")
    return isinstance(choices, list) and any(object_of(choice).get("finish_reason") for choice in choices)


PASSING = OpenAiPassing()


def _results(path: str, body: bytes) -> Iterable[Told]:
    return lines(body, _result) if _CONTENT.fullmatch(path) else ()


def _result(line: dict[str, Any]) -> Told:
    answer = object_of(object_of(line.get("response")).get("body"))
    return word(answer.get("model")), _usage(answer.get("usage"))


# What hosts of OpenAI's dialects keep under an account; what a batch put out is one of the files.
ACCOUNT = Account(
    re.compile(r"/(?:files|uploads|batches|batch|vector_stores|fine_tuning|containers|evals|videos)(?:/.+)?"),
    results=_results,
)
