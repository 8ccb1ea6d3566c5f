"""Anthropic Messages, both ways: as server for callers and as client of upstreams, whole and streamed.

The room by its modules: `words` (tables), `fields` and `blocks` (one JSON object, one content block), `request_reader`
and `request_writer` with `conversation`, `thinking` and `schemas`, `answers` (whole), `stream_reader` and
`stream_writer`, `edits` (same-dialect frames), `metering`, `errors`, `toolids`, `losses`, `account`. Other dialects are
unknown here: everything that comes from them comes as canon. Reference: https://docs.anthropic.com/en/api/messages
"""

import re
from collections.abc import Mapping

from understudy.canon.faults import Fault
from understudy.canon.frames import Frame
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.dialects.anthropic.account import ACCOUNT
from understudy.dialects.anthropic.answers import read_reply, write_count, write_model, write_models, write_reply
from understudy.dialects.anthropic.edits import edit_frame
from understudy.dialects.anthropic.errors import read_fault, write_failure, write_fault
from understudy.dialects.anthropic.request_reader import read_counted, read_request
from understudy.dialects.anthropic.request_writer import write_request
from understudy.dialects.anthropic.stream_reader import StreamReader
from understudy.dialects.anthropic.stream_writer import StreamWriter
from understudy.dialects.anthropic.words import NAME, PREAMBLE, SPELLING
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
from understudy.dialects.spelling import Spelling
from understudy.dialects.sse import SSE_TYPE, comment, event_bytes
from understudy.dialects.toolnames import PLAIN

_PING = event_bytes(b'{"type":"ping"}', "ping")


class Anthropic:
    """The dialect as the contract asks for it; each method is one function of the room."""

    name = NAME
    spelling: Spelling = SPELLING
    served: tuple[str, ...] = ("/v1/messages", "/anthropic/v1/messages")
    lists: tuple[str, ...] = ("/anthropic/v1/models",)
    markers: tuple[str, ...] = ("anthropic-version", "x-api-key")
    tool_names: re.Pattern[str] = PLAIN
    forwarded: tuple[str, ...] = ("anthropic-beta",)
    quotas: str | None = "anthropic-ratelimit"
    inline_only: tuple[MediaKind, ...] = ()
    repeated: bytes | None = None
    counting: Counting | None = Counting(
        ("/v1/messages/count_tokens", "/anthropic/v1/messages/count_tokens"), read_counted, write_count, PREAMBLE
    )
    keeping: Keeping | None = None
    embedding: Embedding | None = None
    passing: Passing | None = None
    account: Account | None = ACCOUNT

    def decode_request(self, body: bytes, address: str = "") -> Request:
        """A caller's body; a Fault names the field that is wrong."""
        return read_request(body)

    def path_to(self, request: Request, target: Target) -> str:
        """The same path for every request."""
        return "/messages"

    def encode_request(self, request: Request, target: Target) -> Encoded:
        """The body for an upstream; the caller's own bytes with named edits where the caller speaks this dialect."""
        return write_request(request, target)

    def decode_reply(self, body: bytes, maker: str) -> Reply:
        """A whole answer of an upstream; a Fault if it is none."""
        return read_reply(body, maker)

    def encode_reply(self, reply: Reply, request: Request, echo: Echo) -> Encoded:
        """A whole answer for the caller; the upstream's own bytes with named edits where it speaks this dialect."""
        return write_reply(reply, echo)

    def reply_decoder(self, maker: str) -> StreamReader:
        """A fresh decoder for one upstream stream."""
        return StreamReader(maker)

    def reply_encoder(self, request: Request, echo: Echo) -> StreamWriter:
        """A fresh encoder for one caller's stream."""
        return StreamWriter(echo)

    def edit_frame(self, frame: Frame, request: Request, echo: Echo) -> bytes:
        """A same-dialect frame for the caller, with the model's name and the extension edited where they stand."""
        return edit_frame(frame, echo)

    def stream_type(self, request: Request) -> str:
        """Server-sent events."""
        return SSE_TYPE

    def closing(self, request: Request) -> bytes:
        """Nothing: an answer without `message_stop` is not complete, and none is invented for it."""
        return b""

    def keep_alive(self, request: Request, started: bool) -> bytes:
        """A ping, which may only follow `message_start`; a comment before it."""
        return _PING if started else comment("waiting")

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
        """The event that ends a stream in a fault; no ending may follow it."""
        return write_failure(fault, request_id)

    def decode_fault(
        self, status: int, body: bytes, retry_after_s: float | None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Fault:
        """What an upstream's error answer says, whatever its envelope."""
        return read_fault(status, body, retry_after_s)


DIALECT: Dialect = Anthropic()
