"""What the corridor works with: its ports and settings, gathered once by the app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Meta

from understudy.canon.request import Request
from understudy.canon.value import Value
from understudy.dialects.contract import Dialect
from understudy.dialects.spelling import Spelling
from understudy.gateway.wheel import Wheel
from understudy.policy.budgets import Spent
from understudy.policy.keys import Keyring
from understudy.ports import (
    KEY_HEADERS,
    Check,
    Clock,
    Exchange,
    Fetcher,
    Health,
    Holds,
    Journal,
    Ledger,
    Shelf,
    Slots,
    Spawn,
    Upstream,
)
from understudy.routing.board import Board
from understudy.routing.policies import KindPolicy

STRICT_HEADER = "x-understudy-strict"
Seconds = Annotated[float, Meta(gt=0)]


class Timeouts(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the corridor waits, in seconds.

    `first_token_s` runs until the first content event of a stream, `idle_s` between later events, `total_s` over all.
    Silence is broken toward the caller every `keep_alive_s`: coding clients give up on longer ones.
    """

    connect_s: Seconds = 5.0
    first_token_s: Seconds = 120.0
    idle_s: Seconds = 60.0
    total_s: Seconds = 600.0
    keep_alive_s: Seconds = 10.0


class Standing(Value, frozen=True, kw_only=True):
    """The snapshots that every request reads: who may call, what may answer, the kinds by policy, the day's cost."""

    board: Board
    keyring: Keyring
    policies: tuple[KindPolicy, ...] = ()
    spent: Spent = Spent()


@dataclass(frozen=True, slots=True)
class Site:
    """The corridor's surroundings. `standing` gives the newest snapshots without waiting."""

    dialects: Mapping[str, Dialect]
    upstream: Upstream
    fetcher: Fetcher
    journal: Journal
    ledger: Ledger
    health: Health
    holds: Holds
    slots: Slots
    clock: Clock
    wheel: Wheel
    spawn: Spawn
    standing: Callable[[], Standing]
    new_id: Callable[[], str]
    # Salts assignment and key digests.
    server_secret: bytes
    timeouts: Timeouts
    # Told of every exchange once it is booked, for metrics.
    observe: Callable[[Exchange], None]
    # Answers that requests may go on from, and for how many seconds; 0 keeps none.
    shelf: Shelf
    keep_answers_s: float
    # The check of each route that tries its own model first.
    checks: Mapping[str, Check] = field(default_factory=dict)

    def spelling(self, request: Request) -> Spelling:
        """How the caller of a request names its fields; a request of our own, such as a judge's, has common names."""
        caller = self.dialects.get(request.dialect)
        return Spelling() if caller is None else caller.spelling


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller sent: the dialect named by the path, header names in lower case, the body whole.

    `address` is the path with its query as it came; some dialects name the model there. `scheme` is that by which the
    caller reached us, as a proxy that the operator trusts tells it.
    """

    dialect: Dialect
    headers: Mapping[str, str]
    body: bytes
    address: str = ""
    method: str = "POST"
    scheme: str = "http"

    @property
    def origin(self) -> str:
        """Where the caller reached us, in its own words."""
        return f"{self.scheme}://{self.headers.get('host', '')}"

    @property
    def key(self) -> str | None:
        """The API key that was presented, in whichever header its client library uses."""
        bearer = self.headers.get("authorization", "")
        if bearer[:7].lower() == "bearer ":
            return bearer[7:].strip()
        for name in KEY_HEADERS:
            if key := self.headers.get(name):
                return key
        return parse_qs(urlsplit(self.address).query).get("key", [None])[0] if "key=" in self.address else None

    @property
    def strict(self) -> bool:
        """Whether the caller wants a 400 rather than an answer to less than it asked."""
        return self.headers.get(STRICT_HEADER, "").lower() in ("1", "true")

    def read(self) -> Request:
        """The request, with the headers that go on to an upstream of the same dialect; a Fault if it is none."""
        request = self.dialect.decode_request(self.body, self.address)
        kept = {name: self.headers[name] for name in self.dialect.forwarded if name in self.headers}
        return msgspec.structs.replace(request, headers=kept) if kept else request
