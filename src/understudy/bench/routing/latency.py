"""What a decision costs on one core: with text, without, with ten slices and with ten thousand."""

import time
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from understudy.bench.parity.real import GPT4, MIXTRAL
from understudy.bench.routing.data import Item, answered
from understudy.bench.routing.rows import Bar, Suite
from understudy.bench.routing.suites import lessons_of, pair_pool
from understudy.routing.beliefs import Belief, Learned
from understudy.routing.decide import decide
from understudy.routing.learn import Pool, believe, unfold
from understudy.routing.text import read
from understudy.stats.vectors import Vectors

LABELS = 1_500
CALLS = 2_000
LONGEST = 10_000_000
TEXT_MS, PLAIN_MS = 3.0, 0.1
# Ten thousand slices may cost this much more than ten: a lookup, and the noise of a busy machine.
NO_MORE = 1.25


def suite(items: Sequence[Item], vectors: Vectors | None = None) -> Suite:
    """CPU time of a decision, by percentile."""
    pool = pair_pool()
    both = answered(items, (GPT4, MIXTRAL))[:LABELS]
    speaking = _speaking(both, pool)
    silent = Learned(replace(speaking.belief, speaks=()))
    many, few = (Learned(_widened(silent.belief, slices)) for slices in (10_000, 10))
    prompts = [item.prompt for item in items[LABELS : LABELS + CALLS]]
    text = _times(speaking, pool, "chat", prompts)
    longest = _times(speaking, pool, "chat", ["the longest prompt that anybody sent " * (LONGEST // 37)] * 50)
    plain = _times(silent, pool, "chat", prompts)
    ten = _times(few, pool, "kind 5", prompts)
    thousands = _times(many, pool, "kind 5000", prompts)
    ratio = float(np.median(thousands) / np.median(ten))
    return Suite(
        name="latency",
        title="A decision on one core, CPU ms (p50, p95, p99)",
        bars=(
            _bar("with text, prompts of MMLU", text, TEXT_MS),
            *_over_vectors(both, pool, prompts, vectors),
            _bar("with text, a prompt of 10 MB", longest, TEXT_MS),
            _bar("without text", plain, PLAIN_MS),
            Bar(
                what="10,000 slices against 10, medians",
                asked=f"≤ {NO_MORE}",
                shown=f"{ratio:.2f}",
                passed=bool(ratio <= NO_MORE),
            ),
        ),
        notes=("RouteLLM's matrix factorisation: 155 requests/s, after an embedding call (arXiv 2406.18665).",),
    )


def _speaking(items: Sequence[Item], pool: Pool, vectors: Vectors | None = None) -> Learned:
    """A belief whose text speaks, on one kind."""
    lessons = [one._replace(kind="chat") for one in lessons_of(items, vectors=vectors)]
    learned = unfold(believe(lessons, pool).belief)
    return Learned(replace(learned.belief, speaks=("chat",)), learned.texts)


def _over_vectors(items: Sequence[Item], pool: Pool, prompts: Sequence[str], vectors: Vectors | None) -> list[Bar]:
    """The same with word vectors, where there are any."""
    if vectors is None:
        return []
    times = _times(_speaking(items, pool, vectors), pool, "chat", prompts, vectors)
    return [_bar("with text and word vectors, prompts of MMLU", times, TEXT_MS)]


def _widened(belief: Belief, slices: int) -> Belief:
    """The same records under many kinds."""
    return replace(belief, records={f"kind {number}": belief.records["chat"] for number in range(slices)})


def _times(
    learned: Learned, pool: Pool, kind: str, prompts: Sequence[str], vectors: Vectors | None = None
) -> list[float]:
    found = []
    for prompt in prompts:
        begun = time.process_time_ns()
        decide(pool.models, pool.incumbent, learned, kind, lambda: read(prompt, vectors))  # noqa: B023 - called at once
        found.append((time.process_time_ns() - begun) / 1e6)
    return found


def _bar(what: str, times: Sequence[float], limit: float) -> Bar:
    p50, p95, p99 = np.quantile(times, [0.5, 0.95, 0.99])
    return Bar(
        what=f"{what}, p95", asked=f"≤ {limit:g} ms", shown=f"{p50:.3f} {p95:.3f} {p99:.3f}", passed=bool(p95 <= limit)
    )
