"""The demo's tasks: their truth is in the prompt, and what is played was never in training."""

import random

import pytest

from understudy.demo.tasks import KINDS, kind_of, make, played, right, truth_of

IDS = [kind.id for kind in KINDS]


@pytest.mark.parametrize("kind", IDS)
def test_truth_is_read_back_from_the_prompt(kind: str) -> None:
    rng = random.Random(1)
    for _ in range(500):
        task = make(kind, rng)
        assert kind_of(task.prompt) == kind
        assert truth_of(task.prompt) == task.truth
        assert right(task.prompt, task.truth)
        assert not right(task.prompt, task.truth + "x")
        assert not right(task.prompt, "")


@pytest.mark.parametrize("kind", IDS)
def test_what_is_played_is_never_trained_on(kind: str) -> None:
    rng = random.Random(2)
    for _ in range(300):
        assert played(make(kind, rng).prompt)
        assert not played(make(kind, rng, "training").prompt)


def test_the_same_seed_gives_the_same_traffic() -> None:
    first, second = random.Random(3), random.Random(3)
    assert [make("aisle", first) for _ in range(50)] == [make("aisle", second) for _ in range(50)]


def test_the_truth_of_each_kind_is_the_truth() -> None:
    assert truth_of("Product: 1234 x 5678") == str(1234 * 5678)
    problem = "Problem: Anna has 3 boxes of 10 pens and gives 4 pens away. How many are left?"
    assert truth_of(problem) == "26"
    assert truth_of("Aisle: Add 3 bags of quark") == "dairy"
    assert truth_of("JSON name and city: Anna lives in Oslo.") == '{"name": "Anna", "city": "Oslo"}'
    assert right("JSON name and city: Anna lives in Oslo.", '{"city":"Oslo","name":"Anna"}')


@pytest.mark.parametrize("prompt", ["", "Hello", "Product: 12 x 5", "Aisle: Add 3 bags of sand", "Ticket: nonsense"])
def test_what_is_no_task_has_no_truth(prompt: str) -> None:
    assert truth_of(prompt) is None
    assert not right(prompt, "anything")


def test_json_kinds_look_alike_and_differ_in_their_names() -> None:
    rng = random.Random(4)
    listed, unseen = make("json_listed", rng).prompt, make("json_unseen", rng).prompt
    assert listed.split(":")[0] == unseen.split(":")[0]
