"""What a dialect offers: to callers as a server, to upstreams as a client, whole and streamed.

The corridor (gateway) drives these and nothing else of a dialect. Same-dialect calls go through the `edit_*` methods:
the other side's own bytes with named edits, order and unknown fields kept. All methods are pure; decoders and encoders
of streams are the only things with state, one pair per exchange.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from understudy.canon.embeddings import Embedded, EmbedRequest
from understudy.canon.faults import Fault
from understudy.canon.frames import Frame
from understudy.canon.omissions import Omission
from understudy.canon.reply import Event, Reply
from understudy.canon.request import Request
from understudy.canon.usage import Usage
from understudy.canon.value import Value
from understudy.dialects.spelling import Spelling
from understudy.dialects.sse import SseFrame

# The modes of a tool choice, as canon names them.
ToolChoiceMode = Literal["auto", "none", "required", "named"]
TOOL_CHOICES: tuple[ToolChoiceMode, ...] = ("auto", "none", "required", "named")
# What ids of tool calls must look like: anything, or exactly nine letters and digits.
ToolIds = Literal["any", "nine"]
# Whether a stream tells its usage only to those who ask for it.
UsageOn = Literal["asked", "always"]
# What becomes of thinking without a seal in a turn that goes back: it is as a caller of the same dialect chose, the
# host demands it beside calls of tools, or the host refuses it.
Thoughts = Literal["chosen", "required", "refused"]
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
# What may lie at a URL.
MediaKind = Literal["image", "document"]
MEDIA_KINDS: tuple[MediaKind, ...] = ("image", "document")


class Target(Value, frozen=True):
    """The upstream that a request is encoded for, as its catalogue row describes it.

    `maker` is whose seals it takes, `provider` the name of its row; `renames` maps top-level wire fields to this
    provider's names; `unsupported` lists top-level wire fields that it refuses (they become omissions); `max_tokens` is
    sent where the dialect demands a limit and the caller gave none. `tool_choices` are the modes of a tool choice that
    it takes; the others are refused, never weakened on the quiet. Where `usage_on` says "always", nobody has to ask for
    a stream's usage, and nobody may. Where it does not know the role `developer`, such messages go as `system`.
    `thoughts` says what becomes of thinking without a seal that goes back.
    """

    model: str
    maker: str
    renames: dict[str, str] = {}
    unsupported: tuple[str, ...] = ()
    max_tokens: int = 4096
    tool_choices: tuple[ToolChoiceMode, ...] = TOOL_CHOICES
    tool_ids: ToolIds = "any"
    usage_on: UsageOn = "asked"
    developer: bool = False
    provider: str = ""
    thoughts: Thoughts = "chosen"


class Only(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a row says of some of its provider's models alone: those whose ids fit one of the patterns in `names`."""

    names: tuple[str, ...]
    renames: dict[str, str] | None = None
    unsupported: tuple[str, ...] | None = None
    thoughts: Thoughts | None = None

    def over(self, target: Target) -> Target:
        """The target with what is said of it here; as it is where no pattern fits."""
        if not any(fnmatchcase(target.model, pattern) for pattern in self.names):
            return target
        said = {name: value for name in _ONLY if (value := getattr(self, name)) is not None}
        return msgspec.structs.replace(target, **said)


_ONLY = ("renames", "unsupported", "thoughts")


class Encoded(Value, frozen=True):
    """Bytes for the wire, and what they could not carry."""

    body: bytes
    omissions: tuple[Omission, ...] = ()


class Echo(Value, frozen=True):
    """What the gateway adds to an answer: the name the caller asked for, and the extension of the last frame.

    `extension` goes into the body under the key `understudy` (cost, omissions, the model that really answered).
    """

    model: str
    extension: dict[str, Any] = {}


class Counting(NamedTuple):
    """How a dialect asks for a count of tokens: where, what it asks about, and how the count is told."""

    paths: tuple[str, ...]
    # A caller's body and the path; a Fault names what is wrong.
    read: Callable[[bytes, str], Request]
    write: Callable[[int], bytes]
    # The tokens of the instructions that its hosts put before the tools of a request.
    preamble: int = 0


