"""Credentials: their values go to Secret Manager and come back to no one; acting alone reads
them."""

from events.credentials import credential_id
from functions.tools.aggregates import BOOK, BOOK_ID, CREDENTIALS, RUN
from functions.tools.rules import credential as rules
from functions.tools.rules.credential import CredentialBook
from functions.tools.rules.credential_bodies import CredentialBody
from functions.tools.views import CredentialView
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.secret_names import credential_secret
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
        of_models = credential.used_by == "models"
        await delete_secret(credential_secret(caller.tenant_id, id, of_models=of_models))
        saved = await work.save(*rules.remove(credential, await find_book(work), caller.principal))
        return CredentialView.of(saved[0])

    about = (CREDENTIALS, id)
    return await RUN.command(caller, use_case, CredentialView, key=key, about=about)


async def find_book(work: Command) -> CredentialBook:
    """The tenant's book of credentials. Raises Unavailable."""
    return await work.find(BOOK, BOOK_ID) or CredentialBook()
