"""The signs of vectors lie a hundred in a row, apart from the vectors"""

from alembic import op

revision = "0006"
down_revision = "0005"

# Rows fit a page whole, so none of their columns is moved away or compressed.
_SIGNS = """
CREATE TABLE knowledge_signs (
    number    bigint   NOT NULL,
    tenant_id text     NOT NULL,
    corpus_id text     NOT NULL,
    model     bytea    NOT NULL,
    chunk_ids bigint[] NOT NULL,
    signs     bit(384)[] NOT NULL,
    PRIMARY KEY (tenant_id, corpus_id, number, model)
) WITH (toast_tuple_target = 8160);
ALTER TABLE knowledge_signs
    ALTER COLUMN chunk_ids SET STORAGE MAIN, ALTER COLUMN signs SET STORAGE MAIN;
INSERT INTO knowledge_signs (tenant_id, corpus_id, model, number, chunk_ids, signs)
SELECT tenant_id, corpus_id, model, chunk_id / 100, array_agg(chunk_id), array_agg(bits)
FROM knowledge_vectors GROUP BY tenant_id, corpus_id, model, chunk_id / 100;
"""
_RIGHTS = """
ALTER TABLE knowledge_signs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON knowledge_signs
    USING (tenant_id = (SELECT current_setting('app.tenant_id', true)));
CREATE POLICY platforms ON knowledge_signs FOR SELECT USING (tenant_id = '*');
GRANT SELECT, INSERT, UPDATE, DELETE ON knowledge_signs TO assent_app;
"""
_KEY = """
CREATE UNIQUE INDEX knowledge_vectors_key
    ON knowledge_vectors (tenant_id, corpus_id, chunk_id){include};
ALTER TABLE knowledge_vectors DROP CONSTRAINT knowledge_vectors_pkey,
    ADD CONSTRAINT knowledge_vectors_pkey PRIMARY KEY USING INDEX knowledge_vectors_key;
"""
_BITS = """
ALTER TABLE knowledge_vectors ADD COLUMN bits bit(384);
UPDATE knowledge_vectors SET bits = binary_quantize(vector)::bit(384);
ALTER TABLE knowledge_vectors ALTER COLUMN bits SET NOT NULL;
"""


def upgrade() -> None:
    """A search that compares signs reads few rows, and none that another tenant has."""
    op.execute(_SIGNS)
    op.execute(_RIGHTS)
    op.execute(_KEY.format(include=""))
    op.execute("ALTER TABLE knowledge_vectors DROP COLUMN bits")
    op.execute("ALTER FUNCTION find_knowledge SET enable_bitmapscan = on")


def downgrade() -> None:
    """The signs beside their vectors, and in the index of their key."""
    op.execute("ALTER FUNCTION find_knowledge RESET enable_bitmapscan")
    op.execute(_BITS)
    op.execute(_KEY.format(include=" INCLUDE (model, bits)"))
    op.execute("DROP TABLE knowledge_signs")
