"""The signs of vectors, a hundred in a row. A search among many vectors compares their signs first.
The transaction that changes vectors writes the rows with their signs anew."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# A row has the signs of the chunks whose ids divided by this are equal. It fits a page: to read a
# row costs a search more than to compare its signs.
IN_ROW = 100
_FORGET = """
DELETE FROM knowledge_signs WHERE tenant_id = %(tenant)s AND corpus_id = %(corpus)s
   AND number = ANY(%(numbers)s::bigint[])
"""
_WRITE = f"""
INSERT INTO knowledge_signs (tenant_id, corpus_id, model, number, chunk_ids, signs)
SELECT %(tenant)s, %(corpus)s, known.model, number, array_agg(known.chunk_id),
       array_agg(binary_quantize(known.vector)::bit(384))
FROM unnest(%(numbers)s::bigint[]) AS number JOIN knowledge_vectors AS known
    ON known.tenant_id = %(tenant)s AND known.corpus_id = %(corpus)s
   AND known.chunk_id BETWEEN number * {IN_ROW} AND number * {IN_ROW} + {IN_ROW - 1}
GROUP BY known.model, number
"""  # noqa: S608


async def renew_signs(
    connection: "AsyncConnection[Any]", tenant_id: str, corpus_id: str, chunk_ids: Iterable[int]
) -> None:
    """Writes the signs of these chunks anew, from their vectors; a chunk without a vector has none.
    The transaction is the one that changes the corpus."""
    if numbers := sorted({each // IN_ROW for each in chunk_ids}):
        told = {"tenant": tenant_id, "corpus": corpus_id, "numbers": numbers}
        for statement in (_FORGET, _WRITE):
            await connection.execute(statement.encode(), told)
