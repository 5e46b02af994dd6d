"""Redacts what a call says, where the tenant's policies oblige to it."""

import asyncio
import secrets
from dataclasses import replace

from functions.models.rules.asked import Asked
from functions.models.rules.redaction import Obliged, Redaction
from functions.models.service.names import names_of_members
from shared.kit.callers import Caller
from shared.policy.authorization import obliged_to

# To look through longer ones takes some ten milliseconds, in which others are answered.
_BRIEF_BYTES = 8_192


async def redacted(caller: Caller, asked: Asked) -> Asked:
    """The call with its redaction, which routes of some privacies are told; the same one where no
    policy that allowed it obliges to that. Raises Invalid, Unavailable."""
    values = obliged_to("redact")
    if not values:
        return asked
    names = await names_of_members(caller.tenant_id)
    redaction = Redaction(Obliged(values), secrets.token_bytes(32), names)
    if len(asked.raw) <= _BRIEF_BYTES:
        redaction.take(asked.body)
    else:
        await asyncio.to_thread(redaction.take, asked.body)
    return replace(asked, redaction=redaction)
