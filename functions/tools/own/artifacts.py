"""`assent/artifacts.write`: a text that is kept under a name, for the agent that wrote it.

The call's own document keeps it: an artifact is what a confirmed call wrote."""

import hashlib
from typing import Any

from functions.tools.own.acting import Act, Done, TargetRefused
from functions.tools.rules.invocation import Invocation
from shared.kit.models import Data

WRITE = "assent/artifacts.write"
MOST_BYTES = 64 * 1024
PREFIX = "art"
_START, _OF_INVOCATIONS = f"{PREFIX}_", "inv_"


class Artifact(Data):
    """A text that an agent wrote."""

    artifact_id: str
    name: str
    text: str
    sha256: str
    bytes: int
    agent_id: str
    run_id: str


async def write(act: Act) -> Done:
    """Keeps the text. Raises TargetRefused for more than 64 KB."""
    facts = _facts(act.invocation)
    if facts["bytes"] > MOST_BYTES:
        raise TargetRefused(f"text: has {facts['bytes']} bytes; at most {MOST_BYTES} are kept")
    return Done(facts)


def invocation_of(artifact_id: str) -> str:
    """The id of the call that wrote the artifact with that id."""
    return f"{_OF_INVOCATIONS}{artifact_id.removeprefix(_START)}"


def artifact_of(invocation: Invocation) -> Artifact | None:
    """What the call wrote; None where it wrote nothing."""
    if invocation.operation != WRITE or invocation.status != "confirmed":
        return None
    named = {"name": invocation.arguments["name"], "text": invocation.arguments["text"]}
    return Artifact.model_validate(
        {
            **named,
            **_facts(invocation),
            "agent_id": invocation.agent_id,
            "run_id": invocation.run_id,
        }
    )


def _facts(invocation: Invocation) -> dict[str, Any]:
    body = str(invocation.arguments["text"]).encode()
    rest = invocation.invocation_id.removeprefix(_OF_INVOCATIONS)
    return {
        "artifact_id": f"{_START}{rest}",
        "sha256": hashlib.sha256(body).hexdigest(),
        "bytes": len(body),
    }
