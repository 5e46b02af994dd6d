"""How many bytes a tenant's documents take in Firestore, by Firestore's own published sums
(https://cloud.google.com/firestore/docs/storage-size)."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.cost.measured import Stored
from infra.indexes import composites, grouped, singles
from shared.manifest import load_manifests
from shared.messaging.log import EVENT_LOG

# Longer values are cut in an index entry.
_LONGEST_INDEXED = 1_500
MANIFESTS = load_manifests(Path(__file__).parents[2])


def stored(env: Mapping[str, str], tenant: str) -> Stored:
    """Bytes of all documents of the tenant and of their entries in the declared indexes. Entries of
    the event log count for whoever wrote them: `events@agents`."""
    documents: Counter[str] = Counter()
    indexes: Counter[str] = Counter()
    with _client(env) as client:
        root = client.collection("tenants").document(tenant)
        for collection in root.collections():
            for snapshot in collection.stream():
                fields = snapshot.to_dict()
                what, name = _what(collection.id, fields), _name_size(snapshot.reference.path)
                documents[what] += name + _map_size(fields) + 32
                for index, size in _entries(collection.id, fields):
                    indexes[f"{what}.{index}"] += size + name + _name_size(root.path) + 32
    return Stored(documents=dict(documents), indexes=dict(indexes))


def grown(before: Stored, after: Stored) -> Stored:
    """What came to be stored in between."""

    def more(first: Mapping[str, int], then: Mapping[str, int]) -> dict[str, int]:
        counted = {name: size - first.get(name, 0) for name, size in then.items()}
        return {name: size for name, size in counted.items() if size}

    return Stored(
        documents=more(before.documents, after.documents),
        indexes=more(before.indexes, after.indexes),
    )


@contextmanager
def _client(env: Mapping[str, str]) -> Iterator[Any]:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.firestore import Client

    name = "FIRESTORE_EMULATOR_HOST"
    before = os.environ.get(name)
    os.environ[name] = env[name]
    try:
        anybody: Any = AnonymousCredentials
        client: Any = Client(project=env["GOOGLE_CLOUD_PROJECT"], credentials=anybody())
        yield client
        client.close()
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def _what(collection: str, fields: Mapping[str, Any]) -> str:
    if collection != EVENT_LOG:
        return collection
    return f"{collection}@{fields['source'].removeprefix('//assent/')}"


def _name_size(path: str) -> int:
    return sum(_text_size(part) for part in path.split("/")) + 16


def _text_size(text: str) -> int:
    return len(text.encode()) + 1


def _map_size(fields: Mapping[str, Any]) -> int:
    return sum(_text_size(name) + _value_size(value) for name, value in fields.items())


def _value_size(value: Any) -> int:
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, str):
        return _text_size(value)
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Mapping):
        return _map_size(value)
    if isinstance(value, list):
        return sum(_value_size(each) for each in value)
    return 8


def _entries(collection: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Each index entry of a document: the index, and the size of what it holds of the document. A
    list has one entry for each of its members."""
    for each in singles(MANIFESTS):
        if each.collection == collection and each.field in fields:
            value = fields[each.field]
            members = value if each.mode == "CONTAINS" else [value]
            for member in members:
                yield each.field, _text_size(each.field) + _indexed_size(member)
    for name, field in grouped(MANIFESTS):
        if name == collection and field in fields:
            yield field, _text_size(field) + _indexed_size(fields[field])
    for index in composites(MANIFESTS):
        named = (*index.equalities, *index.ordered)
        if index.collection == collection and all(name in fields for name in named):
            yield "+".join(named), sum(_indexed_size(fields[name]) for name in named)


def _indexed_size(value: Any) -> int:
    return min(_value_size(value), _LONGEST_INDEXED)
