"""The vault: words at rest, encrypted under a key that the database does not hold.

AES-256-GCM with a random nonce; the key is derived from the server's secret, and the exchange that the words belong to
is authenticated with them, so that no row can be moved to another. A first byte tells the form.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORM = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
_PURPOSE = b"understudy words at rest 1"


class Locked(Exception):
    """Words that cannot be read or written here; the message says why."""


class Vault:
    """Seals and opens words under one secret; without a secret it does neither."""

    def __init__(self, secret: bytes | None) -> None:
        self._cipher: AESGCM | None = None
        if secret is not None:
            key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE).derive(secret)
            self._cipher = AESGCM(key)

    def seal(self, words: bytes, exchange_id: str) -> bytes:
        """The words of one exchange as they are stored."""
        nonce = os.urandom(NONCE_BYTES)
        return FORM + nonce + self._with_key().encrypt(nonce, words, exchange_id.encode())

    def open(self, sealed: bytes, exchange_id: str) -> bytes:
        """The words of one exchange; Locked if they are another's, were changed, or another secret sealed them."""
        cipher = self._with_key()
        if sealed[:1] != FORM:
            raise Locked(f"the words of exchange {exchange_id!r} have a form that this version does not know")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, exchange_id.encode())
        except InvalidTag:
            raise Locked(
                f"the words of exchange {exchange_id!r} were changed, or sealed under another secret; "
                "the setting `secret` must name the one that the server had then"
            ) from None

    def _with_key(self) -> AESGCM:
        if self._cipher is None:
            raise Locked("the database was opened without the server's secret: words can be neither kept nor read")
        return self._cipher
