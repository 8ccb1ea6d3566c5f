"""The vault: words come back under the same secret and for the same exchange, and not otherwise."""

import pytest

from understudy.storage.vault import Locked, Vault


def test_words_come_back_and_do_not_lie_open() -> None:
    sealed = Vault(b"secret").seal(b"private words", "e1")
    assert b"private" not in sealed
    assert Vault(b"secret").open(sealed, "e1") == b"private words"
    assert Vault(b"secret").seal(b"private words", "e1") != sealed


def test_another_secret_another_exchange_or_a_changed_byte_is_refused() -> None:
    sealed = Vault(b"secret").seal(b"words", "e1")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for vault, body, exchange in (
        (Vault(b"other"), sealed, "e1"),
        (Vault(b"secret"), sealed, "e2"),
        (Vault(b"secret"), changed, "e1"),
        (Vault(b"secret"), b"\x09" + sealed[1:], "e1"),
        (Vault(None), sealed, "e1"),
    ):
        with pytest.raises(Locked):
            vault.open(body, exchange)
    with pytest.raises(Locked, match="without the server's secret"):
        Vault(None).seal(b"words", "e1")
