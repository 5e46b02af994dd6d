"""`python -m functions.identity.erasing --tenant T --subject PRINCIPAL…`: erases what people wrote
in a tenant, by erasing their keys, in the project that the environment names or on the local
platform that runs here.

Each erasure is audited: it and its event are one commit, so there is neither without the other. Who
runs it needs the rights to write to the database and to read the secret `identity-log-key`."""

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from events.principals import PersonErased
from shared.kit import clock
from shared.kit.errors import AssentError, NotFound
from shared.kit.instants import format_instant, parse_instant
from shared.kit.local_platform import found_project
from shared.messaging.changes import Change
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again
from shared.storage.subject_keys import SUBJECT_KEYS, TRUSTED_SECONDS, erased, forget

FUNCTION = "identity"
# A reserved name: nobody who calls has it.
OPERATOR = "operator"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@:+-]{0,127}")


async def erase_person(store: TenantStore, principal: str, at: datetime) -> datetime:
    """Erases the key of the principal's texts in the tenant, and says when that was: nobody reads
    them from now on, and the event log, the audit log and the projections stay as they are. Again
    it changes nothing, unless the principal wrote something since. Raises NotFound where nothing of
    them was ever sealed, LostRace, Unavailable."""
    document = await store.get(SUBJECT_KEYS, principal)
    if document is None:
        raise NotFound(f"nothing in {store.tenant_id} is sealed under {principal}")
    if "wrapped" not in document.data:
        return parse_instant(document.data["erased_at"])
    left = erased(document, at)
    change = Change()
    change.replace(document, left)
    recorder = Recorder(FUNCTION, store.tenant_id, OPERATOR, at)
    change.record(
        recorder.record(
            subject=f"person/{principal}",
            sequence=left["erasures"],
            data=PersonErased(principal_id=principal, erased_at=at),
        )
    )
    await Outbox(FUNCTION).commit(store, change, now=at)
    forget(store.tenant_id, principal)
    return at


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0 where all are erased, 2 where one could not be, or an id is none."""
    parser = argparse.ArgumentParser(prog="python -m functions.identity.erasing")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--subject", nargs="+", required=True, help="principals, as events name")
    chosen = parser.parse_args(arguments)
    unread = [each for each in (chosen.tenant, *chosen.subject) if not _IDENTIFIER.fullmatch(each)]
    if unread:
        detail = "write the tenant's and the principal's id as events have them, like user_01M7…"
        print(f"{unread[0][:80]!a} is no id: {detail}", file=sys.stderr)
        return 2
    if not found_project():
        return 2
    return asyncio.run(_erase_all(TenantStore(chosen.tenant), chosen.subject))


async def _erase_all(store: TenantStore, principals: Sequence[str]) -> int:
    for principal in principals:
        try:
            at = await decide_again(partial(erase_person, store, principal, clock.now()))
        except AssentError as refusal:
            print(f"{principal} was not erased: {refusal.detail}", file=sys.stderr)
            return 2
        minutes = f"{TRUSTED_SECONDS / 60:g} minutes"
        print(f"{principal} was erased at {format_instant(at)}, everywhere within {minutes}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
