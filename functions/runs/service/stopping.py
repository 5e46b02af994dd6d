"""What a run that is to stop has begun already."""

from functions.runs.rules.moves import Act
from functions.runs.rules.progress import Progress
from functions.runs.service.tokens import invocation_id_of
from shared.storage.firestore import TenantStore

# `tools` alone writes them.
INVOCATIONS = "invocations"


async def was_begun(store: TenantStore, progress: Progress, move: Act) -> bool:
    """Whether one of the calls reached `tools`, so that its outcome must be known before the run
    stops. One read. Raises Unavailable."""
    ids = [invocation_id_of(progress.run, each) for each in move.calls]
    documents = await store.get_many([(INVOCATIONS, id) for id in ids])
    return any(each is not None for each in documents)
