"""What `tools` has recorded of the calls of runs."""

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from events.invocations import InvocationView
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Run
from functions.runs.service.tokens import invocation_id_of
from shared.invocations.reading import read_invocations
from shared.kit.models import Data
from shared.storage.firestore import TenantStore


class _Arguments(Data):
    """The arguments with which a call was made."""

    arguments: JsonValue


async def read_recorded(
    store: TenantStore, run: Run, calls: Sequence[ConcreteCall]
) -> list[tuple[ConcreteCall, InvocationView]]:
    """Those of the calls that reached `tools`, each with what is recorded of it: a run does not
    stop before the outcome of each is known. One round trip. Raises Unavailable."""
    ids = [invocation_id_of(run, each) for each in calls]
    views = await read_invocations(store, InvocationView, ids)
    return [(call, views[id]) for call, id in zip(calls, ids, strict=True) if id in views]


async def read_arguments(store: TenantStore, ids: Iterable[str]) -> dict[str, JsonValue]:
    """The arguments of those invocations that are recorded, by their ids. One round trip. Raises
    Unavailable."""
    found = await read_invocations(store, _Arguments, ids)
    return {id: each.arguments for id, each in found.items()}
