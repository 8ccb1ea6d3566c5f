"""A small pool and lessons made up for the tests: the own model is good at sums and bad at letters."""

import numpy as np

from understudy.routing.board import Model
from understudy.routing.learn import Pool
from understudy.routing.lessons import Lesson
from understudy.routing.text import Prompt, read
from understudy.stats.vectors import Meaning

OWN = Model(name="own", provider="p", upstream="o", dialect="openai_chat", endpoints=(), maker="o", owned=True)
RENTED = Model(name="rented", provider="p", upstream="r", dialect="openai_chat", endpoints=(), maker="r")
POOL = Pool(route="auto", models=(OWN, RENTED), incumbent="rented")
TOPICS = ("rivers and lakes", "trains and rails", "bread and butter", "stars at night", "paint on wood")


def prompt(number: int, *, sums: bool) -> str:
    """A prompt about something, that is a sum or a letter."""
    task = "compute the sum of these numbers exactly" if sums else "write a friendly letter to my neighbour"
    return f"{task}: {TOPICS[number % len(TOPICS)]} {number}"


def lesson(number: int, kind: str, own: float, rented: float, *, sums: bool = True) -> Lesson:
    """A compared prompt."""
    return Lesson(
        id=f"ex_{number}",
        tenant="default",
        route="auto",
        kind=kind,
        at_s=float(number),
        prompt=read(prompt(number, sums=sums)),
        outcomes={"own": own, "rented": rented},
        chances={"own": 1.0, "rented": 1.0},
        usd={"own": 0.0001, "rented": 0.01},
        ms={"own": 100.0, "rented": 900.0},
    )


def by_kind(count: int, seed: int = 0) -> list[Lesson]:
    """Sums, at which the own model is better, and letters, at which it is worse, as kinds of their own."""
    draw = np.random.default_rng(seed)
    found = []
    for number in range(count):
        sums = bool(number % 2)
        own, rented = draw.random() < (0.9 if sums else 0.4), draw.random() < 0.7
        found.append(lesson(number, "sums" if sums else "letters", float(own), float(rented), sums=sums))
    return found


def by_text(count: int, seed: int = 0) -> list[Lesson]:
    """The same under one kind: only the text tells them apart."""
    return [one._replace(kind="chat") for one in by_kind(count, seed)]


def meant(number: int, *, sums: bool, vectors: str = "v1") -> Prompt:
    """A prompt whose meaning alone tells what it is: its words are drawn by chance."""
    draw = np.random.default_rng(number)
    values = draw.normal(size=8) + (2.0 if sums else -2.0)
    meaning = Meaning(vectors, (values / np.linalg.norm(values)).astype(np.float32))
    return read(prompt(number, sums=bool(draw.integers(2))))._replace(meaning=meaning)


def by_meaning(count: int, vectors: str = "v1") -> list[Lesson]:
    """The same under one kind, told apart by meaning alone."""
    return [
        one._replace(prompt=meant(number, sums=bool(number % 2), vectors=vectors))
        for number, one in enumerate(by_text(count))
    ]
