"""The draft of an exchange: what is known of one request while it runs, and the journal row that it becomes.

The row is appended exactly once, before the last bytes go to the caller: an answer whose ending was seen is in the
books.
"""

from typing import Any

from understudy.canon.faults import Blame, Fault
from understudy.canon.money import cost, usd
from understudy.canon.omissions import Omission
from understudy.canon.request import Request
from understudy.canon.usage import NO_USAGE, Usage
from understudy.gateway.media import Held
from understudy.gateway.site import Call, Site
from understudy.policy.budgets import Size, guess
from understudy.policy.keys import Caller
from understudy.ports import Answered, Attempt, Exchange, Sampled, Status
from understudy.routing.board import Model, Route
from understudy.routing.choose import Plan

# Header values must stay well below the 8 KiB that common proxies allow for all headers.
MAX_OMITTED_HEADER_CHARS = 1_000
_CONTROLS = dict.fromkeys((*range(32), 127), " ")


class Draft:
    """One exchange in the making."""

    def __init__(self, site: Site, call: Call) -> None:
        self._site = site
        self.id = site.new_id()
        self.at_s = site.clock.now_s()
        self._begun = site.clock.monotonic_s()
        self.dialect = call.dialect.name
        # Whether what cannot be carried is a 400: as the request, its key or its route says.
        self.strict = call.strict
        self.caller: Caller | None = None
        self.request: Request | None = None
        # The model that was asked for, where what asks is no Request.
        self.asked = ""
        self.plan: Plan | None = None
        self.unit: str | None = None
        self.sampled: Sampled | None = None
        # Who will be asked for comparison once the caller is served.
        self.compared: tuple[Model, ...] = ()
        self.model: Model | None = None
        self.usage: Usage = NO_USAGE
        self.stop: str | None = None
        self.omissions: tuple[Omission, ...] = ()
        self.fetched: Held = {}
        self.malformed = 0
        self.attempts: list[Attempt] = []
        # What each model that was asked came to, for the pair.
        self.answered: dict[str, Answered] = {}
        # How much it may come to, where somebody has a budget for it.
        self.size: Size | None = None
        # What each model's tries cost that came to nothing, in nano-dollars.
        self.wasted: dict[str, int] = {}
        self._first_token_ms: float | None = None
        self._asked_ms: dict[str, float] = {}
        self.booked = False
        # Whether it has come to nothing.
        self.failed = False
        # Whether the caller has seen content: no other place may begin anew.
        self.begun = False

    def elapsed_ms(self) -> float:
        """Milliseconds since the request came in."""
        return (self._site.clock.monotonic_s() - self._begun) * 1000

    def asked_ms(self, model: Model) -> float:
        """When a model was asked first, in milliseconds: its answer took from then on, at whichever place it came."""
        return self._asked_ms.setdefault(model.name, self.elapsed_ms())

    def now_s(self) -> float:
        """The time of day, in Unix seconds."""
        return self._site.clock.now_s()

    def content(self) -> None:
        """The first content is about to leave for the caller."""
        self.begun = True
        if self._first_token_ms is None:
            self._first_token_ms = self.elapsed_ms()

    def heed(self, route: Route | None) -> None:
        """A route may be stricter than who asks for it."""
        self.strict = self.strict or (route is not None and route.strict)

    def hold(self, model: Model) -> None:
        """Hold what a model's answer may cost, in place of what was held before."""
        if self.size is None or self.caller is None:
            return
        nano = guess(self.size, self._site.holds.mean_out(model.name), model.price)
        route = self.plan.route if self.plan is not None else None
        self._site.holds.hold(self.id, self.caller.name, route or "", nano)

    def waste(self, model: Model) -> int:
        """What a model's tries cost that came to nothing, the one that just failed among them."""
        now = cost(self.usage, model.price) or 0
        self.wasted[model.name] = self.wasted.get(model.name, 0) + now
        return self.wasted[model.name]

    def _omitted(self) -> list[str]:
        """The fields that stayed behind, each once."""
        return list(dict.fromkeys(omission.field for omission in self.omissions))

    def headers(self, *, final: bool) -> list[tuple[str, str]]:
        """Who answers and why, or who failed last; `final` is False while another model may still have to take over."""
        headers = identity(self.id)
        plan = self.plan
        if plan is not None and plan.route is not None:
            headers += [("x-understudy-route", plan.route), ("x-understudy-kind", plan.kind or "")]
        if final and self.model is not None:
            headers += [
                ("x-understudy-model", _header_text(self.model.name)),
                ("x-understudy-owned", "true" if self.model.owned else "false"),
                ("x-understudy-reason", _header_text(self.reason())),
            ]
            if self.omissions:
                omitted = ", ".join(self._omitted())
                headers.append(("x-understudy-omitted", _header_text(omitted)[:MAX_OMITTED_HEADER_CHARS]))
        return headers

    def reason(self) -> str:
        """Why this model was asked, in words, and which ones had failed before it, or had all failed."""
        if self.plan is None:
            return ""
        failed = [attempt.model for attempt in self.attempts if attempt.outcome != "ok"]
        first = "" if self.failed else " first"
        return f"{self.plan.reason}; {', '.join(failed)} failed{first}" if failed else self.plan.reason

    def extension(self, usage: Usage) -> dict[str, Any]:
        """What the last frame says besides: who answered, what it cost in dollars, what could not be carried."""
        extension: dict[str, Any] = {"request_id": self.id}
        if self.model is not None:
            extension["model"] = self.model.name
            extension["cost_usd"] = usd(cost(usage, self.model.price))
        if usage.cache_write:
            # Some dialects have no word for it, and it costs more than what is only read (T31).
            extension["cache_write_tokens"] = usage.cache_write
        if (usage.reasoning or 0) > (usage.out or 0):
            # Hosts that count them apart do not always add up; where thoughts stand beside the rest it cannot be said.
            extension["reasoning_tokens"] = usage.reasoning
        if self.omissions:
            extension["omitted"] = self._omitted()
        return extension

    def book(self, status: Status, *, fault: Fault | None = None, http_status: int = 200) -> None:
        """Write the journal row; what comes after may be seen by the caller, since the books have it."""
        if self.booked:
            return
        self.booked, self.failed = True, fault is not None
        if status == "ok" and self.model is not None:
            spent_ms = self.elapsed_ms() - sum(attempt.latency_ms for attempt in self.attempts)
            self.attempts.append(Attempt(self.model.name, "ok", http_status, spent_ms))
        exchange = self._exchange(status, fault, http_status)
        self._site.journal.append(exchange)
        self._site.holds.end(exchange)
        self._site.observe(exchange)

    def _exchange(self, status: Status, fault: Fault | None, http_status: int) -> Exchange:
        plan, model, request = self.plan, self.model, self.request
        priced = cost(self.usage, model.price) if model is not None else None
        rented = plan.incumbent if plan is not None else None
        return Exchange(
            id=self.id,
            at_s=self.at_s,
            tenant=self.caller.tenant if self.caller else "default",
            key=self.caller.name if self.caller else "",
            route=plan.route if plan else None,
            kind=plan.kind if plan else None,
            dialect=self.dialect,
            asked=request.model if request else self.asked,
            model=model.name if model else None,
            owned=model.owned if model else None,
            build=model.build if model else None,
            reason=self.reason(),
            stream=request.streamed if request else False,
            status=status,
            http_status=http_status,
            fault=fault.kind.value if fault else None,
            message=fault.message if fault else None,
            stop=self.stop,
            usage=self.usage,
            cost_nano_usd=priced,
            incumbent_cost_nano_usd=cost(self.usage, rented.price) if rented else None,
            latency_ms=self.elapsed_ms(),
            first_token_ms=self._first_token_ms,
            attempts=tuple(self.attempts),
            omissions=self.omissions,
            malformed=self.malformed,
            hypothesis=plan.hypothesis if plan else None,
            unit=self.unit,
            bucket=plan.bucket if plan else None,
            share=plan.share if plan else None,
            decision=plan.decision if plan else None,
        )


def identity(request_id: str) -> list[tuple[str, str]]:
    """The headers that name a request: ours, and those in which clients look for it."""
    return [(name, request_id) for name in ("x-understudy-request-id", "x-request-id", "request-id")]


def status_of(fault: Fault, *, content: bool) -> Status:
    """How the journal calls a failed exchange: refused by us, failed, or broken off after the caller saw some of it."""
    if content:
        return "incomplete"
    return "refused" if fault.blame is Blame.CALLER else "failed"


def _header_text(text: str) -> str:
    """Text that is safe as a header value: ASCII without line breaks or other controls."""
    return text.encode("ascii", "replace").decode().translate(_CONTROLS)
