"""What documents say: their texts, and vectors of their passages, apart for each tenant"""

from alembic import op

revision = "0002"
down_revision = "0001"

# Rows of the tenant '*' are the platform's own: every tenant reads them, and only transactions of
# no tenant write them (`shared.storage.postgres.platform_transaction`).
_TABLES = """
CREATE EXTENSION IF NOT EXISTS vector;

-- `version` changes with every passage; what was removed stays as a mark, so that whoever still
-- reads a document adds nothing to it.
CREATE TABLE knowledge_corpora (
    tenant_id text   NOT NULL,
    corpus_id text   NOT NULL,
    version   bigint NOT NULL DEFAULT 0,
    chunks    bigint NOT NULL DEFAULT 0,
    is_removed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, corpus_id)
);

CREATE TABLE knowledge_documents (
    tenant_id   text    NOT NULL,
    document_id text    NOT NULL,
    corpus_id   text    NOT NULL,
    version     integer NOT NULL,
    is_removed  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, document_id)
);
CREATE INDEX knowledge_documents_corpus ON knowledge_documents (tenant_id, corpus_id);

-- What somebody sent as text, until it is read.
CREATE TABLE knowledge_sources (
    tenant_id   text    NOT NULL,
    document_id text    NOT NULL,
    version     integer NOT NULL,
    text        text    NOT NULL,
    PRIMARY KEY (tenant_id, document_id, version)
);

CREATE TABLE knowledge_pages (
    tenant_id   text    NOT NULL,
    document_id text    NOT NULL,
    page        integer NOT NULL,
    text        text    NOT NULL,
    PRIMARY KEY (tenant_id, document_id, page)
);

-- `terms` are the lexemes of `words`, each after a digest of the tenant: so the index of one tenant
-- is as long as its own texts make it.
CREATE TABLE knowledge_chunks (
    tenant_id   text     NOT NULL,
    corpus_id   text     NOT NULL,
    chunk_id    bigint   GENERATED ALWAYS AS IDENTITY,
    document_id text     NOT NULL,
    page        integer  NOT NULL,
    start       integer  NOT NULL,
    stop        integer  NOT NULL,
    heading     text     NOT NULL,
    text        text     NOT NULL,
    words       tsvector NOT NULL,
    terms       text[]   NOT NULL,
    PRIMARY KEY (tenant_id, corpus_id, chunk_id)
);
CREATE INDEX knowledge_chunks_document ON knowledge_chunks (tenant_id, document_id);
CREATE INDEX knowledge_chunks_terms ON knowledge_chunks USING gin (terms);

-- Narrow and in the order of its key, because searches read all of a corpus. `model` is the SHA-256
-- of what made the vector; `bits` are the signs of its numbers.
CREATE TABLE knowledge_vectors (
    tenant_id text         NOT NULL,
    corpus_id text         NOT NULL,
    chunk_id  bigint       NOT NULL,
    model     bytea        NOT NULL,
    vector    halfvec(384) NOT NULL,
    bits      bit(384)     NOT NULL,
    PRIMARY KEY (tenant_id, corpus_id, chunk_id),
    FOREIGN KEY (tenant_id, corpus_id, chunk_id) REFERENCES knowledge_chunks ON DELETE CASCADE
);
"""
_NAMES = ("corpora", "documents", "sources", "pages", "chunks", "vectors")
_TABLE = """
ALTER TABLE knowledge_{name} ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON knowledge_{name}
    USING (tenant_id = current_setting('app.tenant_id', true));
CREATE POLICY platforms ON knowledge_{name} FOR SELECT USING (tenant_id = '*');
GRANT SELECT, INSERT, UPDATE, DELETE ON knowledge_{name} TO assent_app;
"""
# Its owner reads all rows of `knowledge_chunks`, as the functions below do for one tenant: the
# operators of full text are not leakproof, so that no query under a policy uses their index.
_FORCED = "ALTER TABLE knowledge_{name} FORCE ROW LEVEL SECURITY"


def upgrade() -> None:
    """Creates the tables with row-level security."""
    op.execute(_TABLES)
    for name in _NAMES:
        op.execute(_TABLE.format(name=name))
        if name != "chunks":
            op.execute(_FORCED.format(name=name))


def downgrade() -> None:
    """Removes the tables; the extension stays, because others may use it."""
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE knowledge_{name}")
