"""A credential without its value: what it is for, and who stored it."""

from datetime import datetime
from typing import Any

from events.credentials import Credential, CredentialRemoved, CredentialStored, is_there
from functions.tools.rules.credential_bodies import CredentialBody
from shared.kit.errors import NotFound, VersionConflict
from shared.kit.models import Model
from shared.kit.transitions import Transition

Steps = tuple[Transition[Any], ...]
# Each costs what an active version of a secret costs.
MOST_CREDENTIALS = 20


class CredentialBook(Model):
    """The ids of a tenant's credentials."""

    ids: tuple[str, ...] = ()


def check_room(book: CredentialBook, id: str) -> None:
    """Raises VersionConflict where the tenant has as many credentials as it may."""
    if id not in book.ids and len(book.ids) >= MOST_CREDENTIALS:
        raise VersionConflict(f"a tenant has {MOST_CREDENTIALS} credentials at most: delete one")


def check_use(known: Credential | None, body: CredentialBody) -> None:
    """Raises VersionConflict where the credential is there, for another use: its value would stay
    where whoever read it before still reads it."""
    if known is not None and is_there(known) and known.used_by != body.used_by:
        raise VersionConflict(
            f"the credential {known.name!r} is used by {known.used_by}: delete it, and store it "
            f"anew for {body.used_by}, or give this one another name"
        )


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
        used_by=body.used_by,
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
