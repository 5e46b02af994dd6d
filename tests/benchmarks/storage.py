"""How many bytes a tenant's documents take in Firestore, by Firestore's own published sums
(https://cloud.google.com/firestore/docs/storage-size)."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from infra.cost.measured import Stored
from shared.messaging.log import EVENT_LOG

# Longer values are cut in an index entry.
_LONGEST_INDEXED = 1_500
# Firestore keeps an ascending and a descending entry for every value unless told otherwise.
_ENTRIES = 2


def stored(env: Mapping[str, str], tenant: str) -> Stored:
    """Bytes of all documents of the tenant and of their automatic index entries. Entries of the
    event log count for whoever wrote them: `events@agents`."""
    documents: Counter[str] = Counter()
    indexes: Counter[str] = Counter()
    with _client(env) as client:
        root = client.collection("tenants").document(tenant)
        for collection in root.collections():
            for snapshot in collection.stream():
                fields = snapshot.to_dict()
                what, name = _what(collection.id, fields), _name_size(snapshot.reference.path)
                documents[what] += name + _map_size(fields) + 32
                for field, value in fields.items():
                    entries = _index_sizes(field, value, name + _name_size(root.path))
                    indexes[f"{what}.{field}"] += sum(entries)
    return Stored(documents=dict(documents), indexes=dict(indexes))


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


def _index_sizes(field: str, value: Any, names: int) -> Iterator[int]:
    """Sizes of the automatic entries for a value at the path `field`."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _index_sizes(f"{field}.{name}", each, names)
        return
    indexed = min(_value_size(value), _LONGEST_INDEXED)
    yield _ENTRIES * (names + _text_size(field) + indexed + 32)
    if isinstance(value, list):
        for each in value:
            size = min(_value_size(each), _LONGEST_INDEXED)
            yield names + _text_size(field) + size + 32
