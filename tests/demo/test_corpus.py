"""What the own model is trained on: never what is played, never what it must not have seen."""

import random
import re
from collections import Counter

from understudy.demo import vocabulary as words
from understudy.demo.corpus import conversation, draw, tokenizer_lines
from understudy.demo.tasks import KINDS, played

DRAWS = 6000


def test_no_played_prompt_and_no_unseen_word_is_trained_on() -> None:
    rng = random.Random(1)
    tasks = [draw(rng) for _ in range(DRAWS)]
    assert not any(played(task.prompt) for task in tasks)
    seen = set(re.findall(r"\w+", " ".join(task.prompt for task in tasks)))
    assert seen >= set(words.NAMES) | set(words.CITIES)
    assert not seen & {*words.UNSEEN_NAMES, *words.UNSEEN_CITIES}
    asked = [task.prompt.rpartition(" of ")[2] for task in tasks if task.kind == "aisle"]
    assert set(asked) == set(words.ITEMS)


def test_every_trained_kind_has_its_part() -> None:
    rng = random.Random(2)
    counts = Counter(draw(rng).kind for _ in range(DRAWS))
    assert set(counts) == {kind.id for kind in KINDS if kind.trained}
    easy = min(counts[kind] for kind in ("triage", "sentiment", "language", "json_listed", "aisle"))
    hard = max(counts["product_4digit"], counts["word_problem"])
    assert 0 < 4 * hard < easy


def test_the_same_seed_draws_the_same_corpus() -> None:
    one, other = random.Random(4), random.Random(4)
    assert [draw(one) for _ in range(50)] == [draw(other) for _ in range(50)]
    assert draw(random.Random(5)) != draw(random.Random(6))


def test_the_tokenizer_never_sees_a_digit() -> None:
    lines = list(tokenizer_lines(random.Random(3)))
    assert not any(letter.isdigit() for line in lines for letter in line)
    assert any(line.startswith("Ticket: ") for line in lines)
    assert "billing" in lines


def test_a_conversation_ends_where_the_answer_begins() -> None:
    assert conversation("Product: 1 x 2") == "<|begin|><|user|>Product: 1 x 2<|assistant|>"
