"""Names of buckets: a tenant's own n-grams for those that weigh most, so that an explanation can be read.

The n-grams are pieces of the tenant's prompts. They live in its belief, sealed like words, and go nowhere else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import islice

import numpy as np

from understudy.routing.beliefs import Belief
from understudy.routing.text import unpacked
from understudy.stats.ngrams import named_chars, named_words

# Buckets that get a name, of words and of characters each: those that can move a decision.
NAMED = 400
# Prompts read for names: an n-gram that matters stands in many.
PROMPTS_READ = 2_000


def names_in(prompt: str) -> dict[str, str]:
    """The n-grams of one prompt by bucket: where the prompt is at hand, nothing need be remembered to name them."""
    found = {f"word:{bucket}": gram for bucket, gram in named_words(prompt)}
    return found | {f"char:{bucket}": gram for bucket, gram in named_chars(prompt)}


def names_of(belief: Belief, prompts: Iterable[str]) -> dict[str, str]:
    """The most frequent n-gram of each bucket that weighs much, as "word:12" or "char:12"."""
    wanted: dict[str, set[int]] = {"word": set(), "char": set()}
    for raw in belief.texts.values():
        model = unpacked(raw)
        for block, weights in (("word", model.word), ("char", model.char)):
            wanted[block] |= set(np.argsort(-np.abs(weights))[:NAMED].tolist())
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for prompt in islice(prompts, PROMPTS_READ) if belief.texts else ():
        for block, named in (("word", named_words), ("char", named_chars)):
            for bucket, gram in named(prompt):
                if bucket in wanted[block]:
                    seen[f"{block}:{bucket}"][gram] += 1
    return {place: counter.most_common(1)[0][0] for place, counter in seen.items()}
