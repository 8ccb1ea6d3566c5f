"""Clients that have an environment of their own: `make clients` builds those and runs this.

Not collected by itself, since it needs more than this repository's dependencies; asked for without them, it fails.
"""

from tests.clients.contract import ClientContract
from tests.clients.rows import OTHERS


class TestOthers(ClientContract):
    """The contract, asked of them."""

    clients = OTHERS
