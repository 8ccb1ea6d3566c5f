"""OpenAI Chat Completions, both ways: as server for callers and as client of upstreams, whole and streamed.

The room by its modules: `words` (tables), `fields` and `blocks` (one JSON object, one piece of content), `thinking` and
`thinktags`, `request_reader` and `request_writer` with `conversation`, `answers` (whole), `stream_reader` and
`stream_writer`, `edits` (same-dialect frames), `toolids`. Other dialects are unknown here: everything that comes from
them comes as canon. Reference: https://platform.openai.com/docs/api-reference/chat
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
from understudy.dialects.openai_chat.answers import read_reply, write_reply
from understudy.dialects.openai_chat.edits import edit_frame
from understudy.dialects.openai_chat.request_reader import read_request
from understudy.dialects.openai_chat.request_writer import write_request
from understudy.dialects.openai_chat.stream_reader import StreamReader
from understudy.dialects.openai_chat.stream_writer import DONE, StreamWriter
from understudy.dialects.openai_chat.words import NAME, SPELLING
from understudy.dialects.openai_deployments import deployed, deployment
from understudy.dialects.openai_door import OpenAiDoor
from understudy.dialects.openai_embeddings import EMBEDDINGS
from understudy.dialects.openai_errors import write_failure
from understudy.dialects.openai_passing import ACCOUNT, PASSING
from understudy.dialects.spelling import Spelling

_ENDING = "/chat/completions"


class OpenAiChat(OpenAiDoor):
    """The dialect as the contract asks for it; each method is one function of the room."""

    name = NAME
    spelling: Spelling = SPELLING
    # Some clients put a prefix of their own before the version.
    served: tuple[str, ...] = (
        "/v1/chat/completions",
        "/chat/completions",
        "/openai/v1/chat/completions",
        deployment(_ENDING),
    )
    lists: tuple[str, ...] = ("/openai/v1/models",)
    markers: tuple[str, ...] = ()
    inline_only: tuple[MediaKind, ...] = ("document",)
    counting: Counting | None = None
    keeping: Keeping | None = None
    embedding: Embedding | None = EMBEDDINGS
    passing: Passing | None = PASSING
    account: Account | None = ACCOUNT

    def decode_request(self, body: bytes, address: str = "") -> Request:
        """A caller's body; a Fault names the field that is wrong."""
        return read_request(deployed(body, address, _ENDING))

    def path_to(self, request: Request, target: Target) -> str:
        """The same path for every request."""
        return _ENDING

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
        """A fresh decoder for one upstream stream."""
        return StreamReader(maker)

    def reply_encoder(self, request: Request, echo: Echo) -> StreamWriter:
        """A fresh encoder for one caller's stream."""
        return StreamWriter(request, echo)

    def edit_frame(self, frame: Frame, request: Request, echo: Echo) -> bytes:
        """A same-dialect frame for the caller, with the model's name and the extension edited where they stand."""
        return edit_frame(frame, request, echo)

    def closing(self, request: Request) -> bytes:
        """The closing line, which some upstreams leave out after a complete answer."""
        return DONE

    def encode_failure(self, fault: Fault, request_id: str, request: Request, sent: bytes) -> bytes:
        """The data that ends a stream in a fault; no ending may follow it."""
        return write_failure(fault, request_id)


DIALECT: Dialect = OpenAiChat()
