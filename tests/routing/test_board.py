"""The board's values: frozen, quiet by default, and strict about names."""

import msgspec
import pytest

from understudy.canon.money import UNKNOWN_PRICE
from understudy.routing.board import Board, Endpoint, Model, Name, Ramp, Route


def model() -> Model:
    return Model(
        name="own",
        provider="here",
        upstream="own-7b",
        dialect="openai_chat",
        endpoints=(Endpoint("http://127.0.0.1:1/v1"),),
        maker="openai_chat",
    )


@pytest.mark.parametrize("name", ["a", "gpt-4.1", "own:7b", "A_b.c-d", "x" * 128])
def test_names_that_are_allowed(name: str) -> None:
    assert msgspec.convert(name, Name) == name


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a/b", "a\nb", "ä", "x" * 129, "a\n"])
def test_names_that_would_break_slices_or_labels(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(name, Name)


def test_what_is_not_said_promises_nothing() -> None:
    assert model().price is UNKNOWN_PRICE
    assert not model().owned
    assert Route(name="r", incumbent="own").shadow == 0.0
    assert (Ramp(hypothesis="h").share, Ramp(hypothesis="h").canary) == (0.0, False)
    assert Board() == Board(version=0, models={}, routes={}, ramps={}, providers={})


def test_the_board_is_swapped_and_never_changed() -> None:
    board = Board(models={"own": model()})
    with pytest.raises(AttributeError):
        board.version = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        model().owned = True  # type: ignore[misc]
    assert msgspec.structs.replace(board, version=2).models == board.models
