"""The kinds of query of the demo: templated traffic whose truth can be computed from the prompt alone.

Pure code: chance is a `random.Random` that the caller hands in. The space of prompts is cut in two by a hash: one part
is played and measured, the other is what the own model is trained on, so no played prompt was ever in its training.
No answer is stored anywhere: a prompt is made first, and its truth is read back from its words. Those words are in
`vocabulary`.
"""

import hashlib
import json
import random
import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from understudy.demo import vocabulary as words
from understudy.parity.checks import exact, json_equal

Split = Literal["played", "training"]
# One prompt in eight is kept for playing.
PLAYED_OF = 8
# How much of the played grocery traffic asks for things that came into the range after the model was trained.
NEW_RANGE = 0.2


class Kind(NamedTuple):
    """One kind of query: its id, what people call it, its share of traffic (relative), whether it is trained on."""

    id: str
    title: str
    weight: float
    trained: bool


class Task(NamedTuple):
    """One prompt and its right answer."""

    kind: str
    prompt: str
    truth: str


KINDS = (
    Kind("triage", "Which queue does a ticket belong to?", 1.0, True),
    Kind("sentiment", "Is a review positive or negative?", 1.0, True),
    Kind("language", "Which language is a sentence in?", 1.0, True),
    Kind("json_listed", "Name and city as JSON: listed names", 1.0, True),
    Kind("json_unseen", "Name and city as JSON: unseen names", 0.5, False),
    Kind("aisle", "Which aisle is it in? One ask in five is new in the range", 1.3, True),
    Kind("product_4digit", "The product of two four-digit numbers", 0.4, True),
    Kind("word_problem", "A small word problem", 0.4, True),
)


def make(kind: str, rng: random.Random, split: Split = "played") -> Task:
    """One task of a kind, from one side of the cut; KeyError for a kind that there is not."""
    while True:
        prompt = _MAKERS[kind](rng, split)
        if played(prompt) == (split == "played"):
            truth = truth_of(prompt)
            if truth is None:
                raise ValueError(f"the prompt {prompt!r} of kind {kind!r} has no truth; mend its template")
            return Task(kind, prompt, truth)


def played(prompt: str) -> bool:
    """Whether a prompt is on the played side of the cut."""
    return hashlib.sha256(prompt.encode()).digest()[0] % PLAYED_OF == 0


def truth_of(prompt: str) -> str | None:
    """The right answer, computed from the prompt alone; None if it is no task."""
    found = _read(prompt)
    return found[1] if found else None


def kind_of(prompt: str) -> str | None:
    """The kind of a prompt, from the prompt alone; None if it is no task."""
    found = _read(prompt)
    return found[0] if found else None


def right(prompt: str, answer: str) -> bool:
    """Whether an answer is right: JSON by its value, anything else word for word; False if the prompt is no task."""
    truth = truth_of(prompt)
    if truth is None:
        return False
    return bool(json_equal(answer, truth) if truth.startswith("{") else exact(answer, truth))


# --- making prompts -----------------------------------------------------------------------------------------------


def _triage(rng: random.Random, split: Split) -> str:
    problem = rng.choice(list(words.QUEUES))
    return f"Ticket: {rng.choice(words.OPENERS)} {problem} {rng.choice(words.PRODUCTS)}{rng.choice(words.TAILS)}"


def _sentiment(rng: random.Random, split: Split) -> str:
    thing, degree, quality = rng.choice(words.THINGS), rng.choice(words.DEGREES), rng.choice(list(words.QUALITIES))
    return f"Review: {rng.choice(words.VISITS)} the {thing} was {degree} {quality}."


def _language(rng: random.Random, split: Split) -> str:
    places = rng.choice(list(words.SENTENCES.values()))
    return "Language of: " + " ".join(rng.choice(place) for place in places)


def _json(names: tuple[str, ...], cities: tuple[str, ...]) -> Callable[[random.Random, Split], str]:
    def make(rng: random.Random, split: Split) -> str:
        sentence = rng.choice(words.STATEMENTS).format(name=rng.choice(names), city=rng.choice(cities))
        return f"JSON name and city: {sentence}"

    return make