class Embedding(Protocol):
    """How a dialect asks for vectors and tells them, both ways."""

    # How it calls itself: two dialects of one maker may share their embeddings.
    name: str
    # Where callers POST to it on our server.
    paths: tuple[str, ...]

    def read(self, body: bytes, address: str) -> EmbedRequest:
        """A caller's body and path; a Fault names the field that is wrong."""
        ...

    def path_to(self, request: EmbedRequest, target: Target) -> str:
        """The path below a provider's base URL."""
        ...

    def write(self, request: EmbedRequest, target: Target) -> Encoded:
        """The body for an upstream, and what it could not carry."""
        ...

    def read_reply(self, body: bytes) -> Embedded:
        """An upstream's vectors; a Fault if they are none."""
        ...

    def write_reply(self, reply: Embedded, request: EmbedRequest) -> bytes:
        """The vectors for a caller."""
        ...


class PassedRequest(NamedTuple):
    """What of a request that passes as it came is anybody's business: the model, and whether a stream is wanted."""

    model: str
    streamed: bool


class PassedEvent(NamedTuple):
    """One event of a stream that passes: `complete` where it tells why the answer stopped, `ended` where it is last."""

    raw: bytes
    usage: Usage
    ended: bool
    complete: bool = False


class Passing(Protocol):
    """Endpoints that pass to the provider of the model that they name, since no other dialect has them."""

    # How their maker is called: dialects of one maker may share them.
    name: str
    # Where callers POST to them on our server, and where they GET what became of that; `{model}` as for the dialect.
    paths: tuple[str, ...]
    polled: tuple[str, ...]

    @property
    def event(self) -> Callable[[SseFrame, str], PassedEvent] | None:
        """One event of a stream, as `whole` does; a Fault if it tells a failure. None where nothing is streamed."""
        ...

    def read(self, body: bytes, content_type: str, address: str) -> PassedRequest:
        """The model that is asked, and how; a Fault names the field that is wrong."""
        ...

    def path_to(self, address: str, model: str) -> str:
        """The path below the base URL of a provider that knows the model by this name."""
        ...

    def write(self, body: bytes, content_type: str, model: str) -> bytes:
        """A caller's body for an upstream that knows the model by this name."""
        ...

    def whole(self, body: bytes, model: str) -> tuple[bytes, Usage]:
        """A whole answer under the caller's name for the model, and its usage."""
        ...


class Account(NamedTuple):
    """What hosts of a dialect have under an operator's account, that callers may reach.

    `paths` are those below the version, with which a base URL may end and which clients write before them; what stands
    before the version in some of them is in `ahead`. `home` is the prefix below which callers find them if one provider
    alone speaks the dialect. Answers name places where a caller goes on: in the headers `onward`, to which clients send
    no key, and in the fields `linked` of an object or of those in its list `data`.
    """

    paths: re.Pattern[str]
    home: str = ""
    ahead: str = ""
    # Headers of a caller that go on beside the common ones, and those of an answer that come back.
    sent: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    onward: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    # Of a path below the version and what lies there: the models and the usage of a batch's answers.
    results: Callable[[str, bytes], Iterable[tuple[str, Usage]]] | None = None


class Kept(NamedTuple):
    """An answer that is kept: the id by which its caller knows it, and the words that its dialect goes on from."""

    id: str
    words: bytes


class Keeping(Protocol):
    """How callers of a dialect go on from an answer by its id, and what they may ask of one that is kept."""

    def named(self, request: Request) -> tuple[str, ...]:
        """The ids of the answers whose items a request names instead of repeating them, the newest first."""
        ...

    def spelt_out(self, request: Request, words: bytes) -> Request:
        """The request with the items that it names in full, as far as they stand in a kept answer or before it."""
        ...

    def previous(self, request: Request) -> str | None:
        """The id of the answer that a request goes on from; None where it says all itself."""
        ...

    def resume(self, request: Request, words: bytes) -> Request:
        """The request with the kept conversation before its own words."""
        ...

    def unknown(self, answer: str) -> Fault:
        """What is said where no such answer is kept."""
        ...

    def keep(self, request: Request, told: bytes, *, streamed: bool, provider: str) -> Kept | None:
        """What to keep of a complete exchange, by the last bytes that its caller gets; None where nothing is wanted.

        `provider` is the one that knows the answer by the same id, empty where none does.
        """
        ...

    def answer(self, words: bytes) -> bytes:
        """A kept answer in the dialect's shape."""
        ...

    def items(self, words: bytes, query: str) -> bytes:
        """A list of what led to a kept answer; a Fault names what is wrong with the query."""
        ...

    def deleted(self, answer: str) -> bytes:
        """The confirmation that an answer is kept no longer."""
        ...


