"""A credential without its value: what it is for, and who stored it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from events.credentials import CredentialRemoved, CredentialState, CredentialStored
from functions.tools.rules.credential_bodies import CredentialBody
from shared.kit.errors import NotFound, VersionConflict
from shared.kit.models import Model
from shared.kit.secret_names import CREDENTIAL
from shared.kit.transitions import Transition

Steps = tuple[Transition[Any], ...]
# Each costs what an active version of a secret costs.
MOST_CREDENTIALS = 20


class Credential(CredentialState):
    """A credential as it is stored. `secret_version` is the version of its secret that holds the
    value."""

    secret_version: str

    @property
    def listed_at(self) -> datetime | None:
        """Where it stands in the list; nowhere once it was removed."""
        return self.set_at if self.status == "set" else None


class CredentialBook(Model):
    """The ids of a tenant's credentials."""

    ids: tuple[str, ...] = ()


def credential_id(name: str, workspace_id: str | None) -> str:
    """The id of a credential: one for each name in a workspace, or in the rest of the tenant."""
    return name if workspace_id is None else f"{workspace_id}.{name}"


def secret_id(tenant_id: str, credential: str) -> str:
    """The name of the secret that holds the value of the credential with that id."""
    return CREDENTIAL + hashlib.sha256(f"{tenant_id}\x1f{credential}".encode()).hexdigest()[:40]


def is_there(credential: Credential | None) -> bool:
    """Whether the credential has a value."""
    return credential is not None and credential.status == "set"


def check_room(book: CredentialBook, id: str) -> None:
    """Raises VersionConflict where the tenant has as many credentials as it may."""
    if id not in book.ids and len(book.ids) >= MOST_CREDENTIALS:
        raise VersionConflict(f"a tenant has {MOST_CREDENTIALS} credentials at most: delete one")


def put(
    known: Credential | None,
    book: CredentialBook,
    id: str,
    name: str,
    body: CredentialBody,
    secret_version: str,
    by: str,
    at: datetime,
) -> Steps:
    """The credential with another value."""
    credential = Credential(
        credential_id=id,
        name=name,
        kind=body.kind,
        status="set",
        hosts=tuple(sorted(set(body.hosts))),
        shown=body.shown,
        version=1 if known is None else known.version + 1,
        set_by=by,
        set_at=at,
        secret_version=secret_version,
    )
    counted = book.but(ids=tuple(sorted({*book.ids, id})))
    return (Transition(credential, CredentialStored), Transition(counted))


def remove(credential: Credential, book: CredentialBook, by: str) -> Steps:
    """The credential without a value."""
    left = book.but(ids=tuple(each for each in book.ids if each != credential.credential_id))
    gone = credential.but(status="removed")
    return (Transition(gone, CredentialRemoved, {"removed_by": by}), Transition(left))


def found(credential: Credential) -> Credential:
    """The credential. Raises NotFound for one that was removed."""
    if not is_there(credential):
        raise NotFound(f"there is no credential {credential.name!r}")
    return credential


def why_not_for(credential: Credential | None, name: str, hosts: Iterable[str]) -> str | None:
    """Why the credential of that name is not sent to all of these hosts; None where it is."""
    if credential is None or not is_there(credential):
        return f"there is no credential {name}: store it with PUT /v1/credentials/{name}"
    beyond = sorted(set(hosts) - set(credential.hosts))
    if beyond:
        return f"the credential {name} is not for {beyond[0]}: add it to the credential's hosts"
    return None
