"""OpenAI Responses, both ways: as server for callers and as client of upstreams, whole and streamed.

The room by its modules: `words` (tables), `content`, `items`, `tools` and `seals` (one piece of a body each),
`request_reader` and `request_writer` with `conversation`, `answers` with `output` (whole), `stream_reader` and
`stream_writer`, `edits` (same-dialect frames), `metering`, `errors`, `keeping` (answers that requests go on from).
Other dialects are unknown here: everything that comes from them comes as canon. Reference:
https://platform.openai.com/docs/api-reference/responses
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
from understudy.dialects.openai_door import OpenAiDoor
from understudy.dialects.openai_embeddings import EMBEDDINGS
from understudy.dialects.openai_passing import ACCOUNT, PASSING
from understudy.dialects.openai_responses.answers import read_reply, write_count, write_reply
from understudy.dialects.openai_responses.edits import edit_frame
from understudy.dialects.openai_responses.errors import ITEM_DONE, write_failure, write_fault
from understudy.dialects.openai_responses.keeping import ResponsesKeeping
from understudy.dialects.openai_responses.request_reader import read_counted, read_request
from understudy.dialects.openai_responses.request_writer import write_request
from understudy.dialects.openai_responses.stream_reader import StreamReader
from understudy.dialects.openai_responses.stream_writer import StreamWriter
from understudy.dialects.openai_responses.words import NAME, PREAMBLE, SPELLING
from understudy.dialects.spelling import Spelling


class OpenAiResponses(OpenAiDoor):
    """The dialect as the contract asks for it; each method is one function of the room."""

    name = NAME
    spelling: Spelling = SPELLING
    served: tuple[str, ...] = ("/v1/responses", "/responses", "/openai/v1/responses")
    # Its clients read the list of Chat Completions, which is of the same shape.
    lists: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    inline_only: tuple[MediaKind, ...] = ()
    repeated: bytes | None = ITEM_DONE.encode()
    counting: Counting | None = Counting(("/v1/responses/input_tokens",), read_counted, write_count, PREAMBLE)
    keeping: Keeping | None = ResponsesKeeping()
    embedding: Embedding | None = EMBEDDINGS
    passing: Passing | None = PASSING
    account: Account | None = ACCOUNT

    def decode_request(self, body: bytes, address: str = "") -> Request:
        """A caller's body; a Fault names the field that is wrong."""
        return read_request(body)

    def path_to(self, request: Request, target: Target) -> str:
        """The same path for every request."""
        return "/responses"

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
        return edit_frame(frame, echo)

    def closing(self, request: Request) -> bytes:
        """Nothing: the event that completes an answer closes its stream too."""
        return b""

    def encode_fault(self, fault: Fault, request_id: str) -> tuple[int, bytes]:
        """The HTTP status and body of a fault, with a code that its clients know."""
        return write_fault(fault, request_id)

    def encode_failure(self, fault: Fault, request_id: str, request: Request, sent: bytes) -> bytes:
        """The events that end a stream in a fault; no other ending may follow them."""
        return write_failure(fault, request_id, request, sent)


DIALECT: Dialect = OpenAiResponses()
