"""A function's Cloud Tasks queues: its own, and those that keep crowds of timers away from it."""

import hashlib

# Tenants share these by a hash, so that few crowds meet.
CROWD_QUEUES = 4


def crowd_queues(noun: str) -> tuple[str, ...]:
    """The names of the function's queues for crowds."""
    return tuple(f"{noun}-crowd-{number}" for number in range(1, CROWD_QUEUES + 1))


def crowd_queue(noun: str, tenant_id: str) -> str:
    """The queue for the tenant's crowds: always the same one, in every process."""
    digest = hashlib.sha256(tenant_id.encode()).digest()
    return crowd_queues(noun)[digest[0] % CROWD_QUEUES]
