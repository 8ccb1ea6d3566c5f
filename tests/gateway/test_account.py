"""Whose account is meant; the rest is in tests/journeys/test_account.py and test_passthrough.py."""

import pytest

from tests.gateway.sites import RENTED
from understudy.canon.faults import Fault, FaultKind
from understudy.gateway.account import _only
from understudy.routing.board import Board


@pytest.mark.parametrize("name", ["first", "first/known-1"])
def test_at_home_the_only_provider_of_the_dialect_is_meant(name: str) -> None:
    assert _only(RENTED.dialect, Board(providers={"first": RENTED, name: RENTED})) == "first"


def test_where_there_is_none_or_more_than_one_it_is_said() -> None:
    with pytest.raises(Fault, match="no provider that is reachable here speaks the anthropic dialect") as none:
        _only("anthropic", Board())
    assert none.value.kind is FaultKind.NOT_FOUND
    with pytest.raises(Fault, match=r"\(first, second\); name one: /passthrough/first/"):
        _only(RENTED.dialect, Board(providers={"first": RENTED, "second": RENTED}))
