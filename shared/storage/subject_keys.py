"""The keys of persons: `tenants/{tenant}/subject_keys/{principal}`, each under the tenant's key,
and that under the secret `tenants-wrapping-key`.

An instance trusts a key that it read for five minutes: that long after an erasure one may still
show, or seal, a text of the erased key. Backups hold the wrapped keys as long as they are kept."""

import base64
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from shared.kit.digests import KeyRing, wrapping_key
from shared.kit.instants import format_instant
from shared.kit.sealing import KEY_BYTES, SealBroken, SubjectKey, open_all, subjects_in
from shared.storage import firestore_rpc
from shared.storage.batches import Batch, Document, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again
from shared.storage.secrets import wrapping_keys

SUBJECT_KEYS = "subject_keys"
TENANT_KEYS = "tenant_keys"
TRUSTED_SECONDS = 300.0
_MOST_REMEMBERED = 4_096
_NEVER = -1e9
_TENANTS_KEY = "current"


class KeyMissing(SealBroken):
    """The tenant has no key yet, or no more."""


# By database, tenant and principal: the key, None where there is none, and when it was read.
_known: "OrderedDict[tuple[str, ...], tuple[SubjectKey | None, float]]" = OrderedDict()
_tenant_keys: "OrderedDict[tuple[str, ...], tuple[bytes, float]]" = OrderedDict()


async def keys_to_seal(
    store: TenantStore, subjects: Iterable[str], at: datetime
) -> dict[str, SubjectKey]:
    """A key of each subject; makes, in a commit of its own, what is missing or was erased. No read
    where this instance knows them. Raises Unavailable, SealBroken."""
    known = await keys_to_open(store, subjects)
    keys = {subject: key for subject, key in known.items() if key is not None}
    for subject in known.keys() - keys.keys():
        keys[subject] = await decide_again(partial(_made, store, subject, at))
    return keys


async def keys_to_open(store: TenantStore, subjects: Iterable[str]) -> dict[str, SubjectKey | None]:
    """The key of each subject, None where it was erased, in one round trip. No read where this
    instance knows them. Raises Unavailable, SealBroken."""
    now = time.monotonic()
    keys: dict[str, SubjectKey | None] = {}
    unknown = []
    for subject in set(subjects):
        key, read_at = _known.get(_place(store.tenant_id, subject), (None, _NEVER))
        if now - read_at < TRUSTED_SECONDS:
            keys[subject] = key
        else:
            unknown.append(subject)
    if unknown:
        documents = await store.get_many([(SUBJECT_KEYS, subject) for subject in unknown])
        for subject, document in zip(unknown, documents, strict=True):
            keys[subject] = await _unwrapped(store, subject, document)
            _remember(_known, _place(store.tenant_id, subject), keys[subject], now)
    return keys


async def opened(tenant_id: str, text: str, *, in_json: bool = False) -> str:
    """The text of a tenant with all that is sealed in it opened; the texts of those whose key was
    erased are ERASED. No read where nothing is sealed in it. Raises Unavailable, SealBroken."""
    subjects = subjects_in(text)
    if not subjects:
        return text
    return open_all(text, await keys_to_open(TenantStore(tenant_id), subjects), in_json=in_json)


async def sealed(tenant_id: str, subject: str, text: str, at: datetime) -> str:
    """The text under the key of the principal whose it is. Raises Unavailable, SealBroken."""
    keys = await keys_to_seal(TenantStore(tenant_id), [subject], at)
    return keys[subject].seal(text)


async def key_of_tenant(store: TenantStore, purpose: str, at: datetime | None) -> bytes | None:
    """The tenant's key for that purpose, KEY_BYTES long; where the tenant has no key, one is made
    if a time is given. No read where this instance knows it. Raises Unavailable, SealBroken."""
    try:
        key = await _tenant_key(store, at)
    except KeyMissing:
        return None
    return b"".join(wrapping_key(key, purpose, half) for half in ("first", "second"))


def erased(document: Document, at: datetime) -> Mapping[str, Any]:
    """What is left of a subject's document once its key is erased; `erasures` counts them."""
    return {"erased_at": format_instant(at), "erasures": document.data.get("erasures", 0) + 1}


def forget(tenant_id: str, subject: str) -> None:
    """Makes this process read the subject's key again."""
    _known.pop(_place(tenant_id, subject), None)


