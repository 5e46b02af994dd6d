"""Reads the documents of clients, which are at addresses that strangers choose."""

import time
from collections import OrderedDict

from functions.identity.rules.client import ClientDocument, check_client_id
from functions.identity.rules.refusals import ClientRefused
from functions.identity.settings import settings
from shared.runtime.outside import OutsideCall, OutsideRefused, call_public

LONGEST_ANSWER = 10_000
KEPT_SECONDS = 300.0
MOST_KEPT = 256
_kept: OrderedDict[str, tuple[float, ClientDocument]] = OrderedDict()


async def client_document(client_id: str) -> ClientDocument:
    """The metadata of the client, as its address answered at most five minutes ago. Raises
    ClientRefused for an address that is none, that is not on the public internet, or that does not
    answer within five seconds with at most 10,000 bytes of a document which names it."""
    may_be_loopback = settings().may_be_loopback
    check_client_id(client_id, may_be_loopback=may_be_loopback)
    kept = _kept.get(client_id)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    call = OutsideCall(url=client_id, longest=LONGEST_ANSWER)
    try:
        content = await call_public(call, may_be_loopback=may_be_loopback)
    except OutsideRefused as error:
        raise ClientRefused(f"the host in client_id {error.detail}") from error
    document = ClientDocument.read(client_id, content)
    _kept[client_id] = time.monotonic(), document
    _kept.move_to_end(client_id)
    if len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return document
