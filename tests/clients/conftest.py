"""One gateway and one scripted upstream for all clients."""

from collections.abc import Iterator

import pytest

# A failure there is told with its values too.
pytest.register_assert_rewrite("tests.clients.contract")

from tests.clients.stage import Stage, stage  # noqa: E402


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The gateway and the upstream, up for all clients."""
    with stage(tmp_path_factory.mktemp("clients")) as up:
        yield up
