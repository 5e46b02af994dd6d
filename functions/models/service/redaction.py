"""Redacts what a call says, where the tenant's policies oblige to it."""

import asyncio
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

from functions.models.rules.model_request import ModelRequest
from functions.models.rules.personal import Recognise
from functions.models.rules.redaction import Obliged, Redaction
from functions.models.service.absent import RAMPART, AbsentModel
from functions.models.service.names import names_of_members
from functions.models.settings import settings
from shared.inference.brought import DISTILBERT_NER
from shared.inference.loading import ModelAbsentError
from shared.kit.callers import Caller
from shared.policy.authorization import obliged_to
from shared.recognition.recogniser import Recogniser

_LOG = logging.getLogger(__name__)
# To look through longer ones takes some ten milliseconds, in which others are answered.
_BRIEF_BYTES = 8_192


async def redacted(caller: Caller, asked: ModelRequest) -> ModelRequest:
    """The call with its redaction, which routes of some privacies are told; the same one where no
    policy that allowed it obliges to that. Raises Invalid, Unavailable."""
    values = obliged_to("redact")
    if not values:
        return asked
    names = await names_of_members(caller.tenant_id)
    recognise = (await asyncio.to_thread(recognition)).recognise
    redaction = Redaction(Obliged(values), secrets.token_bytes(32), names, recognise)
    if recognise is None and len(asked.raw) <= _BRIEF_BYTES:
        redaction.take(asked.body)
    else:
        await asyncio.to_thread(redaction.take, asked.body)
    return replace(asked, redaction=redaction)


class Recognition(NamedTuple):
    """What recognises names and addresses (None: patterns work alone), by which models, and which
    are not there."""

    recognise: Recognise | None
    models: tuple[str, ...]
    absent: tuple[AbsentModel, ...]


@cache
def recognition() -> Recognition:
    """What recognises names and addresses in this process: what either model finds is personal."""
    found: dict[str, Recognise] = {}
    missing: dict[str, ModelAbsentError] = {}
    folder = settings().models_folder
    loads = ((RAMPART, Recogniser.load), (DISTILBERT_NER.name, partial(Recogniser.brought, folder)))
    for name, load in loads:
        try:
            found[name] = load().recognise
        except ModelAbsentError as error:
            missing[name] = error
            # That an operator brings none is no news.
            if name == RAMPART or folder:
                _LOG.warning("names and addresses are not recognised by %s: %s", name, error)
    absent = tuple(AbsentModel.of(name, error) for name, error in missing.items())
    each = tuple(found.values())
    return Recognition(_all_of(each) if each else None, tuple(found), absent)


def _all_of(recognisers: Sequence[Recognise]) -> Recognise:
    def recognise(text: str) -> Iterator[tuple[int, int, str]]:
        for each in recognisers:
            yield from each(text)

    return recognise
