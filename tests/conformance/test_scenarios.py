"""Scenarios are found by the ends of models' names, and chosen by their own or their group's."""

import pytest

from understudy.conformance.scenarios import GROUPS, SCENARIOS, chosen, named


def test_no_name_is_the_end_of_another() -> None:
    assert {one.name: named(f"prefix/{one.name}") for one in SCENARIOS} == {one.name: one for one in SCENARIOS}
    assert named("nothing") is None


def test_names_and_groups_choose() -> None:
    assert chosen([]) == SCENARIOS
    assert {one.group for one in SCENARIOS} == set(GROUPS)
    assert [one.name for one in chosen(["errors", "text"])][:3] == ["text", "error-400", "error-401"]
    with pytest.raises(ValueError, match="storm"):
        chosen(["storm"])
