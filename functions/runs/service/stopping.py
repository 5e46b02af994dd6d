"""What a run that is to stop has begun already."""

from events.invocations import InvocationView
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.moves import Act
from functions.runs.rules.progress import Progress
from functions.runs.service.tokens import invocation_id_of
from shared.storage.firestore import TenantStore

# `tools` alone writes them.
INVOCATIONS = "invocations"


async def recorded(
    store: TenantStore, progress: Progress, move: Act
) -> list[tuple[ConcreteCall, InvocationView]]:
    """The calls that reached `tools`, and what is recorded of them: the run does not stop before
    the outcome of each is known. One read. Raises Unavailable."""
    ids = [invocation_id_of(progress.run, each) for each in move.calls]
    documents = await store.get_many([(INVOCATIONS, id) for id in ids])
    return [
        (call, InvocationView.model_validate_json(found.data["state"]))
        for call, found in zip(move.calls, documents, strict=True)
        if found is not None and "state" in found.data
    ]
