"""The page on recorded traffic: what the tests of this folder measured, as docs/reference/recorded.md shows it.

Only layout lives here; what is counted, and what must hold, is each test's own.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.kit.recordings import CHAT, CLIENTS, CONVERSE, DIALECTS, GEMINI, LLAMA, MESSAGES, RESPONSES

TITLES = {
    CHAT: "Chat", RESPONSES: "Responses", MESSAGES: "Messages", GEMINI: "Gemini", CONVERSE: "Converse", LLAMA: "Llama",
}  # fmt: skip

_HEAD = """\
# Recorded traffic

`make recorded` writes this page. It replays recorded exchanges with real providers through the running server
(`tests/kit`), and holds what each caller was told against what the provider had said: words, calls, why it stopped,
counts of tokens, and whether the answer is complete. A reader that shares nothing with the product reads both, by the
makers' fields and by the few rules of `tests/kit/reading.py`. In the same dialect the bytes' every field must be equal
besides. Any other difference fails the tests.
"""


@dataclass(frozen=True)
class Cell:
    """One pair of dialects, whole or streamed: how many agree, differ, and have no form at the caller's."""

    agree: int
    differ: int
    formless: int

    def __str__(self) -> str:
        plus = f" + {self.formless}" if self.formless else ""
        return f"{self.agree:,}/{self.agree + self.differ:,}{plus}"


@dataclass
class Measured:
    """What was measured so far; a test that did not run leaves its part empty."""

    answers: dict[tuple[str, str, bool], Cell] = field(default_factory=dict)
    formless: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    requests: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    cuts: dict[str, tuple[int, int]] = field(default_factory=dict)
    estimates: dict[str, tuple[int, list[float]]] = field(default_factory=dict)


def page(measured: Measured) -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD]
    for part, present in PARTS:
        if getattr(measured, present):
            parts.append(part(measured))
    return "\n".join(parts)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


_ANSWERS = """\
## Answers

Agreeing of those that both dialects can carry, whole and streamed; after a plus, those that say something that the
caller's dialect has no form for, and that its caller is told in another place.
"""
_REQUESTS = """\
## Requests

Each recorded body once, toward every other dialect: each value stands in what goes upstream, or below a field that was
reported as left behind, or is said in another way by one of the rules of `tests/kit/test_requests.py`. None gets lost.
Whole ones of all; the others are refused with a 400 that names what has no form there.
"""
_CUTS = """\
## Streams that are cut

At every byte of a stream of at most 4 KB, and within three bytes of each frame's edges in a longer one: a beginning of
the answer is told and an error, never an ending.
"""
_ESTIMATES = """\
## Estimates of tokens

The local estimate, as a part of the provider's count.
"""


def _answers(measured: Measured) -> str:
    def cell(client: str, upstream: str) -> str:
        return ", ".join(str(measured.answers[client, upstream, streamed]) for streamed in (False, True))

    rows = [[TITLES[client], *(cell(client, upstream) for upstream in DIALECTS)] for client in CLIENTS]
    table = _table(["client, upstream", *(TITLES[one] for one in DIALECTS)], rows)
    formless = ["Without a form:\n", *_counts(measured.formless)]
    left = ["\nRecordings that cannot be compared:\n", *_counts(measured.left)]
    return "\n".join([_ANSWERS, table, *formless, *left, ""])


def _counts(reasons: Counter[str]) -> list[str]:
    return [f"- {number:,}: {why}." for why, number in reasons.most_common()]


def _requests(measured: Measured) -> str:
    def cell(client: str, upstream: str) -> str:
        whole, refused = measured.requests.get((client, upstream), (0, 0))
        return f"{whole:,}/{whole + refused:,}" if whole else ""

    rows = [[TITLES[one], *(cell(one, upstream) for upstream in CLIENTS)] for one in DIALECTS]
    return "\n".join([_REQUESTS, _table(["client, upstream", *(TITLES[one] for one in CLIENTS)], rows)])


def _cuts(measured: Measured) -> str:
    rows = [[TITLES[one], f"{streams:,}", f"{cuts:,}"] for one, (streams, cuts) in measured.cuts.items()]
    return "\n".join([_CUTS, _table(["dialect", "streams", "cuts"], rows)])


def _estimates(measured: Measured) -> str:
    found = measured.estimates.items()
    rows = [[TITLES[one], f"{number:,}", *(f"{share:.2f}" for share in shares)] for one, (number, shares) in found]
    return "\n".join([_ESTIMATES, _table(["dialect", "prompts", "5 %", "median", "95 %"], rows)])


PARTS = ((_answers, "answers"), (_requests, "requests"), (_cuts, "cuts"), (_estimates, "estimates"))
