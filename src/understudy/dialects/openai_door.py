"""The door that dialects of OpenAI's making have in common: events for streams, errors, lists of models."""

import re
from collections.abc import Mapping

from understudy.canon.faults import Fault
from understudy.canon.request import Request
from understudy.dialects.contract import NO_HEADERS
from understudy.dialects.openai_errors import read_fault, write_fault
from understudy.dialects.openai_lists import write_model, write_models
from understudy.dialects.sse import SSE_TYPE, comment
from understudy.dialects.toolnames import PLAIN


class OpenAiDoor:
    """The methods of the contract that do not differ between them."""

    tool_names: re.Pattern[str] = PLAIN
    forwarded: tuple[str, ...] = ()
    quotas: str | None = None
    repeated: bytes | None = None

    def stream_type(self, request: Request) -> str:
        """Server-sent events."""
        return SSE_TYPE

    def keep_alive(self, request: Request, started: bool) -> bytes:
        """A comment, which may stand anywhere."""
        return comment("waiting")

    def encode_models(self, names: tuple[str, ...]) -> bytes:
        """The list of models, all on one page."""
        return write_models(names)

    def encode_model(self, name: str) -> bytes:
        """One entry of that list."""
        return write_model(name)

    def encode_fault(self, fault: Fault, request_id: str) -> tuple[int, bytes]:
        """The HTTP status and body of a fault."""
        return write_fault(fault, request_id)

    def decode_fault(
        self, status: int, body: bytes, retry_after_s: float | None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Fault:
        """What an upstream's error answer says, whatever its envelope."""
        return read_fault(status, body, retry_after_s)
