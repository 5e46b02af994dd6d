"""The audit chain holds each miss once, and no link of it is broken."""

import hashlib
from collections.abc import Iterator

from tests.chaos.checker.evidence import Tenant

_FIRST_LINK = "0" * 64


def every_miss_is_audited_once(tenant: Tenant) -> Iterator[str]:
    missed = sorted(e["id"] for e in tenant.events if e["type"].endswith(".missed.v1"))
    audited = sorted(link["event_id"] for link in tenant.audited)
    if missed != audited:
        yield f"missed {missed}, audited {audited}"


def the_chain_is_whole(tenant: Tenant) -> Iterator[str]:
    previous = _FIRST_LINK
    for number, link in enumerate(tenant.audited, start=1):
        parts = (previous, tenant.name, str(number), link["event_id"], link["body"])
        hash = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        if (link["number"], link["previous_hash"], link["hash"]) != (number, previous, hash):
            yield f"the audit chain is broken at {number}"
            return
        previous = link["hash"]
