"""Slices of entities: `tenants/{tenant}/slices/{name}`, sealed, each stored once.

A slice is named by the code that authenticates it, under a key of its tenant: the same slice has
the same name, and nobody without the key learns from a name what is in it."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from shared.kit.sealing import SealBroken
from shared.messaging.changes import Change
from shared.messaging.log import Decided
from shared.policy.authorization import last_asked
from shared.policy.record import Found, slice_text
from shared.storage import firestore_rpc
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.packing import packed, unpacked
from shared.storage.subject_keys import key_of_tenant

SLICES = "slices"
_FORM = b"assent-slice-v1"
_TAG_BYTES = 16
_MOST_REMEMBERED = 8_192

# Slices that this process has stored.
_stored: "OrderedDict[tuple[str, ...], None]" = OrderedDict()


class Sealed(NamedTuple):
    """A sealed slice and its name."""

    name: str
    sealed: bytes


class SliceKey:
    """Seals and opens the slices of one tenant."""

    def __init__(self, tenant_id: str, key: bytes) -> None:
        self._tenant_id = tenant_id
        self._cipher = AESSIV(key)

    def seal(self, text: str, about: str = "") -> Sealed:
        """The slice, sealed; `about` names what it lies in, and without it the slice is stored for
        all that have it."""
        sealed = self._cipher.encrypt(packed(text), self._with(about))
        return Sealed(sealed[:_TAG_BYTES].hex(), sealed)

    def open(self, sealed: bytes, about: str = "") -> str:
        """The text. Raises SealBroken for one that was not sealed so."""
        try:
            return unpacked(self._cipher.decrypt(sealed, self._with(about)))
        except (InvalidTag, ValueError) as error:
            raise SealBroken("a slice is not as it was sealed") from error

    def _with(self, about: str) -> list[bytes]:
        # A slice that is moved to another tenant or entry does not open.
        return [_FORM, self._tenant_id.encode(), about.encode()]


async def slice_key(store: TenantStore, at: datetime | None = None) -> SliceKey | None:
    """The tenant's key; where it has none, one is made if a time is given. Raises Unavailable,
    SealBroken."""
    key = await key_of_tenant(store, "slices", at)
    return _key(store.tenant_id, key) if key is not None else None


async def record_decision(store: TenantStore, change: Change) -> str:
    """Lets the commit of a command record what allowed it, with its slice: who asked is stored
    once; the thing that it was about has another state after each commit, so it lies beside the
    first event. Returns the name of the slice that is
    stored with the commit, or nothing. Raises Unavailable, SealBroken."""
    asked = last_asked()
    if asked is None or not change.events:
        return ""
    key = await slice_key(store, asked.at)
    assert key is not None
    name = keep(store, change, key, slice_text(asked.who))
    first = change.events[0].id
    beside = key.seal(slice_text(asked.what), first).sealed if asked.what else b""
    change.decision = Decided(asked.compact(store.tenant_id, name), beside)
    return name


def keep(store: TenantStore, batch: Batch, key: SliceKey, text: str) -> str:
    """Lets the commit store the slice, unless this process has stored it before; once it is
    committed, `note_stored` says so. Returns its name."""
    name, sealed = key.seal(text)
    if _place(store, name) not in _stored:
        # Whoever stores it again stores the same.
        batch.put(SLICES, name, {"sealed": sealed})
    return name


def note_stored(store: TenantStore, name: str) -> None:
    """Remembers that the slice was committed; nothing for no name."""
    if name:
        _stored[_place(store, name)] = None
        _stored.move_to_end(_place(store, name))
    while len(_stored) > _MOST_REMEMBERED:
        _stored.popitem(last=False)


async def read_slices(
    store: TenantStore, key: SliceKey | None, names: Iterable[str]
) -> Mapping[str, Found]:
    """The slices with those names, in one round trip. Raises Unavailable."""
    wanted = list(dict.fromkeys(names))
    documents = await store.get_many([(SLICES, name) for name in wanted])
    return {
        name: Found("", "erased")
        if document is None or key is None
        else opened(key, document.data.get("sealed"), name)
        for name, document in zip(wanted, documents, strict=True)
    }


def opened(key: SliceKey, sealed: object, name: str = "", about: str = "") -> Found:
    """A slice as it was read: one that is stored under its name, or lies in what it is `about`."""
    if not isinstance(sealed, bytes) or (name and sealed[:_TAG_BYTES].hex() != name):
        return Found("", "altered")
    try:
        return Found(key.open(sealed, about))
    except SealBroken:
        return Found("", "altered")


def _place(store: TenantStore, name: str) -> tuple[str, ...]:
    return (firestore_rpc.database(), store.tenant_id, name)


@lru_cache(maxsize=1_024)
def _key(tenant_id: str, key: bytes) -> SliceKey:
    return SliceKey(tenant_id, key)
