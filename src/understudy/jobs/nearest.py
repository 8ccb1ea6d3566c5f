"""The past prompts that mean most like one, with what came of them: for explanations, never for a decision.

They are read from the books and weighed anew each time somebody asks, away from the request path; nothing is kept of
it, neither in the journal nor anywhere. Only prompts of the same tenant on the same route are looked at, and only while
their words are there: what has expired or was deleted is near to nothing.
"""

from collections.abc import Mapping
from typing import NamedTuple

from understudy.canon.value import Value
from understudy.jobs.learning import lesson_of
from understudy.ports import LessonRow, Store
from understudy.stats.vectors import Vectors

NEIGHBOURS = 3
# A prompt takes 0.2 ms, one of 3,000 characters 1 ms: half a second, at the worst two. On MMLU-Pro three in five of the
# nearest of 2,000 are of the asked subject, of 500 half of them.
LOOKED_AT = 2_000
# Of a prompt's words, as much as a line holds beside the rest.
SHOWN_CHARS = 120


class Neighbour(Value, frozen=True, kw_only=True):
    """A past prompt: the cosine of its meaning, how it `begins`, and each model's outcome."""

    exchange_id: str
    at_s: float
    kind: str
    cosine: float
    begins: str
    outcomes: Mapping[str, float]

    @property
    def words(self) -> str:
        """All of it, as a line."""
        told = ", ".join(f"{model} {outcome:.3f}" for model, outcome in sorted(self.outcomes.items()))
        return f'{self.cosine:.3f}  "{self.begins}" ({self.kind}, {self.exchange_id}): {told or "no outcome"}'


class Asked(NamedTuple):
    """A prompt, and whose it is; as an exchange of the journal it is no past prompt of its own."""

    words: str
    tenant: str
    route: str
    exchange_id: str = ""


def nearest(store: Store, vectors: Vectors, asked: Asked, scale: str, now_s: float) -> list[Neighbour]:
    """The nearest of a tenant's newest prompts on a route, nearest first, with outcomes on the route's scale.

    Of prompts with the same words the newest stands for all. Where the vectors know no word that was asked, nothing is
    near.
    """
    meaning = vectors.meaning(asked.words).values
    if not meaning.any():
        return []
    newest: dict[str, LessonRow] = {}
    for row in store.past(asked.tenant, asked.route, now_s, LOOKED_AT):
        if row.exchange_id != asked.exchange_id:
            newest.setdefault(row.words, row)
    found = [(float(meaning @ vectors.meaning(row.words).values), row) for row in newest.values()]
    found.sort(key=lambda one: one[0], reverse=True)
    return [_neighbour(cosine, row, scale) for cosine, row in found[:NEIGHBOURS]]


def _neighbour(cosine: float, row: LessonRow, scale: str) -> Neighbour:
    return Neighbour(
        exchange_id=row.exchange_id,
        at_s=row.at_s,
        kind=row.kind,
        cosine=cosine,
        begins=_beginning(row.words),
        outcomes=lesson_of(row, scale).outcomes,
    )


def _beginning(words: str) -> str:
    """The first words, on one line; a terminal obeys none of them."""
    # Runs of blanks count as one, and may take much of the beginning.
    line = " ".join("".join(one if one.isprintable() else " " for one in words[: 4 * SHOWN_CHARS]).split())
    return line if len(line) <= SHOWN_CHARS and len(words) <= 4 * SHOWN_CHARS else f"{line[: SHOWN_CHARS - 2]} …"
