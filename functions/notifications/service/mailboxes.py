"""How many codes each mailbox was mailed within a day, whoever asked for them in whichever tenant:
the relay is the operator's, and a stranger's mailbox is nobody's to fill. A document has a keyed
digest of the address alone, and is removed by Firestore a day after its last code."""

from datetime import datetime, timedelta

from functions.notifications.aggregates import MAILBOXES
from functions.notifications.settings import seed
from shared.kit import base64url
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.digests import mac_of
from shared.kit.errors import VersionConflict
from shared.kit.instants import format_instant, parse_instant
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

MOST_FOR_ONE = 10
_DAY = timedelta(days=1)


async def count_code_for(address: str, at: datetime) -> None:
    """Counts one code more for the mailbox, before it is mailed. Raises VersionConflict beyond
    MOST_FOR_ONE within a day, Unavailable."""
    named = mac_of(await seed(), f"mailbox\x1f{address.casefold()}".encode())
    await decide_again(lambda: _count(base64url.encode(named), at))


async def _count(id: str, at: datetime) -> None:
    store = TenantStore(PLATFORM_TENANT)
    document = await store.get(MAILBOXES.name, id)
    known = map(parse_instant, document.data["codes_at"]) if document is not None else ()
    of_today = [each for each in known if at - each < _DAY]
    if len(of_today) >= MOST_FOR_ONE:
        # A count or an instant would tell what other tenants asked for.
        raise VersionConflict("that mailbox gets no code now: ask again tomorrow")
    said = {"codes_at": [format_instant(each) for each in (*of_today, at)], "expire_at": at + _DAY}
    batch = Batch()
    if document is None:
        batch.create(MAILBOXES.name, id, said)
    else:
        batch.replace(document, said)
    await store.commit(batch)
