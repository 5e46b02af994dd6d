"""Credentials: their values go to Secret Manager and come back to no one; acting alone reads
them."""

from events.credentials import Credential, credential_id
from functions.tools.aggregates import BOOK, BOOK_ID, CREDENTIALS, RUN
from functions.tools.rules import credential as rules
from functions.tools.rules.credential import CredentialBook
from functions.tools.rules.credential_bodies import CredentialBody
from functions.tools.views import CredentialView
from shared.aggregates import Command, UnitOfWork
from shared.kit.callers import Caller
from shared.kit.secret_names import credential_secret
from shared.messaging.envelope import Envelope
from shared.storage.idempotency import IdempotencyKey
from shared.storage.secret_writing import add_value, delete_secret, forget_before


async def put(caller: Caller, name: str, body: CredentialBody) -> CredentialView:
    """The credential, whose secret holds the value, and no older one. A crash before the commit
    leaves a version that the next value destroys. Raises VersionConflict where the tenant has as
    many as it may or this one has another use, Unavailable."""
    id = credential_id(name, caller.workspace_id)
    secret = credential_secret(caller.tenant_id, id, of_models=body.used_by == "models")
    stored: list[str] = []

    async def use_case(work: Command) -> CredentialView:
        await work.prefetch((CREDENTIALS, id), (BOOK, BOOK_ID))
        book = await find_book(work)
        rules.check_room(book, id)
        known = await work.find(CREDENTIALS, id)
        rules.check_use(known, body)
        # A lost race stores it anew, so that the commit never names a version that was destroyed.
        stored[:] = [await add_value(secret, body.secret.get_secret_value())]
        steps = rules.put(known, book, id, name, body, stored[0], caller.principal, work.at)
        saved = await work.save(*steps)
        return CredentialView.of(saved[0])

    view = await RUN.command(caller, use_case, CredentialView)
    await forget_before(secret, stored[0])
    return view


async def remove(caller: Caller, key: IdempotencyKey, name: str) -> CredentialView:
    """The credential, gone: first its value, so that a crash leaves a credential that opens
    nothing. Raises NotFound, Unavailable."""
    id = credential_id(name, caller.workspace_id)

    async def use_case(work: Command) -> CredentialView:
        credential = rules.found(await work.get(CREDENTIALS, id))
        await delete_secret(_secret_of(caller.tenant_id, credential))
        saved = await work.save(*rules.remove(credential, await find_book(work), caller.principal))
        return CredentialView.of(saved[0])

    about = (CREDENTIALS, id)
    return await RUN.command(caller, use_case, CredentialView, key=key, about=about)


async def erase_of_closed(event: Envelope) -> None:
    """Removes the values of all credentials of a tenant that is closed for good, each with its
    event. A redelivery after a crash deletes what is left; one after the commit finds none. Raises
    Unavailable."""

    async def use_case(work: UnitOfWork) -> None:
        book = await find_book(work)
        for credential in await work.find_all(CREDENTIALS, book.ids):
            assert credential is not None, "the book names what is stored"
            await delete_secret(_secret_of(event.tenantid, credential))
            await work.save(*rules.remove(credential, await find_book(work), event.actorid))

    await RUN.reaction(event, use_case)


def _secret_of(tenant_id: str, credential: Credential) -> str:
    of_models = credential.used_by == "models"
    return credential_secret(tenant_id, credential.credential_id, of_models=of_models)


async def find_book(work: UnitOfWork) -> CredentialBook:
    """The tenant's book of credentials. Raises Unavailable."""
    return await work.find(BOOK, BOOK_ID) or CredentialBook()
