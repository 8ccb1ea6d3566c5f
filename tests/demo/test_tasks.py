"""The tasks of the demo: their truth, their cut in two, and what counts as right."""

import hashlib
import json
import random
import re

import pytest

from understudy.demo import vocabulary as words
from understudy.demo.tasks import KINDS, kind_of, make, played, right, truth_of

IDS = [kind.id for kind in KINDS]
SEEDS = 500
# Worked out by hand: the code has no part in these.
EXAMPLES = [
    ("triage", "Ticket: Hello, I was charged twice for the planner, again.", "billing"),
    ("triage", "Ticket: Hey, the discount is missing for the course.", "billing"),
    ("triage", "Ticket: Hey, the refund is missing for the course.", "refund"),
    ("triage", "Ticket: Urgent, I am locked out of the editor since Monday.", "login"),
    ("triage", "Ticket: Dear team, customs is holding the desk lamp.", "shipping"),
    ("triage", "Ticket: Hey, the screen freezes in the dashboard.", "bug"),
    ("triage", "Ticket: Hey, could you add sharing to the dashboard.", "feature"),
    ("sentiment", "Review: On our trip the soup was always superb.", "positive"),
    ("sentiment", "Review: In the end the wifi was quite unpleasant.", "negative"),
    ("language", "Language of: The baker wants fresh bread at home", "English"),
    ("language", "Language of: Der Bäcker will frisches Brot zu Hause", "German"),
    ("language", "Language of: Un ami voit le livre vert chez nous", "French"),
    ("language", "Language of: El panadero quiere pan fresco hoy", "Spanish"),
    ("language", "Language of: Un amico di Anna vede il libro verde oggi", "Italian"),
    ("json_listed", "JSON name and city: Anna lives in Oslo.", '{"name": "Anna", "city": "Oslo"}'),
    ("json_listed", "JSON name and city: Riga is the home of Leon.", '{"name": "Leon", "city": "Riga"}'),
    ("json_unseen", "JSON name and city: Ngozi lives in Maputo.", '{"name": "Ngozi", "city": "Maputo"}'),
    ("aisle", "Aisle: Add 12 bags of rye bread", "bakery"),
    ("aisle", "Aisle: I need 3 crates of kohlrabi", "produce"),
    ("product_4digit", "Product: 1234 x 5678", "7006652"),
    (
        "word_problem",
        "Problem: Nora has 12 boxes of 20 pens and gives 5 pens away. How many are left?",
        "235",
    ),
]


@pytest.mark.parametrize(("kind", "prompt", "truth"), EXAMPLES)
def test_the_truth_is_what_a_person_would_say(kind: str, prompt: str, truth: str) -> None:
    assert kind_of(prompt) == kind
    assert truth_of(prompt) == truth


@pytest.mark.parametrize("kind", IDS)
def test_every_prompt_can_be_read_back(kind: str) -> None:
    for seed in range(SEEDS):
        task = make(kind, random.Random(seed))
        assert (task.kind, kind_of(task.prompt), truth_of(task.prompt)) == (kind, kind, task.truth)
        assert right(task.prompt, task.truth)
        assert not right(task.prompt, task.truth + "x")


@pytest.mark.parametrize("kind", IDS)
def test_the_same_seed_asks_the_same(kind: str) -> None:
    one, other = random.Random(3), random.Random(3)
    assert [make(kind, one) for _ in range(20)] == [make(kind, other) for _ in range(20)]


@pytest.mark.parametrize("kind", IDS)
def test_what_is_played_is_never_trained_on(kind: str) -> None:
    rng = random.Random(11)
    asked = {make(kind, rng, "played").prompt for _ in range(400)}
    trained = {make(kind, rng, "training").prompt for _ in range(400)}
    assert all(played(prompt) for prompt in asked)
    assert not any(played(prompt) for prompt in trained)


def test_the_cut_is_the_one_that_the_shipped_model_was_trained_with() -> None:
    rng = random.Random(12)
    sides = {prompt: played(prompt) for prompt in (make("triage", rng, "training").prompt for _ in range(200))}
    sides |= {
        f"Aisle: Add {number} bags of toast": played(f"Aisle: Add {number} bags of toast") for number in range(99)
    }
    for prompt, side in sides.items():
        assert side == hashlib.sha256(prompt.encode()).hexdigest()[:2].endswith(("0", "8")), prompt


@pytest.mark.parametrize("kind", IDS)
def test_there_is_plenty_to_play(kind: str) -> None:
    rng = random.Random(5)
    assert len({make(kind, rng).prompt for _ in range(4000)}) > 1200


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("triage", {"billing", "login", "shipping", "refund", "bug", "feature"}),
        ("sentiment", {"positive", "negative"}),
        ("language", {"English", "German", "French", "Spanish", "Italian"}),
        ("aisle", {"produce", "bakery", "dairy", "drinks", "household"}),
    ],
)
def test_every_label_is_asked_for_about_as_often(kind: str, labels: set[str]) -> None:
    rng = random.Random(8)
    truths = [make(kind, rng).truth for _ in range(1000)]
    assert set(truths) == labels
    assert all(truths.count(label) > 0.7 * len(truths) / len(labels) for label in labels)


def test_listed_and_unseen_names_share_nothing_but_their_sentences() -> None:
    assert not set(words.NAMES) & set(words.UNSEEN_NAMES)
    assert not set(words.CITIES) & set(words.UNSEEN_CITIES)
    assert not set(words.ITEMS) & set(words.NEW_ITEMS)
    for kind, names in (("json_listed", words.NAMES), ("json_unseen", words.UNSEEN_NAMES)):
        task = make(kind, random.Random(2))
        assert json.loads(task.truth)["name"] in names


def test_numbers_are_what_they_are_whatever_stands_around_them() -> None:
    for seed in range(100):
        prompt, truth = make("word_problem", random.Random(seed))[1:]
        boxes, each, gone = map(int, re.findall(r"\d+", prompt))
        assert boxes * each - gone == int(truth) > 0


@pytest.mark.parametrize(
    "prompt", ["", "Hello, who are you?", "Ticket: Hello.", "Product: 12 x 1234", "Product: 1234 x 5678!", "Aisle: tea"]
)
def test_what_is_no_task_has_no_truth(prompt: str) -> None:
    assert truth_of(prompt) is None
    assert kind_of(prompt) is None
    assert not right(prompt, "")


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        ('{"name": "Anna", "city": "Oslo"}', True),
        ('  {"city":"Oslo","name":"Anna"}\n', True),
        ('{"name": "Anna", "city": "oslo"}', False),
        ('{"name": "Anna"}', False),
        ('{"name": "Anna", "city": "Oslo"} and more', False),
        ("[" * 100_000, False),
        ("", False),
    ],
)
def test_json_is_compared_by_its_value(answer: str, good: bool) -> None:
    assert right("JSON name and city: Anna lives in Oslo.", answer) is good


@pytest.mark.parametrize(
    ("answer", "good"), [("bakery", True), (" bakery\n", True), ("Bakery", False), ("dairy", False)]
)
def test_labels_are_compared_word_for_word(answer: str, good: bool) -> None:
    assert right("Aisle: Add 12 bags of toast", answer) is good
