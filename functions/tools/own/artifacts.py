"""`assent/artifacts.write` and `assent/artifacts.read`: files that runs write and read.

The bytes are in the bucket before the commit that records the call and its file: a crash between
the two repeats the call, which writes the same bytes under the same name."""

from typing import Any

from events.labels import UNTRUSTED, merged
from events.receipts import OF_ARTIFACTS
from functions.tools.aggregates import ARTIFACT_BYTES
from functions.tools.own.act import Act, Done, NotReached, TargetRefused
from shared.artifacts.aggregates import require_room
from shared.artifacts.artifact import (
    JSON,
    MOST_READ_BYTES,
    MOST_WRITTEN_BYTES,
    TEXT_TYPES,
    Artifact,
    artifact_id_of,
    flaw_of_name,
    why_unreadable,
    written,
)
from shared.artifacts.content import object_name, read_content
from shared.artifacts.reading import read_artifacts
from shared.kit.canonical import hash_of
from shared.kit.errors import (
    ContentInvalid,
    Invalid,
    MalformedRequest,
    Unavailable,
)
from shared.kit.parsing import parse_json
from shared.quotas.refusals import StorageLimitReached
from shared.storage.firestore import TenantStore

WRITE, READ = OF_ARTIFACTS


async def write(act: Act) -> Done:
    """Keeps the text as a file. Raises TargetRefused for more than 64 KB, for a name that is none,
    for what is no JSON and says so, and where the tenant keeps as much as it may; NotReached."""
    body = str(act.arguments["text"]).encode()
    name, media_type = act.arguments["name"], act.arguments.get("media_type", "text/plain")
    _refuse_unfit(body, name, media_type)
    call, digest = act.invocation, hash_of(body)
    try:
        reached = await require_room(TenantStore(act.tenant_id), act.keeping, len(body))
        artifact_id = artifact_id_of(call.invocation_id)
        await ARTIFACT_BYTES.put(object_name(act.tenant_id, artifact_id), body)
    except StorageLimitReached as error:
        raise TargetRefused(error.detail, may_be_repeated=True) from error
    except Unavailable as error:
        raise NotReached("the bucket of artifacts could not be reached") from error
    made = written(
        call.invocation_id,
        name=name,
        media_type=media_type,
        sha256=digest,
        size=len(body),
        # An agent elsewhere says nothing of what it read before.
        labels=merged(call.labels, (UNTRUSTED,) if call.direct_call_id else ()),
        agent_id=call.agent_id,
        run_id=call.run_id,
        at=act.at,
    )
    output = {"artifact_id": artifact_id, "sha256": digest, "bytes": len(body)}
    return Done(output, made=(made,), reached=reached)


async def read(act: Act) -> Done:
    """The text or the JSON value of a file of the call's own workspace or, where it is in none, of
    those in none, with the file's labels. Raises TargetRefused where it cannot be read,
    NotReached."""
    artifact_id, expected = act.arguments["artifact_id"], act.arguments.get("sha256")
    try:
        artifact = await _found(act, artifact_id)
        _refuse_other(artifact, expected)
        name = object_name(act.tenant_id, artifact_id)
        body = await read_content(ARTIFACT_BYTES, name, artifact.sha256)
    except Unavailable as error:
        raise NotReached("artifacts could not be reached") from error
    except ContentInvalid as error:
        raise TargetRefused("the artifact's bytes are not those of its SHA-256") from error
    output: dict[str, Any] = {
        "artifact_id": artifact_id,
        "media_type": artifact.media_type,
        "sha256": artifact.sha256,
        "bytes": artifact.bytes,
    }
    is_json = artifact.media_type == JSON
    output |= {"value": parse_json(body)} if is_json else {"text": body.decode()}
    return Done(output, labels=artifact.labels)


async def _found(act: Act, artifact_id: str) -> Artifact:
    within = act.invocation.workspace_id
    found = await read_artifacts(TenantStore(act.tenant_id), [artifact_id], within)
    artifact = found.get(artifact_id)
    why = why_unreadable(artifact)
    if artifact is None or why is not None:
        # A scan or an upload may be over the next time.
        later = artifact is not None and artifact.status in ("pending", "scanning")
        raise TargetRefused(f"artifact_id: {why}", may_be_repeated=later)
    return artifact


def _refuse_other(artifact: Artifact, expected: str | None) -> None:
    if expected is not None and expected != artifact.sha256:
        raise TargetRefused(f"sha256: the artifact's is {artifact.sha256}")
    if artifact.media_type not in TEXT_TYPES:
        raise TargetRefused(f"the artifact is {artifact.media_type}; runs read text and JSON")
    if artifact.bytes > MOST_READ_BYTES:
        told = f"the artifact has {artifact.bytes} bytes; a step reads at most {MOST_READ_BYTES}"
        raise TargetRefused(told)


def _refuse_unfit(body: bytes, name: str, media_type: str) -> None:
    if len(body) > MOST_WRITTEN_BYTES:
        told = f"text: has {len(body)} bytes; at most {MOST_WRITTEN_BYTES} are kept"
        raise TargetRefused(told)
    if flaw := flaw_of_name(name):
        raise TargetRefused(f"name: {flaw}")
    if media_type == JSON:
        try:
            parse_json(body)
        except (Invalid, MalformedRequest) as error:
            raise TargetRefused("text: is no JSON, as media_type says", error.detail) from error
