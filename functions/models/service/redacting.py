"""Redacts what a call says, where the tenant's policies oblige to it."""

import asyncio
import secrets
from dataclasses import replace

from functions.models.rules.asked import Asked
from functions.models.rules.redaction import Obliged, Redaction
from shared.policy.authorization import obliged_to

# To look through longer ones takes some ten milliseconds, in which others are answered.
_BRIEF_BYTES = 8_192


async def redacted(asked: Asked) -> Asked:
    """The call with its redaction, which routes of some privacies are told; the same one where no
    policy that allowed it obliges to that. Raises Invalid."""
    values = obliged_to("redact")
    if not values:
        return asked
    redaction = Redaction(Obliged(values), secrets.token_bytes(32))
    if len(asked.raw) <= _BRIEF_BYTES:
        redaction.take(asked.body)
    else:
        await asyncio.to_thread(redaction.take, asked.body)
    return replace(asked, redaction=redaction)