async def _made(store: TenantStore, subject: str, at: datetime) -> SubjectKey:
    # Not as this instance knows it: somebody else may have made it meanwhile.
    forget(store.tenant_id, subject)
    before = await store.get(SUBJECT_KEYS, subject)
    known = await _unwrapped(store, subject, before)
    if known is None:
        known = SubjectKey(store.tenant_id, subject, secrets.token_bytes(KEY_BYTES))
        wrapping = wrapping_key(await _tenant_key(store, at), "subject", subject)
        fields = {"wrapped": _wrap(wrapping, known.key), "made_at": format_instant(at)}
        batch = Batch()
        if before is None:
            batch.create(SUBJECT_KEYS, subject, fields)
        else:
            batch.replace(before, {**before.data, **fields})
        await store.commit(batch)
    _remember(_known, _place(store.tenant_id, subject), known, time.monotonic())
    return known


async def _unwrapped(
    store: TenantStore, subject: str, document: Document | None
) -> SubjectKey | None:
    if document is None or "wrapped" not in document.data:
        return None
    wrapping = wrapping_key(await _tenant_key(store, None), "subject", subject)
    key = _unwrap(wrapping, document.data["wrapped"], f"the key of {subject}")
    return SubjectKey(store.tenant_id, subject, key)


async def _tenant_key(store: TenantStore, at: datetime | None) -> bytes:
    """The tenant's key; made where it is missing and a time is given."""
    now = time.monotonic()
    key, read_at = _tenant_keys.get(_place(store.tenant_id), (b"", _NEVER))
    if now - read_at < TRUSTED_SECONDS:
        return key
    document = await store.get(TENANT_KEYS, _TENANTS_KEY)
    if document is None and at is not None:
        document = await _made_tenant_key(store, at)
    if document is None:
        raise KeyMissing(f"the key of tenant {store.tenant_id} is missing")
    ring, name = await wrapping_keys(document.data["wrapped_by"]), document.data["wrapped_by"]
    wrapping = _of_tenant(ring, name, store.tenant_id)
    key = _unwrap(wrapping, document.data["wrapped"], f"the key of tenant {store.tenant_id}")
    if name in ring.retired:
        await _wrap_anew(store, document, key, ring)
    _remember(_tenant_keys, _place(store.tenant_id), key, now)
    return key


async def _wrap_anew(store: TenantStore, document: Document, key: bytes, ring: KeyRing) -> None:
    wrapped = _wrap(_of_tenant(ring, ring.maker, store.tenant_id), key)
    batch = Batch()
    batch.replace(document, {**document.data, "wrapped": wrapped, "wrapped_by": ring.maker})
    # Where another instance did so meanwhile, nothing is left to do.
    with suppress(LostRace):
        await store.commit(batch)


async def _made_tenant_key(store: TenantStore, at: datetime) -> Document | None:
    ring = await wrapping_keys()
    wrapped = _wrap(_of_tenant(ring, ring.maker, store.tenant_id), secrets.token_bytes(32))
    fields = {"wrapped": wrapped, "wrapped_by": ring.maker, "made_at": format_instant(at)}
    batch = Batch()
    batch.create(TENANT_KEYS, _TENANTS_KEY, fields)
    # Where another instance made one meanwhile, that one counts.
    with suppress(LostRace):
        await store.commit(batch)
    return await store.get(TENANT_KEYS, _TENANTS_KEY)


def _of_tenant(ring: KeyRing, name: str, tenant_id: str) -> bytes:
    key = ring.keys.get(name) or ring.retired.get(name)
    if key is None:
        raise SealBroken(f"tenants-wrapping-key has no key {name}")
    return wrapping_key(key, "tenant", tenant_id)


def _wrap(wrapping: bytes, key: bytes) -> str:
    return base64.b64encode(aes_key_wrap(wrapping, key)).decode()


def _unwrap(wrapping: bytes, wrapped: str, what: str) -> bytes:
    try:
        return aes_key_unwrap(wrapping, base64.b64decode(wrapped))
    except (InvalidUnwrap, ValueError) as error:
        raise SealBroken(f"{what} is not as it was wrapped") from error


def _place(*names: str) -> tuple[str, ...]:
    return (firestore_rpc.database(), *names)


def _remember(kept: "OrderedDict[Any, Any]", name: Any, value: Any, at: float) -> None:
    kept[name] = value, at
    kept.move_to_end(name)
    while len(kept) > _MOST_REMEMBERED:
        kept.popitem(last=False)
