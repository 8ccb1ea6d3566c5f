"""The label queue: what people are asked, blind and in an order drawn by lot, and what their answer becomes.

Which pairs are asked about was drawn before either model answered; who reads does not learn which answer is whose. The
same lot decides the order whenever the same pair is shown. The API and the terminal are two doors to this one queue.
"""

from collections.abc import Iterator

from understudy.canon.messages import Message
from understudy.canon.parts import Refusal, Text, Thinking, ToolCall, ToolResult
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.canon.value import Value
from understudy.jobs.booking import words_of
from understudy.jobs.panel import PEOPLE_VERSION
from understudy.jobs.registrar import slice_of
from understudy.parity.assign import bucket
from understudy.ports import HypothesisRow, Store, Verdict, Waiting

# What a choice is worth for the answer shown first.
WORTH: dict[str, float] = {"first": 1.0, "rather_first": 0.5, "tie": 0.0, "rather_second": -0.5, "second": -1.0}


class LabelRefused(Exception):
    """A label that cannot be taken; the message says why. `gone` if there is no such question (any more)."""

    def __init__(self, message: str, *, gone: bool = False) -> None:
        super().__init__(message)
        self.gone = gone


class Question(Value, frozen=True, kw_only=True):
    """One pair as a person sees it: nothing tells whose answer is whose. `deadline_s` is Unix time."""

    id: str
    slice: str
    prompt: str
    first: str
    second: str
    deadline_s: float


def questions(store: Store, secret: bytes, now_s: float, limit: int, tenant: str | None = None) -> list[Question]:
    """The oldest open questions, of one tenant or of all."""
    registered = {row.id: row for row in store.hypotheses() if tenant in (None, row.tenant)}
    waiting = store.waiting(("label",), registered.keys(), now_s, limit)
    found = [one for row in waiting if (one := store.waiting_for(row.exchange_id)) is not None]
    return [_question(one, registered[one.pair.hypothesis], secret) for one in found]


def _question(one: Waiting, registered: HypothesisRow, secret: bytes) -> Question:
    words = words_of(one.text)
    answers = (shown(words.candidate.reply), shown(words.incumbent.reply))
    first, second = answers if _candidate_first(one, registered, secret) else answers[::-1]
    return Question(
        id=one.pair.exchange_id,
        slice=str(slice_of(registered)),
        prompt=conversation(words.request),
        first=first,
        second=second,
        deadline_s=one.pair.deadline_s,
    )


def label(
    store: Store, secret: bytes, exchange_id: str, choice: str, who: str, now_s: float, tenant: str | None = None
) -> Verdict:
    """A person's answer to a question, one of a tenant's or any, as a verdict. Raises LabelRefused."""
    if choice not in WORTH:
        raise LabelRefused(f"choice {choice!r} is none of {', '.join(WORTH)}")
    one = store.waiting_for(exchange_id)
    registered = {row.id: row for row in store.hypotheses()}.get(one.pair.hypothesis) if one is not None else None
    if one is None or registered is None or not one.pair.asked or tenant not in (None, registered.tenant):
        raise LabelRefused(f"there is no question {exchange_id!r}", gone=True)
    if now_s > one.pair.deadline_s:
        raise LabelRefused("its deadline has passed: the pair has counted as the candidate's loss", gone=True)
    if any(said.source == "label" and said.exchange_id == exchange_id for said in store.verdicts(one.pair.hypothesis)):
        raise LabelRefused("somebody has labelled it already; the first label counts", gone=True)
    worth = WORTH[choice]
    return Verdict(
        exchange_id=exchange_id,
        hypothesis=one.pair.hypothesis,
        source="label",
        at_s=now_s,
        by=who,
        version=PEOPLE_VERSION,
        score=worth if _candidate_first(one, registered, secret) else -worth,
    )


def _candidate_first(one: Waiting, registered: HypothesisRow, secret: bytes) -> bool:
    lot = bucket(secret, slice_of(registered), registered.id, one.pair.exchange_id, purpose="order")
    return lot < 0.5


def conversation(request: Request) -> str:
    """A request as people read it: who said what, in order."""
    return "\n\n".join(f"[{message.role}]\n{_spoken(message)}" for message in request.messages)


def shown(reply: Reply | None) -> str:
    """An answer as people read it: words, and tool calls by name; thinking is not shown."""
    return "\n".join(_parts(reply.parts)) if reply is not None else ""


def _spoken(message: Message) -> str:
    return "\n".join(_parts(message.parts))


def _parts(parts: tuple[object, ...]) -> Iterator[str]:
    for part in parts:
        match part:
            case Text(text=text) | Refusal(text=text):
                yield text
            case Thinking():
                pass
            case ToolCall(name=name, arguments=arguments):
                yield f"→ {name}({arguments})"
            case ToolResult(parts=inner):
                yield from _parts(inner)
            case _:
                yield f"<{type(part).__name__.lower()}>"
