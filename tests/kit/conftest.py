"""One stage for the whole kit, the skip where the recordings are not there, and the page at the end of the run.

A checkout alone has no recordings, and its tests must pass; CI has them, and there their absence is a failure.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.page import Measured, page
from tests.kit.recordings import SHARED, present
from tests.kit.stage import Stage, stage

MEASURED = pytest.StashKey[Measured]()
# Names the file that the page is written to.
PAGE = "KIT_PAGE"


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
def measured(request: pytest.FixtureRequest) -> Measured:
    """What the tests measure, for the page at the end of the run."""
    return request.config.stash.setdefault(MEASURED, Measured())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the page, where something was measured; write it, where it is asked for."""
    measured = config.stash.get(MEASURED, None)
    if measured is None:
        return
    terminalreporter.section("recorded traffic")
    terminalreporter.write_line(page(measured))
    if path := os.environ.get(PAGE):
        Path(path).write_text(page(measured), encoding="utf-8")
