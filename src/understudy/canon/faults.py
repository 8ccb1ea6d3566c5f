"""Faults: everything that can go wrong with a request, and whose it is.

One family, one table. A dialect words a fault for its callers (its own type names and envelope); the HTTP status and
the blame stand here, once.
"""

from enum import Enum
from typing import NamedTuple

from understudy.canon.limits import Limits


class Blame(Enum):
    """Who has to change something for the next try to succeed."""

    CALLER = "caller"
    UPSTREAM = "upstream"
    US = "us"


class FaultKind(Enum):
    """What went wrong, in the words that the journal and the metrics use."""

    BAD_REQUEST = "bad_request"
    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    RATE_LIMITED = "rate_limited"
    BUDGET = "budget_exceeded"
    TIMEOUT = "timeout"
    OVERLOADED = "overloaded"
    UPSTREAM = "upstream"
    UPSTREAM_INTERNAL = "upstream_internal"
    UPSTREAM_REFUSED = "upstream_refused"
    TRUNCATED = "truncated"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class Row(NamedTuple):
    """One row of the fault table: the HTTP status outside any dialect, the blame, whether another try may help."""

    status: int
    blame: Blame
    retriable: bool


TABLE: dict[FaultKind, Row] = {
    FaultKind.BAD_REQUEST: Row(400, Blame.CALLER, False),
    FaultKind.AUTHENTICATION: Row(401, Blame.CALLER, False),
    FaultKind.PERMISSION: Row(403, Blame.CALLER, False),
    FaultKind.NOT_FOUND: Row(404, Blame.CALLER, False),
    FaultKind.TOO_LARGE: Row(413, Blame.CALLER, False),
    # The prompt is longer than the model's window.
    FaultKind.TOO_LONG: Row(400, Blame.CALLER, False),
    FaultKind.RATE_LIMITED: Row(429, Blame.UPSTREAM, True),
    # The key's own money for the day is gone: only time or the operator mends that.
    FaultKind.BUDGET: Row(429, Blame.CALLER, False),
    FaultKind.TIMEOUT: Row(504, Blame.UPSTREAM, True),
    FaultKind.OVERLOADED: Row(503, Blame.UPSTREAM, True),
    # No usable answer came: connection refused or cut, a wrong content type, bytes that are no events.
    FaultKind.UPSTREAM: Row(502, Blame.UPSTREAM, True),
    # The upstream itself said 500.
    FaultKind.UPSTREAM_INTERNAL: Row(500, Blame.UPSTREAM, True),
    # The upstream turned our credentials away: the message says whose key it was.
    FaultKind.UPSTREAM_REFUSED: Row(401, Blame.US, True),
    # The answer ended without an ending.
    FaultKind.TRUNCATED: Row(502, Blame.UPSTREAM, True),
    FaultKind.UNAVAILABLE: Row(503, Blame.US, True),
    FaultKind.INTERNAL: Row(500, Blame.US, False),
}


class Fault(Exception):
    """A request that failed. `param` names the field at fault; `native` keeps the upstream's own word for it."""

    def __init__(
        self,
        message: str,
        *,
        kind: FaultKind,
        param: str | None = None,
        native: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.param = param
        self.native = native
        self.retry_after_s = retry_after_s
        # What the upstream said of its limits beside it.
        self.limits: Limits = {}

    @property
    def row(self) -> Row:
        """The row of the fault table that this fault stands for."""
        return TABLE[self.kind]

    @property
    def blame(self) -> Blame:
        """Whose fault it is."""
        return self.row.blame


# What an upstream's status says about the fault; a status outside the table is read by its class.
_BY_STATUS = {
    400: FaultKind.BAD_REQUEST,
    401: FaultKind.UPSTREAM_REFUSED,
    403: FaultKind.UPSTREAM_REFUSED,
    404: FaultKind.NOT_FOUND,
    408: FaultKind.TIMEOUT,
    413: FaultKind.TOO_LARGE,
    422: FaultKind.BAD_REQUEST,
    429: FaultKind.RATE_LIMITED,
    500: FaultKind.UPSTREAM_INTERNAL,
    503: FaultKind.OVERLOADED,
    504: FaultKind.TIMEOUT,
    529: FaultKind.OVERLOADED,
}


def kind_of_status(status: int) -> FaultKind:
    """The kind of fault that an upstream's HTTP status stands for."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    return FaultKind.BAD_REQUEST if 400 <= status < 500 else FaultKind.UPSTREAM


def bad_request(message: str, param: str | None = None) -> Fault:
    """A fault of the caller's making, naming the field where there is one."""
    return Fault(message, kind=FaultKind.BAD_REQUEST, param=param)
