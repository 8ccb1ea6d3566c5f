"""One HTTP/1.1 connection to an upstream, one call at a time: asyncio's Protocol on one side, httptools on the other.

Bytes are pushed: what the socket brings goes through the parser to the answer it belongs to, and that answer's reader
is woken; no task and no queue lies between. A reader that falls behind stops the socket. An answer keeps what it was
given, so that its connection may carry the next call while it is still being read. Nothing here knows of pools, of
secrets or of whose call it is.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import httptools

from understudy.providers.calling import MAX_ANSWER_BYTES, READ_BYTES, broken, too_large

# A status line and headers larger than this are a mistake of the upstream's; servers send a few kilobytes at most.
MAX_HEAD_BYTES = 64 * 1024
# A body up to here goes out in one piece with the head: copying it costs less than another write.
JOINED_BYTES = 16 * 1024
# Statuses that announce another one, which is the answer.
_INTERIM = range(100, 200)


class Unusable(ConnectionError):
    """What came is no HTTP, or the answer ended before its end."""


class Stale(ConnectionError):
    """A kept connection that its upstream had closed, before any byte of an answer."""


class FastAnswer:
    """An answer: `headed` comes true with the status and the headers, whose names are in lower case.

    Of a header that comes more than once the first is kept. Satisfies ports.UpstreamAnswer.
    """

    def __init__(self, connection: "Connection", host: str, limit: int) -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.headed = asyncio.get_running_loop().create_future()
        self._connection = connection
        self._host = host
        self._limit = limit
        # Where bytes that wait stop the socket.
        self._most = READ_BYTES
        self._parts: list[bytes] = []
        self._size = 0
        self._done = False
        self._error: Exception | None = None
        self._woken: asyncio.Future[None] | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives."""
        while True:
            if self._parts:
                yield self._taken()
            elif self._done:
                return
            else:
                await self._more()

    async def read(self) -> bytes:
        """The whole body, up to the transport's limit."""
        self._most = self._limit
        self._connection.read_on(self)
        while not self._done and self._size <= self._limit:
            await self._more()
        if self._size > self._limit:
            self.close()
            raise too_large(self._host, self._limit)
        return self._taken()

    def close(self) -> None:
        """Cut the connection unless the body has come to its end, in which case it went back to the pool."""
        if not self._done:
            self.fail(Unusable("it was closed on this side"))
            self._connection.abort()

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """The head has come."""
        self.status, self.headers = status, headers
        if not self.headed.done():
            self.headed.set_result(None)

    def take(self, data: bytes) -> bool:
        """Bytes of the body; whether the socket may bring more."""
        self._parts.append(data)
        self._size += len(data)
        self._wake()
        return self._size <= self._most

    def end(self) -> None:
        """The body is whole, unless it was given up before."""
        self._done = self._error is None
        self._wake()

    def fail(self, error: Exception) -> None:
        """No more will come; what has come can still be read."""
        if self._done or self._error is not None:
            return
        self._error = error
        if not self.headed.done():
            self.headed.set_exception(error)
            # Whoever asked may be gone: then nobody is told, and nothing is to be logged.
            self.headed.exception()
        self._wake()

    def _taken(self) -> bytes:
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        self._connection.read_on(self)
        return data

    async def _more(self) -> None:
        """Wait until something happens; a Fault if nothing will."""
        if self._error is not None:
            raise broken(self._host, self._error) from self._error
        self._woken = asyncio.get_running_loop().create_future()
        try:
            await self._woken
        finally:
            self._woken = None

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)