class ReplyDecoder(Protocol):
    """An upstream's stream, read. Any cut of the bytes gives the same frames."""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete, each with the events it tells; a Fault if the bytes are no stream."""
        ...

    def close(self) -> list[Frame]:
        """What was still held back when the upstream closed; an unfinished answer gets no invented ending."""
        ...


class ReplyEncoder(Protocol):
    """A caller's stream, written. Nothing that looks like an ending leaves it before `end`."""

    def send(self, event: Event) -> bytes:
        """The bytes that tell this event, empty while it is held back."""
        ...

    def end(self, echo: Echo) -> bytes:
        """The terminal bytes of a complete answer: stop reason, usage, extension, closing line."""
        ...

    @property
    def omissions(self) -> tuple[Omission, ...]:
        """What this stream could not carry so far."""
        ...


class Dialect(Protocol):
    """One wire format, both ways."""

    name: str
    # How its callers name what a translation into another dialect is about.
    spelling: Spelling
    # Where callers POST to it on our server; `{model}` stands for a model's name, which may hold slashes.
    served: tuple[str, ...]
    # Where its list of models is read, where no other dialect has one at the same path.
    lists: tuple[str, ...]
    # Headers that only this dialect's clients send; they tell whose list of models is wanted. None: the default's.
    markers: tuple[str, ...]
    # Names of tools that its hosts take.
    tool_names: re.Pattern[str]
    # Headers of a caller that an upstream of the same dialect must see, since they change what the body means.
    forwarded: tuple[str, ...]
    # The prefix of the headers in which its clients read what is left to them, beside the common one.
    quotas: str | None
    # The media that a body of it can hold but cannot name by URL.
    inline_only: tuple[MediaKind, ...]
    # What marks the events of a stream that its failure repeats; None where a failure stands for itself.
    repeated: bytes | None
    # Where tokens are counted; None where the dialect has no such thing.
    counting: Counting | None
    # How its answers are kept for requests that go on from them; None where the dialect has no such thing.
    keeping: Keeping | None
    # How it asks for vectors; None where the dialect has no such thing.
    embedding: Embedding | None
    # Its endpoints that pass as they are; None where there are none.
    passing: Passing | None
    # What its hosts have under an operator's account; None where they have nothing.
    account: Account | None

    def decode_request(self, body: bytes, address: str = "") -> Request:
        """A caller's body and the path with its query; a Fault names the field that is wrong."""
        ...

    def path_to(self, request: Request, target: Target) -> str:
        """The path below a provider's base URL, with its query, where this request goes."""
        ...

    def encode_request(self, request: Request, target: Target) -> Encoded:
        """The body for an upstream of this dialect; from `request.source` with edits when it is of this dialect too."""
        ...

    def decode_reply(self, body: bytes, maker: str) -> Reply:
        """A whole answer of an upstream; a Fault if it is none."""
        ...

    def encode_reply(self, reply: Reply, request: Request, echo: Echo) -> Encoded:
        """A whole answer for the caller; from `reply.source` with edits when it is of this dialect."""
        ...

    def reply_decoder(self, maker: str) -> ReplyDecoder:
        """A fresh decoder for one upstream stream."""
        ...

    def reply_encoder(self, request: Request, echo: Echo) -> ReplyEncoder:
        """A fresh encoder for one caller's stream."""
        ...

    def edit_frame(self, frame: Frame, request: Request, echo: Echo) -> bytes:
        """A same-dialect frame for the caller: raw bytes, the model's name and extension edited where they stand."""
        ...

    def stream_type(self, request: Request) -> str:
        """The content type of a streamed answer to this request."""
        ...

    def closing(self, request: Request) -> bytes:
        """The closing line that a complete same-dialect stream owes its caller when the upstream left it out."""
        ...

    def keep_alive(self, request: Request, started: bool) -> bytes:
        """Bytes that keep a silent stream open; `started` tells whether the answer's first event was sent.

        Empty where nothing may stand there: the status line is then kept back as well.
        """
        ...

    def encode_models(self, names: tuple[str, ...]) -> bytes:
        """The list of models in this dialect's shape."""
        ...

    def encode_model(self, name: str) -> bytes:
        """One model in this dialect's shape."""
        ...

    def encode_fault(self, fault: Fault, request_id: str) -> tuple[int, bytes]:
        """An HTTP status and body in this dialect's words."""
        ...

    def encode_failure(self, fault: Fault, request_id: str, request: Request, sent: bytes) -> bytes:
        """The in-band form of a fault for a stream whose status line went; no ending may follow it.

        `sent` is what it goes on from: what was written first, what held `repeated`, and what was written last; empty
        if no event was.
        """
        ...

    def decode_fault(
        self, status: int, body: bytes, retry_after_s: float | None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Fault:
        """What an upstream's error answer says, in whatever envelope it came. Names of headers are in small letters."""
        ...
