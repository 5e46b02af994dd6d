"""A version of a capsule from its draft to its end."""

from datetime import datetime
from typing import Any

from events.capsules import CapsuleDeprecated, CapsuleDrafted, CapsulePublished, CapsuleState
from functions.capsules.rules.source import CapsuleBody
from shared.kit.contents import Content
from shared.kit.errors import VersionConflict
from shared.kit.models import Data
from shared.kit.transitions import Transition

Steps = tuple[Transition[Any], ...]


class Capsule(CapsuleState):
    """A version as it is stored: all of it is published."""

    @property
    def line(self) -> str:
        """What all versions of the capsule have in common."""
        return line_of(self.name, self.workspace_id)

    @property
    def rank(self) -> str:
        """The version as a text that sorts as versions do."""
        return ".".join(f"{len(each):02}{each}" for each in self.version.split("."))


class SignedCapsule(Data):
    """What the signature of a published version covers."""

    tenant_id: str
    capsule_id: str
    name: str
    version: str
    checksum: str
    agent: str


def statement_of(data: Any, tenant_id: str) -> SignedCapsule | None:
    """What is signed of an event: its publication."""
    if not isinstance(data, CapsulePublished):
        return None
    fields = data.model_dump(include=set(SignedCapsule.model_fields))
    return SignedCapsule(**fields, tenant_id=tenant_id)


def capsule_id(name: str, version: str, workspace_id: str | None) -> str:
    """The id of a version: one for each name and version in a workspace, or in the rest of the
    tenant."""
    return f"{line_of(name, workspace_id)}@{version}"


def line_of(name: str, workspace_id: str | None) -> str:
    """What the ids of all versions of a capsule in a workspace begin with."""
    return name if workspace_id is None else f"{workspace_id}.{name}"


def source_content(text: str) -> Content:
    """The content with a source, as somebody wrote it. Its hash is the checksum."""
    return Content.of({"source": text})


def draft(
    known: Capsule | None, body: CapsuleBody, text: str, id: str, by: str, at: datetime
) -> Steps:
    """A new version as a draft; nothing where it is there with the same source. Raises
    VersionConflict for another source: a version never changes."""
    content = source_content(text)
    if known is not None:
        if known.checksum == content.hash:
            return ()
        raise VersionConflict(
            f"{body.capsule} {body.version} has another source, and a version never changes: write"
            " the next version"
        )
    capsule = Capsule(
        capsule_id=id,
        name=body.capsule,
        version=body.version,
        status="draft",
        checksum=content.hash,
        agent=body.agent,
        written_by=by,
        written_at=at,
    )
    return (Transition(capsule, CapsuleDrafted, contents=(content,)),)


def publish(capsule: Capsule, by: str, at: datetime) -> Steps:
    """The version, from now on compiled; nothing where it is already. Raises VersionConflict for
    one that is deprecated."""
    if capsule.status == "published":
        return ()
    if capsule.status == "deprecated":
        raise VersionConflict("it is deprecated: write and publish the next version")
    held = capsule.but(status="published", published_by=by, published_at=at)
    return (Transition(held, CapsulePublished),)


def deprecate(capsule: Capsule, at: datetime) -> Steps:
    """The version, compiled no more; nothing where it is deprecated already."""
    if capsule.status == "deprecated":
        return ()
    ended = capsule.but(status="deprecated", deprecated_at=at)
    return (Transition(ended, CapsuleDeprecated),)
