"""Checkpoints: signed statements of how far a chain has come, kept apart from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from joserfc.jwk import KeySet, OKPKey
from pydantic import ValidationError

from shared.kit.errors import SignatureInvalid
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.signing import sign, verify


class Checkpoint(Data):
    """At `at`, entry `number` was the last one of the tenant's chain, with that hash."""

    tenant_id: str
    number: int
    hash: str
    at: Instant


@dataclass(frozen=True)
class Kept:
    """A stored checkpoint: the number it is filed under, and a compact JWS over a Checkpoint."""

    number: int
    signature: str


def kept(tenant_id: str, number: int, hash: str, at: datetime, key: OKPKey) -> Kept:
    """The signed checkpoint of an entry."""
    checkpoint = Checkpoint(tenant_id=tenant_id, number=number, hash=hash, at=at)
    return Kept(number, sign(checkpoint.model_dump(mode="json"), key))


def opened(stored: Kept, tenant_id: str, keys: KeySet) -> Checkpoint:
    """The checkpoint, if one of `keys` signed it for this tenant and this number: a copy of an
    older one, or of another tenant's, is refused. Raises SignatureInvalid."""
    try:
        checkpoint = Checkpoint.model_validate(verify(stored.signature, keys))
    except ValidationError as error:
        raise SignatureInvalid("the signed payload is no checkpoint") from error
    if (checkpoint.tenant_id, checkpoint.number) != (tenant_id, stored.number):
        raise SignatureInvalid(
            f"the checkpoint filed as entry {stored.number} of {tenant_id} is of entry"
            f" {checkpoint.number} of {checkpoint.tenant_id}"
        )
    return checkpoint


def all_opened(stored: Iterable[Kept], tenant_id: str, keys: KeySet) -> list[Checkpoint]:
    """The checkpoints in the order of their numbers. Raises SignatureInvalid."""
    return sorted((opened(each, tenant_id, keys) for each in stored), key=lambda each: each.number)
