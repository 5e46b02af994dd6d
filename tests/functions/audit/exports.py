"""Exports as somebody asks for them, and as their timers make them."""

import uuid
from datetime import timedelta

import httpx

from functions.audit.aggregates import EXPORT_DUE
from functions.audit.api import get_export, post_export
from functions.audit.reactions import HANDLERS
from shared.kit.callers import Caller
from shared.messaging.envelope import Envelope
from shared.storage.idempotency import IdempotencyKey
from tests.functions.audit.chains import AT
from tests.stateful import until_answered


def due(tenant: str, export_id: str) -> Envelope:
    """The timer of an export, as Cloud Tasks delivers it."""
    return Envelope(
        id=f"tim_{export_id}",
        type=EXPORT_DUE,
        source="//assent/audit",
        subject=f"audit_export/{export_id}",
        time=AT,
        tenantid=tenant,
        received_at=AT + timedelta(seconds=2),
    )


async def exported(auditor: Caller) -> bytes:
    """The archive of a new export, whose timer comes twice."""
    key = IdempotencyKey(auditor, uuid.uuid4().hex * 2, "b" * 64)
    asked = await until_answered(lambda: post_export(auditor, key))
    timer = due(auditor.tenant_id, asked.export_id)
    for _ in range(2):
        await until_answered(lambda: HANDLERS[EXPORT_DUE](timer))
    export = await until_answered(lambda: get_export(auditor, asked.export_id))
    assert (export.status, export.url is None) == ("ready", False), export.reason
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        return (await client.get(str(export.url))).content
