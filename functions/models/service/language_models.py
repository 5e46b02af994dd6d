"""The language models of this machine. Each answers one call at a time, in a process of its own,
and a few calls wait for their turn."""

import asyncio
from collections.abc import Mapping

from functions.models.service.answers import Answer, NeverSent, ProviderRequest
from functions.models.service.turns import Turns
from functions.models.settings import settings
from shared.inference.brought import PHI_3, read_manifest, require_manifest
from shared.kit.per_loop import PerLoop
from shared.language.process import LanguageModel
from shared.language.small import SMALL_MODEL, check_model

# Its files are some gigabytes, which are hashed and loaded.
_BROUGHT_STARTS_WITHIN_SECONDS = 120.0


def _phi_3() -> tuple[str, ...]:
    folder = settings().models_folder
    require_manifest(folder, PHI_3)
    return "-m", "shared.language.chat_server", folder


MODELS: Mapping[str, LanguageModel] = {
    each.name: each
    for each in (
        SMALL_MODEL,
        LanguageModel(PHI_3.name, _phi_3, started_within=_BROUGHT_STARTS_WITHIN_SECONDS),
    )
}


async def ask_local(model: str, tenant_id: str, request: ProviderRequest) -> Answer:
    """The answer of the model of that name, with only its head read; the caller closes it. Raises
    NeverSent where no model here has that name, NotHere where its files are not used or its process
    does not start, Busy where others have its places or its turn, BrokenOff where its answer is not
    whole."""
    turns = TURNS.here().get(model)
    if turns is None:
        raise NeverSent
    return await turns.ask(tenant_id, request)


async def check_here(model: str) -> None:
    """Raises ModelAbsentError where none of that name can answer here, ModelRefusedError where its
    files are not what their manifest says. They are read once in a process."""
    if model == PHI_3.name:
        await asyncio.to_thread(read_manifest, settings().models_folder, PHI_3)
    else:
        await asyncio.to_thread(check_model)


TURNS = PerLoop(lambda: {name: Turns(model) for name, model in MODELS.items()})
