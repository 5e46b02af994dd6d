"""Shows what agents wrote."""

from functions.tools.aggregates import INVOCATIONS, RUN
from functions.tools.own.artifacts import PREFIX, Artifact, artifact_of, invocation_of
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.messaging.misses import report_miss


async def find_artifact(caller: Caller, artifact_id: str) -> Artifact:
    """The text with that id. Raises NotFound where the caller's token opens none, and reports the
    miss of a well-formed id; Unavailable."""
    if is_id(PREFIX, artifact_id):
        call = await RUN.find(caller, INVOCATIONS, invocation_of(artifact_id))
        artifact = artifact_of(call) if call is not None else None
        if artifact is not None:
            return artifact
        await report_miss(RUN.outbox, caller, artifact_id)
    raise NotFound(f"there is no artifact {artifact_id[:40]!r}")
