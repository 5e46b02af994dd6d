"""Claim checks: messages that name entries of the event log instead of carrying their data.

Every subscription pays for all of its topic's messages, so what is long is published without its
data (the CloudEvents extension `dataref`), and the readers that handle it read it in the log. The
message carries a hash, because every function can write to the log."""

from collections.abc import Iterator, Mapping, Sequence

from shared.kit.canonical import content_hash
from shared.kit.errors import Unavailable
from shared.messaging.dead_letters import LONGEST_VALUE
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.messaging.pubsub import Message
from shared.storage.cursors import is_document_id
from shared.storage.firestore import TenantStore

DATAREF, DATAHASH = "ce-dataref", "ce-datahash"
# Bytes of data that a publication carries for one type. A call with an empty body may lead to 16 KB
# of messages: an event read by three functions and held back from a fourth is billed five times.
MOST_CARRIED = 1_024
# A reader holds all that one message names.
MOST_CLAIMED = 1_000_000
_PREFIX = f"{EVENT_LOG}/"


class ClaimRefused(ValueError):
    """A message does not name what its publisher committed; the message says why."""


def messages_of(events: Sequence[Envelope], carried: Sequence[Envelope] = ()) -> list[Message]:
    """The messages that tell of all the events. Events of one tenant and type that are about the
    same noun share claim checks where their data together is longer than MOST_CARRIED; any other
    event carries its own data. Events that are `carried` come in the claim check of a later one
    about the same subject, before it: whoever reads them must read that one too."""
    carriers: dict[str, list[Envelope]] = {}
    alone: list[Envelope] = []
    for each in carried:
        carrier = carrier_of(each, events)
        (alone if carrier is None else carriers.setdefault(carrier.id, [])).append(each)
    alike: dict[tuple[str, str, str], list[Envelope]] = {}
    for event in (*alone, *(each for each in events if each.id not in carriers)):
        alike.setdefault((event.tenantid, event.type, event.about), []).append(event)
    found = [message for each in alike.values() for message in _messages_of(each)]
    loaded = (each for each in events if each.id in carriers)
    return [*found, *(_claim_check([*carriers[each.id], each], each) for each in loaded)]


def carrier_of(carried: Envelope, events: Sequence[Envelope]) -> Envelope | None:
    """The first of the events whose message can tell of an earlier one too."""
    return next((each for each in events if _about_of(each) == _about_of(carried)), None)


async def claimed_events(
    received: Envelope, headers: Mapping[str, str], body: bytes
) -> Sequence[Envelope]:
    """The events that a message (lower-case header names) tells of: `received` itself where the
    message carries its data, otherwise the log's entries that its claim check names, in their
    order.

    Guarantees that a claim check gives exactly what was hashed by whoever published it, and only
    events of its own tenant, source and type, or of its own subject: then the last one, which
    `carries` the others, is the one that the message is of. Raises ClaimRefused; Unavailable, also
    for an entry that is missing."""
    if DATAREF not in headers:
        return [received]
    if body:
        raise ClaimRefused("the event has both data and a dataref")
    ids = _named(headers[DATAREF])
    entries = await TenantStore(received.tenantid).get_many([(EVENT_LOG, id) for id in ids])
    found = [entry for entry in entries if entry is not None]
    if len(found) < len(ids):
        missing = set(ids) - {entry.id for entry in found}
        raise Unavailable(f"the log lacks {', '.join(sorted(missing))}, which the message names")
    try:
        events = [logged_event(entry.data, received.received_at) for entry in found]
    except (KeyError, ValueError) as error:
        raise ClaimRefused("an entry that the dataref names is no event") from error
    if _hash_of(events) != headers.get(DATAHASH):
        raise ClaimRefused("the log's entries are not what was published: their hash differs")
    if events[0].attributes() == received.attributes():
        if len({(each.tenantid, each.source, each.type, each.about) for each in events}) > 1:
            raise ClaimRefused("the dataref names events of another tenant, source, type or noun")
        return events
    *carried, carrier = events
    if carrier.attributes() != received.attributes():
        raise ClaimRefused("the message's attributes are not those of the entry it names")
    if any(_about_of(each) != _about_of(carrier) for each in carried):
        raise ClaimRefused("the dataref names events of another tenant, source or subject")
    return [*carried, carrier.but(carries=tuple(each.id for each in carried))]


def _about_of(event: Envelope) -> tuple[str, ...]:
    return event.tenantid, event.source, event.subject, event.about


def _messages_of(alike: Sequence[Envelope]) -> Iterator[Message]:
    if _size(alike) <= MOST_CARRIED:
        yield from ((event.data.encode(), event.headers()) for event in alike)
        return
    named: list[Envelope] = []
    for event in alike:
        longer = [*named, event]
        if named and (len(_dataref(longer)) > LONGEST_VALUE or _size(longer) > MOST_CLAIMED):
            yield _claim_check(named, named[0])
            longer = [event]
        named = longer
    yield _claim_check(named, named[0])


def _claim_check(events: Sequence[Envelope], of: Envelope) -> Message:
    """The attributes are those of one event, so filters apply to a claim check too."""
    claim = {DATAREF: _dataref(events), DATAHASH: _hash_of(events)}
    return b"", {**of.headers(), **claim}


def _dataref(events: Sequence[Envelope]) -> str:
    return _PREFIX + ",".join(event.id for event in events)


def _named(dataref: str) -> list[str]:
    ids = dataref.removeprefix(_PREFIX).split(",")
    is_ours = dataref.startswith(_PREFIX) and len(set(ids)) == len(ids)
    if not is_ours or len(dataref) > LONGEST_VALUE or not all(map(is_document_id, ids)):
        raise ClaimRefused(f"{dataref[:100]!a} does not name entries of the tenant's event log")
    return ids


def _hash_of(events: Sequence[Envelope]) -> str:
    return content_hash([{**event.attributes(), "data": event.data} for event in events])


def _size(events: Sequence[Envelope]) -> int:
    return sum(len(event.data.encode()) for event in events)
