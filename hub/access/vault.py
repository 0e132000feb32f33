"""Field encryption: sealed values, one data key a subject, wrapped by a master key.

    sealed  = version ‖ algorithm ‖ key id ‖ nonce ‖ ciphertext and tag
    AAD     = version ‖ algorithm ‖ key id ‖ place ‖ subject

Who deletes a subject's key row makes all that was sealed for it unreadable and its digests unlinkable. The
header names algorithm and key, so AES ↔ SM4 and rotation are settings: what was sealed before still opens.
Where keys and sealed values are stored is for `hub.store`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b
from threading import Lock
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.access.blind import blind_digest
from hub.access.keyring import KEY_BYTES, KeyRing
from hub.access.marked import Marked
from hub.errors import Bug, FixSettings, Refused

_VERSION: Final = 1
_KEY_ID_BYTES: Final = 8
_HEADER_BYTES: Final = 2 + _KEY_ID_BYTES
_NONCE_BYTES: Final = 12
_BODY_AT: Final = _HEADER_BYTES + _NONCE_BYTES
_TAG_BYTES: Final = 16
_SALT_BYTES: Final = 16
_WRAP_PLACE: Final = "vault.data_key"


class Algorithm(IntEnum):
    """What seals new values; both open."""

    AES_256_GCM = 1
    SM4_GCM = 2


_HEADS: Final = {each: bytes((_VERSION, each)) for each in Algorithm}
_KNOWN_HEADS: Final = frozenset(_HEADS.values())


@dataclass(frozen=True, slots=True)
class DataKey:
    """One row of the key table: the key of one subject (record or resident), wrapped, and its salt."""

    subject: str
    wrapped: bytes = field(repr=False)
    salt: bytes = field(repr=False)


class _Key:
    """A key in the open: its id, and what encrypts with it. Most keys seal a few values and are gone, so
    what they may not need is made when it is needed."""

    __slots__ = ("_aes", "_digest_key", "_sm4", "key_id", "material")

    def __init__(self, material: bytes, key_id: bytes) -> None:
        self.material: Final = material
        self.key_id: Final = key_id
        self._aes: AESGCM | None = None
        self._sm4: algorithms.SM4 | None = None
        self._digest_key = b""

    @property
    def digest_key(self) -> bytes:
        if not self._digest_key:
            self._digest_key = _derived(self.material, b"gridplus.digest", KEY_BYTES)
        return self._digest_key

    @property
    def aes(self) -> AESGCM:
        if self._aes is None:
            self._aes = AESGCM(self.material)
        return self._aes

    @property
    def sm4(self) -> algorithms.SM4:
        if self._sm4 is None:
            self._sm4 = algorithms.SM4(_derived(self.material, b"gridplus.sm4", 16))
        return self._sm4

    def seal(self, algorithm: Algorithm, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        if algorithm is Algorithm.AES_256_GCM:
            return self.aes.encrypt(nonce, plain, aad)
        sealing = Cipher(self.sm4, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(aad)
        return sealing.update(plain) + sealing.finalize() + sealing.tag

    def open(self, algorithm: int, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        """Raises InvalidTag."""
        if algorithm == Algorithm.AES_256_GCM:
            return self.aes.decrypt(nonce, sealed, aad)
        opening = Cipher(self.sm4, modes.GCM(nonce, sealed[-_TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(aad)
        return opening.update(sealed[:-_TAG_BYTES]) + opening.finalize()


def _derived(material: bytes, use: bytes, size: int) -> bytes:
    """A key for one use: no two uses share key bytes."""
    return blake2b(key=material, person=use, digest_size=size).digest()


def _aad(head: bytes, place: str, subject: str) -> bytes:
    where = place.encode()
    return head + len(where).to_bytes(2) + where + subject.encode()


class Vault:
    """Seals and opens. Thread-safe; keeps at most `remembered` data keys in the open."""

    def __init__(
        self,
        ring: KeyRing,
        algorithm: Algorithm = Algorithm.AES_256_GCM,
        *,
        random_bytes: Callable[[int], bytes] = os.urandom,
        remembered: int = 10_000,
        renewed: Callable[[], KeyRing] | None = None,
        current: Callable[[], KeyRing] | None = None,
    ) -> None:
        """`renewed` is asked for the ring as it stands now, where a key is wrapped by a master that `ring` lacks;
        `current`, before each blind index, for a ring that may be a moment old."""
        self._algorithm: Final = algorithm
        self._random_bytes: Final = random_bytes
        self._remembered: Final = remembered
        self._renewed: Final = renewed
        self._current_ring: Final = current
        self.generation = 0
        """How often the ring was taken up: who keeps blind indexes makes them anew when it grew."""
        self._take_up(ring)
        self._open: Final[dict[str, tuple[bytes, _Key]]] = {}
        self._lock: Final = Lock()

    def _take_up(self, ring: KeyRing) -> None:
        self._masters = {each: _Key(key, _master_id(each)) for each, key in ring.masters.items()}
        self._current = ring.current
        self._ring = ring
        self.generation += 1

    def look_again(self) -> None:
        """Takes up the ring as it stands now, where there is another."""
        if self._renewed is not None and (ring := self._renewed()) is not self._ring:
            self._take_up(ring)

    def _blind_keys(self) -> tuple[bytes, ...]:
        """The key that writes; behind it the one before, while the index is built anew."""
        ring = self._current_ring() if self._current_ring is not None else self._ring
        if ring is not self._ring:
            self._take_up(ring)
        return (ring.blind, ring.blind_before) if ring.blind_before else (ring.blind,)

    def new_key(self, subject: str) -> DataKey:
        """A fresh key for `subject`; the caller stores the row before what is sealed with it."""
        material = self._random_bytes(KEY_BYTES)
        key = DataKey(subject, self._wrap(material, subject), self._random_bytes(_SALT_BYTES))
        self._remember(key, _data_key(material))
        return key

    def seal(self, key: DataKey, place: str, plaintext: bytes) -> bytes:
        """`plaintext` sealed for `place` (`table.column`) and the key's subject; 38 bytes longer.

        Raises Bug A105 for bytes of a projected text.
        """
        if isinstance(plaintext, Marked):
            raise Bug("A105")
        return self._sealed(self._key(key), place, key.subject, plaintext)

    def open(self, key: DataKey, place: str, sealed: bytes) -> bytes:
        """What was sealed. Raises FixSettings A102 for another key's value, Refused A103 for a damaged one,
        or one that was moved from another place or subject."""
        return _opened(self._key(key), place, key.subject, sealed)

    def rewrap(self, key: DataKey) -> DataKey:
        """The same key under the current master; what it sealed still opens. Equal where nothing was to do."""
        if master_of(key.wrapped) == self._current:
            return key
        material = self._unwrap(key)
        return DataKey(key.subject, self._wrap(material, key.subject), key.salt)

    def forget(self, subject: str) -> None:
        """No key of `subject` is in memory any more: for those who delete its row."""
        with self._lock:
            self._open.pop(subject, None)

    def blind(self, kind: str, value: str) -> bytes | None:
        """16 bytes by which equal values of a kind are found; None for what is no value to be found by.

        Kinds and their normal form: `hub.access.blind`. For call-back and a resident's own request only.
        """
        if isinstance(value, Marked):
            raise Bug("A105")
        return blind_digest(self._blind_keys()[0], kind, value)

    def blinds(self, kind: str, value: str) -> tuple[bytes, ...]:
        """Every index that `value` may be stored by now, for look-ups; none for what is no value to be found by."""
        if isinstance(value, Marked):
            raise Bug("A105")
        found = (blind_digest(key, kind, value) for key in self._blind_keys())
        return tuple(each for each in found if each is not None)

    def fingerprint(self, content: bytes) -> str:
        """32 hex digits by which equal contents are known as a resend; keyed, so that they tell nothing of it."""
        if isinstance(content, Marked):
            raise Bug("A105")
        return blake2b(
            content, key=self._ring.content or self._ring.blind, person=b"fingerprint", digest_size=16
        ).hexdigest()

    def salted_digest(self, key: DataKey, value: str) -> str:
        """32 hex digits that stand for `value` in chains; without the key row nobody can link them to it."""
        if isinstance(value, Marked):
            raise Bug("A105")
        digest = blake2b(value.encode(), key=self._key(key).digest_key, salt=key.salt, digest_size=16)
        return digest.hexdigest()

    def salt(self, key: DataKey, label: str) -> bytes:
        """16 bytes, always the same for a subject and a label. Who is given one learns nothing of another; once the
        key row is gone nobody can make it again."""
        digest_key = self._key(key).digest_key
        return blake2b(
            label.encode(), key=digest_key, salt=key.salt, person=b"gridplus.salt", digest_size=16
        ).digest()

    def _sealed(self, key: _Key, place: str, subject: str, plaintext: bytes) -> bytes:
        head = _HEADS[self._algorithm] + key.key_id
        nonce = self._random_bytes(_NONCE_BYTES)
        return head + nonce + key.seal(self._algorithm, nonce, plaintext, _aad(head, place, subject))

    def _wrap(self, material: bytes, subject: str) -> bytes:
        return self._sealed(self._masters[self._current], _WRAP_PLACE, subject, material)

    def _unwrap(self, key: DataKey) -> bytes:
        master = self._master(master_of(key.wrapped))
        try:
            return _opened(master, _WRAP_PLACE, key.subject, key.wrapped)
        except Refused:  # the master of that id has other bytes, or the key row is not what it was
            raise FixSettings("A102") from None

    def _master(self, master_id: str) -> _Key:
        if master_id not in self._masters and self._renewed is not None:
            self._take_up(self._renewed())
        if master_id not in self._masters:
            raise FixSettings("A102")
        return self._masters[master_id]

    def _key(self, key: DataKey) -> _Key:
        remembered = self._open.get(key.subject)
        if remembered is not None and remembered[0] == key.wrapped:
            return remembered[1]
        opened = _data_key(self._unwrap(key))
        self._remember(key, opened)
        return opened

    def _remember(self, key: DataKey, opened: _Key) -> None:
        with self._lock:
            while len(self._open) >= self._remembered:
                del self._open[next(iter(self._open))]  # the oldest
            self._open[key.subject] = (key.wrapped, opened)


def master_of(wrapped: bytes) -> str:
    """The id of the master key that wrapped a data key: what `keys rotate` looks for. "" where it is damaged."""
    return wrapped[2:_HEADER_BYTES].rstrip(b"\0").decode("ascii", "replace")


def _master_id(master_id: str) -> bytes:
    return master_id.encode().ljust(_KEY_ID_BYTES, b"\0")


def _data_key(material: bytes) -> _Key:
    return _Key(material, _derived(material, b"gridplus.key.id", _KEY_ID_BYTES))


def _opened(key: _Key, place: str, subject: str, sealed: bytes) -> bytes:
    if len(sealed) < _BODY_AT + _TAG_BYTES or sealed[:2] not in _KNOWN_HEADS:
        raise Refused("A103")
    head = sealed[:_HEADER_BYTES]
    if head[2:] != key.key_id:
        raise FixSettings("A102")
    try:
        aad = _aad(head, place, subject)
        return key.open(sealed[1], sealed[_HEADER_BYTES:_BODY_AT], sealed[_BODY_AT:], aad)
    except InvalidTag:
        raise Refused("A103") from None
