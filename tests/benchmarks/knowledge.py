"""Search in knowledge: what it finds of what is nearest, in which time of the database, among many
tenants under row-level security; and which of its parts finds what was asked for."""

import asyncio
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import psycopg

from functions.knowledge import searches
from functions.knowledge.embeddings import written
from functions.knowledge.searches import SearchQuery
from functions.knowledge.service.document_vectors import TOGETHER
from functions.knowledge.signs import IN_ROW
from shared.storage import postgres as storage
from shared.storage.postgres import disconnect, tenant_transaction
from tests.benchmarks.appending import Addresses, database
from tests.benchmarks.figures import Figure, at_least, at_most, median

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

WIDTH, TOP = 384, 10
MODEL = bytes(32)
# Chunks of the tenants that are measured; the other tenants share the rest.
SIZES = {"clinic-500": 500, "clinic-2000": 2_000, "clinic-10000": 10_000, "clinic-40000": 40_000}
MILLISECONDS = {500: 2.0, 2_000: 3.0, 10_000: 8.0, 40_000: 15.0}
ALL, OTHERS = 100_000, 75
QUESTIONS = 40
COPY = (
    "COPY knowledge_vectors (tenant_id, corpus_id, chunk_id, model, vector)"
    " FROM STDIN (FORMAT binary)"
)


_SIGNS = f"""
INSERT INTO knowledge_signs (tenant_id, corpus_id, model, number, chunk_ids, signs)
SELECT tenant_id, corpus_id, model, chunk_id / {IN_ROW}, array_agg(chunk_id),
       array_agg(binary_quantize(vector)::bit(384))
FROM knowledge_vectors GROUP BY tenant_id, corpus_id, model, chunk_id / {IN_ROW}
ON CONFLICT DO NOTHING
"""


def measure() -> dict[str, Figure]:
    """Recall of the ten nearest, and milliseconds of the database, for each size of a tenant."""
    with database() as server:
        others = (ALL - sum(SIZES.values())) // OTHERS
        sizes = SIZES | {f"other-{number}": others for number in range(OTHERS)}
        vectors = fill(server.owner, sizes)
        return asyncio.run(_measured(server, vectors))


@contextmanager
def connected(server: Addresses) -> Iterator[None]:
    """Lets our own functions reach the database as the role that owns nothing."""
    told = {"ASSENT_POSTGRES_DSN": server.dsn, "ASSENT_POSTGRES_CONNECTIONS": "1"}
    with storage._pools.anew(), patch.dict(os.environ, told):
        yield


def fill(owner: str, sizes: dict[str, int], seed: int = 7) -> "dict[str, NDArray[float32]]":
    """Clustered vectors of each tenant, as rounded as they are stored; each is in the corpus
    `docs`. Those of all tenants are mixed in lots, as ingestion writes them."""
    import numpy

    random = numpy.random.default_rng(seed)
    centres = random.normal(size=(200, WIDTH))
    found, lots = {}, []
    for tenant, size in sizes.items():
        near = centres[random.integers(0, len(centres), size)]
        drawn = near + random.normal(size=(size, WIDTH)) * 0.7
        drawn /= numpy.linalg.norm(drawn, axis=1, keepdims=True)
        found[tenant] = drawn.astype(numpy.float16).astype(numpy.float32)
        lots += [(tenant, first) for first in range(0, size, TOGETHER)]
    random.shuffle(lots)
    with psycopg.connect(owner, autocommit=True) as connection:
        # These vectors have no passages.
        connection.execute("SET session_replication_role = replica")
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0))
            for tenant, first in lots:
                for number in range(first, min(first + TOGETHER, sizes[tenant])):
                    copy.write(_row(tenant, number, found[tenant][number]))
            copy.write(struct.pack("!h", -1))
        write_signs(connection)
        for table in ("vectors", "signs"):
            connection.execute(f"VACUUM ANALYZE knowledge_{table}".encode())
    return found


def write_signs(owner: "psycopg.Connection[Any]") -> None:
    """The signs of all vectors that have none, as ingestion writes them."""
    owner.execute(_SIGNS.encode())


def _row(tenant: str, number: int, vector: "NDArray[float32]") -> bytes:
    halves = vector.astype(">f2").tobytes()
    fields = (
        tenant.encode(),
        b"docs",
        struct.pack("!q", number),
        MODEL,
        struct.pack("!HH", WIDTH, 0) + halves,
    )
    return struct.pack("!h", len(fields)) + b"".join(
        struct.pack("!i", len(each)) + each for each in fields
    )


async def _measured(server: Addresses, vectors: "dict[str, NDArray[float32]]") -> dict[str, Figure]:
    with connected(server):
        return await _in_turns(vectors)


async def _in_turns(vectors: "dict[str, NDArray[float32]]") -> dict[str, Figure]:
    import numpy

    random = numpy.random.default_rng(11)
    recalls: dict[int, list[float]] = {size: [] for size in SIZES.values()}
    times: dict[int, list[float]] = {size: [] for size in SIZES.values()}
    for round in range(QUESTIONS):
        # Tenants in turns, so that a plan made for one would serve the next.
        for tenant, size in SIZES.items():
            known = vectors[tenant]
            near = known[random.integers(0, size)] + random.normal(size=WIDTH) * 0.03
            question = (near / numpy.linalg.norm(near)).astype(numpy.float32)
            recall, milliseconds = await asked(tenant, known, question)
            recalls[size].append(recall)
            if round >= 5:
                times[size].append(milliseconds)
    await disconnect()
    figures = {}
    for size, bound in MILLISECONDS.items():
        recall = sum(recalls[size]) / len(recalls[size])
        figures[f"knowledge: recall of 10 in {size} passages"] = Figure(
            recall, "of 1", aim=at_least(1.0)
        )
        figures[f"knowledge: nearest in {size} passages"] = Figure(
            median(times[size]), "ms", aim=at_most(bound)
        )
    return figures


async def asked(
    tenant: str, known: "NDArray[float32]", question: "NDArray[float32]"
) -> tuple[float, float]:
    """The share of the truly nearest that a search finds, and the milliseconds that it takes of the
    processor of the database: of the one connection, where there is one."""
    import numpy

    rounded = numpy.array([float(each) for each in written(question)[1:-1].split(",")])
    halves = rounded.astype(numpy.float16).astype(numpy.float32)
    truly = set(numpy.argsort(-(known @ halves))[:TOP].tolist())
    sought = SearchQuery(tenant, ("docs",), len(known), None, written(question), MODEL)
    backend = await _backend(tenant)
    began = _processor_nanoseconds(backend)
    hits = await searches.search(tenant, sought)
    milliseconds = (_processor_nanoseconds(backend) - began) / 1_000_000
    found = sorted(hits.by_meaning, key=lambda each: -hits.by_meaning[each])[:TOP]
    return len(truly & set(found)) / TOP, milliseconds


async def _backend(tenant: str) -> int:
    async with tenant_transaction(tenant) as connection:
        return connection.info.backend_pid


def _processor_nanoseconds(pid: int) -> int:
    """What a process took of a processor so far (Linux: proc(5), schedstat)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
