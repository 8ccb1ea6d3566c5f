"""Leaks are found in every split, and taken out; parts of prompts are told apart from whole ones."""

import numpy as np

from understudy.bench.routing.data import Item
from understudy.bench.routing.leakage import Leakage, prints

LONG = "a train leaves the station at nine and arrives in the town at"
PROMPTS = ["What is 2+2?", "Who sued whom?", "what is 2 2", f"{LONG} ten", f"And then {LONG} noon", "a train leaves"]
MARKS = prints([Item(str(k), "t", prompt, {}) for k, prompt in enumerate(PROMPTS)])
EVERY = np.arange(len(PROMPTS))


def test_a_leak_is_found_and_taken_out() -> None:
    train, test = EVERY[2:], EVERY[:2]
    assert MARKS.between(train, test) == Leakage(1, 0, 2, 1)
    clean = MARKS.disjoint(train, test)
    assert clean.tolist() == [3, 4, 5]
    assert MARKS.between(clean, test).bar.passed


def test_eight_words_in_a_row_are_told_besides() -> None:
    assert MARKS.between(EVERY[3:4], EVERY[4:]) == Leakage(0, 1, 2, 1)
    assert MARKS.between(EVERY[5:], EVERY[:5]) == Leakage(0, 0, 5, 1)


def test_every_split_counts() -> None:
    found = MARKS.over([(EVERY[1:2], EVERY[:1]), (EVERY[2:3], EVERY[:1]), (EVERY[3:4], EVERY[4:5])])
    assert found == Leakage(1, 1, 3, 3)
    assert not found.bar.passed
    assert found.words.startswith("leakage: 1 of 3 scored prompts in 3 splits are labelled ones (by hash), 1 share 8")


def test_items_without_a_window_are_no_hindrance() -> None:
    few = prints([Item("a", "t", "short", {}), Item("b", "t", "other", {})])
    assert few.between(np.array([0]), np.array([1])) == Leakage(0, 0, 1, 1)