class Connection(asyncio.Protocol):
    """A connection that is open. `free` is told when it can carry the next call, `gone` when it can carry none."""

    def __init__(self, free: Callable[["Connection"], None], gone: Callable[["Connection"], None]) -> None:
        self.idle_since_s = 0.0
        self._free, self._gone = free, gone
        self._transport: asyncio.Transport | None = None
        self._answer: FastAnswer | None = None
        self._parser = httptools.HttpResponseParser(self)
        # As other clients read what servers send: bare line feeds, spaces behind a chunk's size.
        self._parser.set_dangerous_leniencies(
            lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True, lenient_data_after_close=True
        )
        self._used = False
        self._heard = False
        self._headed = False
        self._paused = False
        self._status = 0
        self._headers: dict[str, str] = {}
        # Bytes that came of a head that is not whole, and of the headers in it that are.
        self._fed = self._weight = 0

    @property
    def open(self) -> bool:
        """Whether a call can go out on it."""
        return self._transport is not None and not self._transport.is_closing() and self._answer is None

    async def ask(self, head: bytes, body: bytes, host: str, *, limit: int = MAX_ANSWER_BYTES) -> FastAnswer:
        """Send a call and wait for the answer's head; Stale where another connection may fare better."""
        if self._transport is None:
            raise RuntimeError("a connection carries calls once it is made")
        answer = self._answer = FastAnswer(self, host, limit)
        kept, self._used, self._heard = self._used, True, False
        if len(body) <= JOINED_BYTES:
            self._transport.write(head + body)
        else:
            self._transport.write(head)
            self._transport.write(body)
        try:
            await answer.headed
        except ConnectionError as error:
            if kept and not self._heard:
                raise Stale(str(error)) from error
            raise
        except asyncio.CancelledError:
            answer.close()
            raise
        return answer

    def abort(self) -> None:
        """Cut it, whatever is still to be written."""
        if self._transport is not None:
            self._transport.abort()

    def read_on(self, answer: FastAnswer) -> None:
        """The reader of an answer has caught up."""
        if self._paused and answer is self._answer and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = transport  # type: ignore[assignment]  # a Protocol's transport is always a Transport

    def data_received(self, data: bytes) -> None:
        """Bytes have come; those that nobody asked for end the connection."""
        self._heard = True
        try:
            self._parser.feed_data(data)
            if not self._headed and self._answer is not None:
                self._fed += len(data)
                _check_head(self._fed)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, Unusable) as error:
            cause = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else error
            self._lose(cause if isinstance(cause, Unusable) else Unusable(f"what came is no HTTP ({cause})"))

    def connection_lost(self, error: Exception | None) -> None:
        """It is closed, by whomever."""
        answer = self._answer
        if answer is not None and error is None and self._headed and self._until_closed():
            self._answer = None
            answer.end()
        elif answer is not None:
            words = "the answer ended before its end" if self._headed else "it was closed before an answer came"
            self._lose(error or Unusable(words))
        # Each knows the other.
        del self._parser
        self._gone(self)

    # What the parser tells.

    def on_message_begin(self) -> None:
        """A message begins, which must be an answer: what nobody asked for must not be given to the next who asks."""
        if self._answer is None:
            raise Unusable("an answer came that nobody asked for")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or what some servers send behind a body, which nobody reads."""
        if not self._headed:
            self._weight += len(name) + len(value)
            _check_head(self._weight)
            self._headers.setdefault(name.lower().decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._status = self._parser.get_status_code()
        if self._status not in _INTERIM and self._answer is not None:
            self._headed = True
            self._answer.begin(self._status, self._headers)

    def on_body(self, data: bytes) -> None:
        """Some of the body."""
        if self._answer is not None and not self._answer.take(data) and not self._paused and self._transport:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """The answer is whole; or it was one that only announces another."""
        answer, self._headers, self._fed, self._weight = self._answer, {}, 0, 0
        if self._status in _INTERIM or answer is None or self._transport is None:
            return
        self._headed, self._answer = False, None
        # A body that is still on its way out was not wanted, and would be taken for the next call.
        free = self._parser.should_keep_alive() and not self._transport.get_write_buffer_size()
        answer.end()
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        if free and not self._transport.is_closing():
            self._free(self)
        else:
            self._transport.abort()

    def _until_closed(self) -> bool:
        """Whether only the connection's end can tell where the body ends."""
        return "content-length" not in self._headers and "chunked" not in self._headers.get("transfer-encoding", "")

    def _lose(self, error: Exception) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.fail(error)
        self.abort()


def _check_head(size: int) -> None:
    if size > MAX_HEAD_BYTES:
        raise Unusable(f"its headers have more than {MAX_HEAD_BYTES} bytes")
