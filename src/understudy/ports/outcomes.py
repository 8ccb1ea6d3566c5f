"""Who says how good an answer is: checks, and judges."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.canon.value import Value


class Check(Protocol):
    """A verifiable check: says of one answer how right it is, from the request and the answer alone.

    A `slow` one runs beside the books, not in them.
    """

    name: str
    version: str
    slow: bool

    def prepare(self) -> None:
        """Called once at start; raises CheckRefused when the check cannot work here, with the remedy."""
        ...

    def score(self, request: Request, reply: Reply) -> float | None:
        """A number in [0, 1]; None if this check has no opinion on such a request (the pair is void)."""
        ...


class CheckRefused(Exception):
    """A check cannot work on this machine; the message says what to do."""


class Judgement(Value, frozen=True):
    """A judge's word on one pair in both orders, each in [-1, 1] from the candidate's point of view.

    `first` was said with the candidate shown first, `second` with it shown second; `missing` says why one is not there.
    """

    first: float | None = None
    second: float | None = None
    missing: str | None = None

    @property
    def score(self) -> float | None:
        """The mean of both orders; None unless both were judged."""
        return None if self.first is None or self.second is None else (self.first + self.second) / 2

    @property
    def consistent(self) -> bool | None:
        """Whether both orders said the same; None unless both were judged."""
        return None if self.first is None or self.second is None else self.first == self.second


Ask = Callable[[Request], Awaitable[Reply]]
"""Asks one model behind the gateway; raises Fault."""


class Judge(Protocol):
    """Says which of two answers to one request is better; never raises for what a model says."""

    name: str
    version: str

    async def judge(self, ask: Ask, request: Request, candidate: Reply, incumbent: Reply) -> Judgement:
        """Both orders of one pair."""
        ...
