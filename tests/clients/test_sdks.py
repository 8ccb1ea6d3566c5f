"""The official Python SDKs, which are among the tests' own dependencies."""

from tests.clients.contract import ClientContract
from tests.clients.rows import SDKS


class TestSdks(ClientContract):
    """The contract, asked of them."""

    clients = SDKS
