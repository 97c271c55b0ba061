"""Sealing: user text is ciphertext before SQL sees it, bound to its person, under a ring of keys.

AES-256-GCM. A sealed value is: 1 byte version, 4 bytes key id, 12 bytes random nonce, ciphertext with its tag.
The first key seals; every key opens. Opening under another person's name fails.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsFault, StorageFault
from bot.model import Person

VERSION = b"\x01"
KEY_BYTES, KEY_ID_BYTES, NONCE_BYTES = 32, 4, 12
_HEAD = 1 + KEY_ID_BYTES


def new_key() -> str:
    """A fresh key as it stands in DEBRIEF_SECRET_KEYS: URL-safe base64 of 32 random bytes."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class Vault:
    """A key ring. `keys` are URL-safe base64, newest first. Raises SettingsFault when one is not a key."""

    def __init__(self, keys: Sequence[str]) -> None:
        raw = [_decode(number, key) for number, key in enumerate(keys, 1)]
        if not raw:
            raise SettingsFault("DEBRIEF_SECRET_KEYS is empty: remove it to have a key made, or give at least one key")
        self._ring = {_key_id(key): AESGCM(key) for key in raw}
        self._newest = _key_id(raw[0])

    def seal(self, text: bytes, person: Person | None) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        body = self._ring[self._newest].encrypt(nonce, text, _bound_to(person))
        return VERSION + self._newest + nonce + body

    def unseal(self, sealed: bytes, person: Person | None) -> bytes:
        """Raises StorageFault when no key of the ring opens it, or it belongs to somebody else."""
        key_id = sealed[1:_HEAD]
        key = self._ring.get(key_id) if sealed[:1] == VERSION else None
        if key is None:
            raise StorageFault(
                "A row was sealed with a key that is not in DEBRIEF_SECRET_KEYS. Add the old key after the new one."
            )
        try:
            return key.decrypt(sealed[_HEAD : _HEAD + NONCE_BYTES], sealed[_HEAD + NONCE_BYTES :], _bound_to(person))
        except InvalidTag:
            raise StorageFault("A sealed row does not open: it was changed, or it belongs to another person.") from None


def _decode(number: int, key: str) -> bytes:
    mend = "make one with: debrief doctor --new-key"
    try:
        raw = base64.b64decode(key.strip().encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SettingsFault(f"DEBRIEF_SECRET_KEYS: key {number} is not base64; {mend}") from None
    if len(raw) != KEY_BYTES:
        raise SettingsFault(f"DEBRIEF_SECRET_KEYS: key {number} has {len(raw)} bytes, not {KEY_BYTES}; {mend}")
    return raw


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"debrief key id" + key).digest()[:KEY_ID_BYTES]


@lru_cache(maxsize=1_000)
def _bound_to(person: Person | None) -> bytes:
    """Length-prefixed, so that no two people can be spelled alike."""
    parts = (person.platform, person.workspace, person.user) if person else ()
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
