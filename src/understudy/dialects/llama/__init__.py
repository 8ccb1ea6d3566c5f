"""The Llama API's own shape, both ways: as server for its callers, whole and streamed, and as client.

The hosted service is gone; its callers keep working by a change of their base URL to `/llama/v1`. The room by its
modules: `words` (tables), `pieces` (one piece of content, one call), `request_reader` and `request_writer`, `answers`
(whole), `stream_reader` and `stream_writer`, `edits` (same-dialect frames), `metering`, `passing`. Its errors and lists
are those of OpenAI's dialects. Other dialects are unknown here: everything that comes from them comes as canon.
"""

from understudy.canon.faults import Fault
from understudy.canon.frames import Frame
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.dialects.contract import (
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
from understudy.dialects.llama.answers import read_reply, write_reply
from understudy.dialects.llama.edits import edit_frame
from understudy.dialects.llama.passing import ACCOUNT, PASSING
from understudy.dialects.llama.request_reader import read_request
from understudy.dialects.llama.request_writer import write_request
from understudy.dialects.llama.stream_reader import StreamReader
from understudy.dialects.llama.stream_writer import StreamWriter
from understudy.dialects.llama.words import NAME, SPELLING
from understudy.dialects.openai_door import OpenAiDoor
from understudy.dialects.openai_errors import write_fault
from understudy.dialects.spelling import Spelling
from understudy.dialects.sse import event_bytes


class Llama(OpenAiDoor):
    """The dialect as the contract asks for it; each method is one function of the room."""

    name = NAME
    spelling: Spelling = SPELLING
    # Its client has been sent away to a path with a slash before, and a POST must not be sent anywhere.
    served: tuple[str, ...] = ("/llama/v1/chat/completions", "/llama/v1/chat/completions/")
    lists: tuple[str, ...] = ("/llama/v1/models",)
    markers: tuple[str, ...] = ("x-api-version",)
    inline_only: tuple[MediaKind, ...] = ()
    counting: Counting | None = None
    keeping: Keeping | None = None
    embedding: Embedding | None = None
    passing: Passing | None = PASSING
    account: Account | None = ACCOUNT

    def decode_request(self, body: bytes, address: str = "") -> Request:
        """A caller's body; a Fault names the field that is wrong."""
        return read_request(body)

    def path_to(self, request: Request, target: Target) -> str:
        """The same path for every request."""
        return "/chat/completions"

    def encode_request(self, request: Request, target: Target) -> Encoded:
        """The body for an upstream; the caller's own bytes with named edits where the caller speaks this dialect."""
        return write_request(request, target)

    def decode_reply(self, body: bytes, maker: str) -> Reply:
        """A whole answer of an upstream; a Fault if it is none."""
        return read_reply(body, maker)

    def encode_reply(self, reply: Reply, request: Request, echo: Echo) -> Encoded:
        """A whole answer for the caller; the upstream's own bytes with the extension where it speaks this dialect."""
        return write_reply(reply, echo)

    def reply_decoder(self, maker: str) -> StreamReader:
        """A fresh decoder for one upstream stream."""
        return StreamReader()

    def reply_encoder(self, request: Request, echo: Echo) -> StreamWriter:
        """A fresh encoder for one caller's stream."""
        return StreamWriter(echo)

    def edit_frame(self, frame: Frame, request: Request, echo: Echo) -> bytes:
        """A same-dialect frame for the caller, with the extension in the last one."""
        return edit_frame(frame, echo)

    def closing(self, request: Request) -> bytes:
        """Nothing: a closing line would be read as JSON."""
        return b""

    def encode_failure(self, fault: Fault, request_id: str, request: Request, sent: bytes) -> bytes:
        """The event `error`, at which this dialect's client raises; no ending may follow it."""
        return event_bytes(write_fault(fault, request_id)[1], "error")


DIALECT: Dialect = Llama()
