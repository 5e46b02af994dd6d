"""Redacts what a call says, where the tenant's policies oblige to it."""

import asyncio
import logging
import secrets
from dataclasses import replace
from functools import cache

from functions.models.rules.asked import Asked
from functions.models.rules.personal import Recognise
from functions.models.rules.redaction import Obliged, Redaction
from functions.models.service.names import names_of_members
from shared.inference.loading import ModelAbsentError
from shared.kit.callers import Caller
from shared.policy.authorization import obliged_to
from shared.recognition.recogniser import Recogniser

_LOG = logging.getLogger(__name__)
# To look through longer ones takes some ten milliseconds, in which others are answered.
_BRIEF_BYTES = 8_192


async def redacted(caller: Caller, asked: Asked) -> Asked:
    """The call with its redaction, which routes of some privacies are told; the same one where no
    policy that allowed it obliges to that. Raises Invalid, Unavailable."""
    values = obliged_to("redact")
    if not values:
        return asked
    names = await names_of_members(caller.tenant_id)
    recognise = await asyncio.to_thread(recogniser_or_none)
    redaction = Redaction(Obliged(values), secrets.token_bytes(32), names, recognise)
    if recognise is None and len(asked.raw) <= _BRIEF_BYTES:
        redaction.take(asked.body)
    else:
        await asyncio.to_thread(redaction.take, asked.body)
    return replace(asked, redaction=redaction)


@cache
def recogniser_or_none() -> Recognise | None:
    """What recognises names and addresses; None where its model is absent, and patterns work
    alone."""
    try:
        return Recogniser.load().recognise
    except ModelAbsentError as absent:
        _LOG.warning("names and addresses are not recognised: %s", absent)
        return None