def _aisle(rng: random.Random, split: Split) -> str:
    new = split == "played" and rng.random() < NEW_RANGE
    item = rng.choice(list(words.NEW_ITEMS if new else words.ITEMS))
    return f"Aisle: {rng.choice(words.WISHES)} {rng.randrange(2, 40)} {rng.choice(words.UNITS)} of {item}"


def _product(rng: random.Random, split: Split) -> str:
    return f"Product: {rng.randrange(1000, 10000)} x {rng.randrange(1000, 10000)}"


def _word_problem(rng: random.Random, split: Split) -> str:
    name, thing = rng.choice(words.NAMES), rng.choice(words.COUNTED)
    boxes, each, gone = rng.randrange(12, 100), rng.randrange(12, 100), rng.randrange(3, 100)
    return f"Problem: {name} has {boxes} boxes of {each} {thing} and gives {gone} {thing} away. How many are left?"


_MAKERS: dict[str, Callable[[random.Random, Split], str]] = {
    "triage": _triage,
    "sentiment": _sentiment,
    "language": _language,
    "json_listed": _json(words.NAMES, words.CITIES),
    "json_unseen": _json(words.UNSEEN_NAMES, words.UNSEEN_CITIES),
    "aisle": _aisle,
    "product_4digit": _product,
    "word_problem": _word_problem,
}

# --- reading them back --------------------------------------------------------------------------------------------

_FIRST_WORDS = {start: name for name, places in words.SENTENCES.items() for start in places[0]}
_NAME, _CITY = "(?P<name>[A-Z][a-z]+)", "(?P<city>[A-Z][a-z]+)"
_STATEMENTS = [
    re.compile(re.escape(text).replace(r"\{name\}", _NAME).replace(r"\{city\}", _CITY)) for text in words.STATEMENTS
]
_PRODUCT = re.compile(r"([0-9]{4}) x ([0-9]{4})")
_PROBLEM = re.compile(
    r"\w+ has ([0-9]+) boxes of ([0-9]+) \w+ and gives ([0-9]+) \w+ away\. How many are left\?",
)


def _read(prompt: str) -> tuple[str, str] | None:
    """The kind and the truth of a prompt."""
    head, colon, rest = prompt.partition(": ")
    reader = _READERS.get(head)
    return reader(rest) if colon and reader else None


def _read_triage(text: str) -> tuple[str, str] | None:
    return next((("triage", queue) for problem, queue in words.QUEUES.items() if f" {problem} " in text), None)


def _read_sentiment(text: str) -> tuple[str, str] | None:
    side = words.QUALITIES.get(text.rstrip(".").rpartition(" ")[2])
    return ("sentiment", side) if side else None


def _read_language(text: str) -> tuple[str, str] | None:
    return next((("language", name) for start, name in _FIRST_WORDS.items() if text.startswith(f"{start} ")), None)


def _read_json(text: str) -> tuple[str, str] | None:
    for pattern in _STATEMENTS:
        if match := pattern.fullmatch(text):
            kind = "json_listed" if match["name"] in words.NAMES else "json_unseen"
            return kind, json.dumps({"name": match["name"], "city": match["city"]})
    return None


def _read_aisle(text: str) -> tuple[str, str] | None:
    item = text.rpartition(" of ")[2]
    aisle = words.ITEMS.get(item) or words.NEW_ITEMS.get(item)
    return ("aisle", aisle) if aisle else None


def _read_product(text: str) -> tuple[str, str] | None:
    match = _PRODUCT.fullmatch(text)
    return ("product_4digit", str(int(match[1]) * int(match[2]))) if match else None


def _read_problem(text: str) -> tuple[str, str] | None:
    match = _PROBLEM.fullmatch(text)
    return ("word_problem", str(int(match[1]) * int(match[2]) - int(match[3]))) if match else None


_READERS: dict[str, Callable[[str], tuple[str, str] | None]] = {
    "Ticket": _read_triage,
    "Review": _read_sentiment,
    "Language of": _read_language,
    "JSON name and city": _read_json,
    "Aisle": _read_aisle,
    "Product": _read_product,
    "Problem": _read_problem,
}
