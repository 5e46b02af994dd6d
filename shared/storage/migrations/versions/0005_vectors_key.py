"""The signs of vectors are compared in the index of their key, which is a seventh of the table"""

from alembic import op

revision = "0005"
down_revision = "0004"

_KEY = """
CREATE UNIQUE INDEX knowledge_vectors_key
    ON knowledge_vectors (tenant_id, corpus_id, chunk_id){include};
ALTER TABLE knowledge_vectors DROP CONSTRAINT knowledge_vectors_pkey,
    ADD CONSTRAINT knowledge_vectors_pkey PRIMARY KEY USING INDEX knowledge_vectors_key;
"""


def upgrade() -> None:
    """A search that compares signs reads the vectors of no more passages than it compares."""
    op.execute(_KEY.format(include=" INCLUDE (model, bits)"))


def downgrade() -> None:
    """The key as it was."""
    op.execute(_KEY.format(include=""))
