"""What `tools` has recorded of the calls of runs."""

import json
from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from events.invocations import InvocationView
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Run
from functions.runs.service.tokens import invocation_id_of
from shared.storage.firestore import TenantStore

# `tools` alone writes them.
_INVOCATIONS = "invocations"


async def read_recorded(
    store: TenantStore, run: Run, calls: Sequence[ConcreteCall]
) -> list[tuple[ConcreteCall, InvocationView]]:
    """Those of the calls that reached `tools`, each with what is recorded of it: a run does not
    stop before the outcome of each is known. One round trip. Raises Unavailable."""
    ids = [invocation_id_of(run, each) for each in calls]
    documents = await store.get_many([(_INVOCATIONS, id) for id in ids])
    return [
        (call, InvocationView.model_validate_json(found.data["state"]))
        for call, found in zip(calls, documents, strict=True)
        if found is not None and "state" in found.data
    ]


async def read_arguments(store: TenantStore, ids: Iterable[str]) -> dict[str, JsonValue]:
    """The arguments of those invocations that are recorded, by their ids. One round trip. Raises
    Unavailable."""
    documents = await store.get_many([(_INVOCATIONS, id) for id in ids])
    return {
        found.id: json.loads(found.data["state"])["arguments"]
        for found in documents
        if found is not None
    }
