"""Opens the signed checkpoints of a tenant's log."""

import os
from collections.abc import Sequence
from functools import partial

from shared.audit_log.checkpoints import StoredCheckpoint, all_opened, log_name
from shared.audit_log.notes import TreeHead, ed25519, names_signer, verifier_key
from shared.audit_log.stored_checkpoints import newest_checkpoint
from shared.kit.errors import AssentError, SignatureInvalid
from shared.storage.secrets import public_keys

PUBLIC_KEYS = "audit-public-keys"


class ChainBroken(AssentError):
    """A chain is not what its newest checkpoint says. No retry mends it; a person must look."""

    code = "audit_chain_broken"
    title = "An audit chain is not what was covered"


def log_of(tenant_id: str) -> str:
    """The name of the tenant's log in this project."""
    return log_name(os.environ["GOOGLE_CLOUD_PROJECT"], tenant_id)


async def newest_head(tenant_id: str) -> tuple[StoredCheckpoint, TreeHead] | None:
    """The tenant's newest checkpoint, opened; None where there is none yet. Raises ChainBroken
    where it is none of ours, Unavailable."""
    stored = await newest_checkpoint(tenant_id)
    if stored is None:
        return None
    try:
        (head,) = await open_checkpoints(tenant_id, [stored])
    except SignatureInvalid as error:
        raise ChainBroken(f"{tenant_id}: {error.detail}") from error
    return stored, head


async def verifier_keys(tenant_id: str) -> tuple[str, ...]:
    """Our keys as verifiers of the tenant's log know them. Raises Unavailable."""
    log = log_of(tenant_id)
    return tuple(verifier_key(log, each) for each in ed25519(await public_keys(PUBLIC_KEYS)))


async def open_checkpoints(tenant_id: str, stored: Sequence[StoredCheckpoint]) -> list[TreeHead]:
    """The tenant's checkpoints in the order of their numbers. Raises SignatureInvalid for one that
    no key of ours signed for this tenant and number, Unavailable."""
    log = log_of(tenant_id)
    notes = [each.note for each in stored]
    keys = await public_keys(PUBLIC_KEYS, to_verify=notes, named=partial(names_signer, log))
    return all_opened(stored, log, keys)
