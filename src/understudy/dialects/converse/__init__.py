"""Amazon Bedrock's Converse, both ways: as server for callers and as client of upstreams, whole and streamed.

The room by its modules: `words` (tables), `addresses`, `fields`, `pieces` (one piece of content), `request_reader` and
`request_writer` with `conversation`, `answers` (whole), `stream_reader` and `stream_writer`, `edits` (same-dialect
frames), `metering`, `errors`. The frames of its streams are read in `dialects/eventstream`, and calls are signed where
they leave. Other dialects are unknown here: everything that comes from them comes as canon. Reference:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

import re
from collections.abc import Mapping

import msgspec

from understudy.canon.faults import Fault
from understudy.canon.frames import Frame
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.dialects.contract import (
    MEDIA_KINDS,
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
from understudy.dialects.converse.addresses import SERVED, write_address
from understudy.dialects.converse.answers import read_reply, write_count, write_reply
from understudy.dialects.converse.edits import edit_frame
from understudy.dialects.converse.errors import ERROR_HEADER, read_fault, write_failure, write_fault
from understudy.dialects.converse.request_reader import read_counted, read_request
from understudy.dialects.converse.request_writer import write_request
from understudy.dialects.converse.stream_reader import StreamReader
from understudy.dialects.converse.stream_writer import StreamWriter
from understudy.dialects.converse.words import NAME, PREAMBLE, SPELLING
from understudy.dialects.eventstream import EVENT_STREAM_TYPE, message_bytes
from understudy.dialects.spelling import Spelling
from understudy.dialects.toolnames import PLAIN


class Converse:
    """The dialect as the contract asks for it; each method is one function of the room."""

    name = NAME
    spelling: Spelling = SPELLING
    served: tuple[str, ...] = SERVED
    lists: tuple[str, ...] = ("/foundation-models",)
    markers: tuple[str, ...] = ("x-amz-date",)
    tool_names: re.Pattern[str] = PLAIN
    forwarded: tuple[str, ...] = ()
    quotas: str | None = None
    inline_only: tuple[MediaKind, ...] = MEDIA_KINDS
    repeated: bytes | None = None
    counting: Counting | None = Counting(("/model/{model}/count-tokens",), read_counted, write_count, PREAMBLE)
    keeping: Keeping | None = None
    embedding: Embedding | None = None
    passing: Passing | None = None
    account: Account | None = None

    def decode_request(self, body: bytes, address: str = "") -> Request:
        """A caller's body and address; a Fault names the field that is wrong."""
        return read_request(body, address)

    def path_to(self, request: Request, target: Target) -> str:
        """The path names the model and whether the answer is streamed."""
        return write_address(target.model, streamed=request.streamed)

    def encode_request(self, request: Request, target: Target) -> Encoded:
        """The body for an upstream; the caller's own bytes where the caller speaks this dialect."""
        return write_request(request, target)

    def decode_reply(self, body: bytes, maker: str) -> Reply:
        """A whole answer of an upstream; a Fault if it is none."""
        return read_reply(body, maker)

    def encode_reply(self, reply: Reply, request: Request, echo: Echo) -> Encoded:
        """A whole answer for the caller; the upstream's own bytes with the extension where it speaks this dialect."""
        return write_reply(reply, echo)

    def reply_decoder(self, maker: str) -> StreamReader:
        """A fresh decoder for one upstream stream."""
        return StreamReader(maker)

    def reply_encoder(self, request: Request, echo: Echo) -> StreamWriter:
        """A fresh encoder for one caller's stream."""
        return StreamWriter(echo)

    def edit_frame(self, frame: Frame, request: Request, echo: Echo) -> bytes:
        """A same-dialect frame for the caller, with the extension in the last one."""
        return edit_frame(frame, echo)

    def stream_type(self, request: Request) -> str:
        """Binary messages."""
        return EVENT_STREAM_TYPE

    def closing(self, request: Request) -> bytes:
        """Nothing: the message that tells the usage closes a stream."""
        return b""

    def keep_alive(self, request: Request, started: bool) -> bytes:
        """An event of a name that clients do not know and pass over: this dialect has no comments."""
        return message_bytes("event", "ping", b"{}")

    def encode_models(self, names: tuple[str, ...]) -> bytes:
        """The list of models, all on one page."""
        return msgspec.json.encode({"modelSummaries": [_model(name) for name in names]})

    def encode_model(self, name: str) -> bytes:
        """One entry of that list."""
        return msgspec.json.encode(_model(name))

    def encode_fault(self, fault: Fault, request_id: str) -> tuple[int, bytes]:
        """The HTTP status and body of a fault."""
        return write_fault(fault, request_id)

    def encode_failure(self, fault: Fault, request_id: str, request: Request, sent: bytes) -> bytes:
        """The exception that ends a stream in a fault; no ending may follow it."""
        return write_failure(fault, request_id)

    def decode_fault(
        self, status: int, body: bytes, retry_after_s: float | None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Fault:
        """What an upstream's error answer says."""
        return read_fault(status, body, retry_after_s, headers.get(ERROR_HEADER))


def _model(name: str) -> dict[str, str]:
    return {"modelId": name, "modelName": name}


DIALECT: Dialect = Converse()
