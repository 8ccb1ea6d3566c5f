"""The demo's check is found by its entry point and judges by the truth."""

from importlib.metadata import entry_points

from understudy.canon.messages import Message
from understudy.canon.parts import Text
from understudy.canon.reply import Reply
from understudy.canon.request import Request
from understudy.demo.checks import TASKS


def score(prompt: str, answer: str) -> float | None:
    request = Request(model="m", messages=(Message("user", (Text(prompt),)),), dialect="openai_chat")
    return TASKS.score(request, Reply(id="x", model="m", dialect="openai_chat", parts=(Text(answer),)))


def test_it_judges_by_the_truth() -> None:
    assert score("Product: 1234 x 5678", str(1234 * 5678)) == 1.0
    assert score("Product: 1234 x 5678", "7") == 0.0
    assert score("Hello", "Hi") is None


def test_it_comes_by_the_same_door_as_any_plug_in() -> None:
    (point,) = (point for point in entry_points(group="understudy.checks") if point.name == "demo_tasks")
    assert point.load() is TASKS
