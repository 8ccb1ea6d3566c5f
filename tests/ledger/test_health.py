"""A worker's view of health: by place, forgotten with the first answer, bounded in number."""

import msgspec
from tests.ledger.test_memory import Clock

from understudy.canon.faults import Fault, FaultKind
from understudy.ledger.health import WorkerHealth
from understudy.ports import Health
from understudy.routing.board import Endpoint, Model

HERE, THERE = Endpoint("http://here.test"), Endpoint("http://there.test")
MODEL = Model(name="m", provider="p", upstream="m-1", dialect="openai_chat", endpoints=(HERE, THERE), maker="x")
DOWN = Fault("refused", kind=FaultKind.UPSTREAM)


def breaks(health: Health, endpoint: Endpoint, model: Model = MODEL, times: int = 3) -> None:
    for _ in range(times):
        health.begin(model, endpoint)
        health.end(model, endpoint, DOWN)


def test_a_model_rests_where_all_of_its_places_do() -> None:
    health = WorkerHealth(Clock())
    breaks(health, HERE)
    assert health.resting(MODEL) is None
    assert health.resting(MODEL, HERE) is not None
    assert health.resting(MODEL, THERE) is None
    breaks(health, THERE)
    assert "3 failures in a row (upstream)" in str(health.resting(MODEL))


def test_another_model_at_the_same_place_is_another_matter() -> None:
    health = WorkerHealth(Clock())
    breaks(health, HERE)
    assert health.resting(msgspec.structs.replace(MODEL, upstream="m-2"), HERE) is None


def test_one_answer_ends_it() -> None:
    health = WorkerHealth(Clock())
    breaks(health, HERE)
    health.end(MODEL, HERE, None)
    assert health.resting(MODEL, HERE) is None
    breaks(health, HERE, times=2)
    assert health.resting(MODEL, HERE) is None


def test_after_a_rest_one_request_tries_and_the_others_wait() -> None:
    clock = Clock()
    health = WorkerHealth(clock)
    breaks(health, HERE)
    clock.at_s = 5.0
    assert health.resting(MODEL, HERE) is None
    health.begin(MODEL, HERE)
    assert health.resting(MODEL, HERE) is not None
    health.end(MODEL, HERE, DOWN)
    clock.at_s = 14.9
    assert health.resting(MODEL, HERE) is not None
    clock.at_s = 15.0
    assert health.resting(MODEL, HERE) is None


def test_the_number_is_bounded_and_the_oldest_goes_first() -> None:
    health = WorkerHealth(Clock(), limit=2)
    several = [msgspec.structs.replace(MODEL, upstream=f"u{n}") for n in range(3)]
    for model in several:
        breaks(health, HERE, model)
    assert [health.resting(model, HERE) is None for model in several] == [True, False, False]
