"""One stage for the whole kit, the skip where the recordings are not there, and the table at the end of the run.

A checkout alone has no recordings, and its tests must pass; CI has them, and there their absence is a failure.
"""

import os
from collections.abc import Iterator

import pytest

from tests.kit.recordings import SHARED, present
from tests.kit.stage import Stage, stage

TABLE = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The replay of the recordings with the real server in front of it."""
    if not present():
        message = f"the recorded exchanges are not there: {SHARED}/kit/wire and {SHARED}/tools"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with stage(tmp_path_factory.mktemp("kit")) as running:
        yield running


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest) -> list[str]:
    """Lines for the end of the run."""
    return request.config.stash.setdefault(TABLE, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, where one was measured."""
    lines = config.stash.get(TABLE, [])
    if lines:
        terminalreporter.section("agreement with recorded answers")
        terminalreporter.write_line("\n".join(lines))
