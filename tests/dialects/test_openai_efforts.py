"""Efforts and the budgets that buy them."""

from understudy.canon.request import ThinkingAsk
from understudy.dialects.openai_efforts import effort_for, effort_of
from understudy.dialects.openai_fields import Losses


def test_T42_more_budget_never_buys_less_effort() -> None:
    order = ["none", "minimal", "low", "medium", "high"]
    places = [order.index(effort_of(budget)) for budget in range(0, 20_000, 100)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == len(order) - 1


def test_a_word_of_another_dialect_that_is_unknown_here_becomes_the_most_and_is_told() -> None:
    losses = Losses()
    assert effort_for(ThinkingAsk(effort="max"), losses, own=False) == "high"
    assert [omission.field for omission in losses.items] == ["thinking.effort"]
    assert effort_for(ThinkingAsk(effort="max"), losses, own=True) == "max"
