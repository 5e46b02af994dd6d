"""Many earlier cases of a tenant in a minute: the documents of one that was really created, written
again under other ids.

Every document of the case is copied but for its entries in the event log, which nobody reads on the
way of another case; in each copy every id, the agent's name and the ids of decisions are replaced
by others of the same length, so the bytes of the first case serve for all. Signatures and hashes
are those of the first. The counters of the governor's dashboard are counted by the projection's own
rule."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc.aio

from mobile_api.rules.counters import counter_changes, is_time
from mobile_api.rules.documents import AGENTS, CARDS
from shared.kit.ids import CROCKFORD
from shared.messaging.log import EVENT_LOG
from tests.benchmarks.load import all_of
from tests.benchmarks.started import Started

AT_ONCE = 25
IN_FLIGHT = 4
_COMMIT = "/google.firestore.v1.Firestore/Commit"
_TYPED_ID = re.compile(rf"\b[a-z]{{3}}_[{CROCKFORD}]{{26}}\b")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_CHANGED = 6


@dataclass(frozen=True)
class Template:
    """The commit that would create one case as it is now, and what in it is that case's alone."""

    commit: bytes
    own: tuple[str, ...]
    agent: tuple[str, Mapping[str, Any]]
    card: tuple[str, Mapping[str, Any]]

    def copy(self, number: int) -> bytes:
        """The commit of another case."""
        copied = self.commit
        for text in self.own:
            copied = copied.replace(text.encode(), renamed(text, number).encode())
        return copied


def renamed(text: str, number: int) -> str:
    """An id or a name like `text`, of the same length, for the case of that number."""
    if _TYPED_ID.fullmatch(text):
        digits = (CROCKFORD[number >> 5 * place & 31] for place in reversed(range(_CHANGED)))
        return text[:-_CHANGED] + "".join(digits)
    if _UUID.fullmatch(text):
        return f"{text[:-12]}{number:012x}"
    stem, _, counted = text.rpartition("-")
    return f"{stem}-{number:0{len(counted)}d}"


def own_texts(case: str, others: str) -> tuple[str, ...]:
    """The ids in the text of one case's documents that are in no other document's."""
    found = {*_TYPED_ID.findall(case), *_UUID.findall(case)}
    return tuple(sorted(text for text in found if text not in others))


async def multiply(platform: Started, tenant: str, name: str, numbers: range) -> None:
    """One more case for each number, like that of the agent `name`, which must be settled."""
    template = await asyncio.to_thread(_template, platform, tenant, name)
    options = [("grpc.max_send_message_length", -1)]
    async with grpc.aio.insecure_channel(platform.emulator("firestore"), options) as channel:
        send: Any = channel.unary_unary(_COMMIT)

        async def write(batch: range) -> None:
            request = b"".join(map(template.copy, batch))
            await send(request, metadata=[("authorization", "Bearer owner")])

        batches = (numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE))
        await all_of((_later(write, batch) for batch in batches), in_flight=IN_FLIGHT)
    await asyncio.to_thread(_count, platform, tenant, template, numbers)


def _later(write: Any, batch: range) -> Any:
    return lambda: write(batch)


def _template(platform: Started, tenant: str, name: str) -> Template:
    with platform.documents() as client:
        root = client.collection("tenants").document(tenant)
        groups = [group for group in root.collections() if group.id != EVENT_LOG]
        documents = [doc for group in groups for doc in group.stream()]
        ids = _ids_of(documents, name)
        case = [doc for doc in documents if any(id in _text(doc) for id in ids)]
        others = "".join(_text(doc) for doc in documents if doc not in case)
        batch = client.batch()
        for doc in case:
            batch.set(doc.reference, doc.to_dict())
        commit = _commit(client, batch)
        own = own_texts("".join(map(_text, case)), others)
        by_collection = {doc.reference.parent.id: (doc.id, doc.to_dict()) for doc in case}
        return Template(commit, (*own, name), by_collection[AGENTS], by_collection[CARDS])


def _ids_of(documents: list[Any], name: str) -> set[str]:
    """The ids of the agent of that name, of its case and of its approval."""
    named = [doc for doc in documents if name in _text(doc)]
    collections = {"agents", "creation_cases", "approvals"}
    return {doc.id for doc in named if doc.reference.parent.id in collections} | {name}


def _text(doc: Any) -> str:
    return f"{doc.id} {doc.to_dict()}"


def _commit(client: Any, batch: Any) -> bytes:
    from google.cloud.firestore_v1.types import CommitRequest

    request = CommitRequest(database=client._database_string, writes=batch._write_pbs)
    serialized: bytes = CommitRequest.serialize(request)
    return serialized


def _count(platform: Started, tenant: str, template: Template, numbers: range) -> None:
    from google.cloud.firestore import Increment, Maximum

    documents = {
        (collection, renamed(id, number)): fields
        for collection, (id, fields) in ((AGENTS, template.agent), (CARDS, template.card))
        for number in numbers
    }
    with platform.documents() as client:
        root = client.collection("tenants").document(tenant)
        for (collection, shard), change in counter_changes({}, documents).items():
            fields = {n: Maximum(v) if is_time(n) else Increment(v) for n, v in change.items()}
            root.collection(collection).document(shard).set(fields, merge=True)
