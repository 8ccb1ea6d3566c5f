"""One scripted upstream and one real server for all requirements of the wire."""

from collections.abc import Iterator

import pytest

from tests.wire.house import Wire, running


@pytest.fixture(scope="session")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """The running server with the scripted upstream behind it."""
    with running(tmp_path_factory.mktemp("wire")) as up:
        yield up


@pytest.fixture(scope="session")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One that breaks a silence soon."""
    with running(tmp_path_factory.mktemp("lively"), timeouts={"keep_alive_s": 0.3}) as up:
        yield up
