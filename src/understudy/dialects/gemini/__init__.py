"""Gemini generateContent, both ways: as server for callers and as client of upstreams, whole and streamed.

The room by its modules: `words` (tables), `addresses` (path and query), `fields`, `pieces` and `schemas` (one JSON
object, one part, one schema), `request_reader` and `request_writer` with `conversation` and `thinking`, `answers`
(whole), `framing`, `chunks`, `assembly`, `stream_reader` and `stream_writer`, `edits` (same-dialect answers),
`metering`, `errors`, `toolids`, `losses`, `embeddings`, `passing`. Other dialects are unknown here: everything that
comes from them comes as canon. Reference: https://ai.google.dev/api/generate-content
"""

import re
from collections.abc import Mapping

from understudy.canon.faults import Fault
from understudy.canon.frames import Frame
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.dialects.contract import (
    NO_HEADERS,
    Account,
    Counting,
    Dialect,
    Echo,
    Embedding,
    Encoded,
    Keeping,
    MediaKind,
    Passing,
    Target,
)
from understudy.dialects.gemini.addresses import ARRAY, STREAMED, WHOLE, path_for
from understudy.dialects.gemini.answers import read_reply, write_count, write_model, write_models, write_reply
from understudy.dialects.gemini.edits import edit_frame
from understudy.dialects.gemini.embeddings import GeminiEmbeddings
from understudy.dialects.gemini.errors import read_fault, write_failure, write_fault
from understudy.dialects.gemini.passing import ACCOUNT, GeminiPassing
from understudy.dialects.gemini.request_reader import read_counted, read_request
from understudy.dialects.gemini.request_writer import write_request
from understudy.dialects.gemini.stream_reader import StreamReader
from understudy.dialects.gemini.stream_writer import StreamWriter
from understudy.dialects.gemini.words import NAME, PREAMBLE, SPELLING, TOOL_NAME
from understudy.dialects.spelling import Spelling
from understudy.dialects.sse import SSE_TYPE

_ARRAY_TYPE = "application/json; charset=utf-8"


VERSIONS = ("/v1beta", "/v1", "/genai/v1beta", "/genai/v1")


class Gemini:
    """The dialect as the contract asks for it; each method is one function of the room."""

    name = NAME
    spelling: Spelling = SPELLING
    # One client library calls the beta version, another the first one.
    served: tuple[str, ...] = tuple(
        f"{version}/models/{{model}}:{verb}" for version in VERSIONS for verb in (WHOLE, STREAMED)
    )
    lists: tuple[str, ...] = ("/v1beta/models", "/genai/v1beta/models", "/genai/v1/models")
    markers: tuple[str, ...] = ("x-goog-api-key", "key")
    tool_names: re.Pattern[str] = TOOL_NAME
    forwarded: tuple[str, ...] = ()
    quotas: str | None = None
    inline_only: tuple[MediaKind, ...] = ()
    repeated: bytes | None = None
    counting: Counting | None = Counting(
        tuple(f"{version}/models/{{model}}:countTokens" for version in VERSIONS), read_counted, write_count, PREAMBLE
    )
    keeping: Keeping | None = None
    embedding: Embedding | None = GeminiEmbeddings(VERSIONS)
    passing: Passing | None = GeminiPassing(VERSIONS)
    account: Account | None = ACCOUNT

    def decode_request(self, body: bytes, address: str = "") -> Request:
        """A caller's body and address; a Fault names the field that is wrong."""
        return read_request(body, address)

    def path_to(self, request: Request, target: Target) -> str:
        """The path names the model and whether the answer is streamed; the query how."""
        return path_for(target.model, request, own=request.dialect == NAME)

    def encode_request(self, request: Request, target: Target) -> Encoded:
        """The body for an upstream; the caller's own bytes with named edits where the caller speaks this dialect."""
        return write_request(request, target)

    def decode_reply(self, body: bytes, maker: str) -> Reply:
        """A whole answer of an upstream; a Fault if it is none."""
        return read_reply(body, maker)

    def encode_reply(self, reply: Reply, request: Request, echo: Echo) -> Encoded:
        """A whole answer for the caller; the upstream's own bytes with named edits where it speaks this dialect."""
        return write_reply(reply, request, echo)

    def reply_decoder(self, maker: str) -> StreamReader:
        """A fresh decoder for one upstream stream, of either framing."""
        return StreamReader(maker)

    def reply_encoder(self, request: Request, echo: Echo) -> StreamWriter:
        """A fresh encoder for one caller's stream."""
        return StreamWriter(request, echo)

    def edit_frame(self, frame: Frame, request: Request, echo: Echo) -> bytes:
        """A same-dialect frame for the caller, with the model's name and the extension edited where they stand."""
        return edit_frame(frame, echo, array=ARRAY in request.spelling)

    def stream_type(self, request: Request) -> str:
        """Server-sent events, or JSON for a caller that wants an array."""
        return _ARRAY_TYPE if ARRAY in request.spelling else SSE_TYPE

    def closing(self, request: Request) -> bytes:
        """Nothing: the end of the stream is the closing line."""
        return b""

    def keep_alive(self, request: Request, started: bool) -> bytes:
        """An event without a line; in an array white space between the elements, and nothing before the first.

        A comment would be no less, but the maker's own client takes it for the beginning of an error.
        """
        if ARRAY in request.spelling:
            return b"\n" if started else b""
        return b"\n\n"

    def encode_models(self, names: tuple[str, ...]) -> bytes:
        """The list of models, all on one page."""
        return write_models(names)

    def encode_model(self, name: str) -> bytes:
        """One entry of that list."""
        return write_model(name)

    def encode_fault(self, fault: Fault, request_id: str) -> tuple[int, bytes]:
        """The HTTP status and body of a fault."""
        return write_fault(fault, request_id)

    def encode_failure(self, fault: Fault, request_id: str, request: Request, sent: bytes) -> bytes:
        """What ends a stream in a fault; no ending may follow it."""
        return write_failure(fault, request_id, array=ARRAY in request.spelling, started=bool(sent))

    def decode_fault(
        self, status: int, body: bytes, retry_after_s: float | None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Fault:
        """What an upstream's error answer says, whatever its envelope."""
        return read_fault(status, body, retry_after_s)


DIALECT: Dialect = Gemini()
