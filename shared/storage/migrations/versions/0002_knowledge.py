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
    tenant_id   text        NOT NULL,
    corpus_id   text        NOT NULL,
    document_id text        NOT NULL,
    version     integer     NOT NULL,
    text        text        NOT NULL,
    kept_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, document_id, version)
);
CREATE INDEX knowledge_sources_age ON knowledge_sources (kept_at);

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
-- Without a list of what waits to be indexed: every search of every tenant would read all of it.
CREATE INDEX knowledge_chunks_terms ON knowledge_chunks USING gin (terms) WITH (fastupdate = off);

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
# The setting is read once in a query, not for each row.
_TABLE = """
ALTER TABLE knowledge_{name} ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON knowledge_{name}
    USING (tenant_id = (SELECT current_setting('app.tenant_id', true)));
CREATE POLICY platforms ON knowledge_{name} FOR SELECT USING (tenant_id = '*');
GRANT SELECT, INSERT, UPDATE, DELETE ON knowledge_{name} TO assent_app;
"""
# Their owner reads all rows of these, as the functions below do: for one tenant, because the
# operators of full text are not leakproof, so that no query under a policy uses their index; and
# the ids of documents for the platform.
_READ_BY_OWNER = ("chunks", "vectors", "sources")
_FORCED = "ALTER TABLE knowledge_{name} FORCE ROW LEVEL SECURITY"

_TERMS = """
CREATE FUNCTION knowledge_terms(p_tenant text, p_words tsvector) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(left(md5(p_tenant), 8) || lexeme), '{}')
    FROM unnest(tsvector_to_array(p_words)) AS lexeme
$$;
"""

# Okapi BM25 over the first sixteen words of the question, those that are in more than a fifth of
# all passages left out where others are left. Of these, the rarest: as many as twenty thousand
# passages have. Of a tenant's own rows, or the platform's, and nobody else's.
_SEARCH = """
CREATE FUNCTION find_knowledge(
    p_tenant text, p_corpora text[], p_question text, p_chunks bigint, p_limit integer)
RETURNS TABLE (chunk_id bigint, score double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_lexemes text[] := ARRAY(
        SELECT lexeme FROM unnest(to_tsvector('english', p_question))
        ORDER BY positions[1], lexeme LIMIT 16);
BEGIN
    IF p_tenant IS NULL OR (p_tenant <> '*'
        AND p_tenant IS DISTINCT FROM current_setting('app.tenant_id', true)) THEN
        RAISE EXCEPTION 'a transaction of % may not search for %',
            current_setting('app.tenant_id', true), p_tenant;
    END IF;
    RETURN QUERY
    WITH wanted AS MATERIALIZED (
        SELECT lexeme, found.passages FROM unnest(v_lexemes) AS lexeme,
            LATERAL (SELECT count(*) AS passages FROM knowledge_chunks AS each
                     WHERE each.tenant_id = p_tenant AND each.corpus_id = ANY(p_corpora)
                       AND each.terms @> ARRAY[left(md5(p_tenant), 8) || lexeme]) AS found
        WHERE found.passages > 0
    ), rare AS MATERIALIZED (
        SELECT lexeme, passages FROM (
            SELECT *, sum(passages) OVER (ORDER BY passages, lexeme) AS so_far FROM wanted
            WHERE passages <= p_chunks / 5 OR NOT EXISTS
                (SELECT FROM wanted AS other WHERE other.passages <= p_chunks / 5)) AS counted
        WHERE so_far <= 20000 OR so_far = passages
    ), hits AS MATERIALIZED (
        SELECT each.chunk_id, each.words FROM knowledge_chunks AS each
        WHERE each.tenant_id = p_tenant AND each.corpus_id = ANY(p_corpora)
          AND each.terms && (SELECT array_agg(left(md5(p_tenant), 8) || lexeme) FROM rare)
        LIMIT 20000
    )
    SELECT hits.chunk_id, sum(
        ln(1 + (p_chunks - rare.passages + 0.5) / (rare.passages + 0.5))
        * cardinality(word.positions) * 2.2 / (cardinality(word.positions) + 1.2))
        ::double precision AS sum
    FROM hits, unnest(hits.words) AS word JOIN rare USING (lexeme)
    GROUP BY hits.chunk_id ORDER BY sum DESC, hits.chunk_id LIMIT p_limit;
END $$;
REVOKE ALL ON FUNCTION find_knowledge FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_knowledge TO assent_app;
"""

_OUTDATED = """
CREATE FUNCTION outdated_knowledge(p_model bytea, p_limit integer)
RETURNS TABLE (tenant_id text, document_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('app.tenant_id', true) IS DISTINCT FROM '*' THEN
        RAISE EXCEPTION 'a transaction of a tenant may not see those of all';
    END IF;
    RETURN QUERY SELECT DISTINCT chunk.tenant_id, chunk.document_id
    FROM knowledge_vectors AS known JOIN knowledge_chunks AS chunk
        USING (tenant_id, corpus_id, chunk_id)
    WHERE known.model <> p_model AND known.tenant_id <> '*' LIMIT p_limit;
END $$;
REVOKE ALL ON FUNCTION outdated_knowledge FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outdated_knowledge TO assent_app;
"""

# What was read is not there any more, so these are few: they wait for their reader, or nobody
# committed the document that they are of.
_UNREAD = """
CREATE FUNCTION unread_knowledge(p_limit integer)
RETURNS TABLE (tenant_id text, corpus_id text, document_id text, version integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('app.tenant_id', true) IS DISTINCT FROM '*' THEN
        RAISE EXCEPTION 'a transaction of a tenant may not see those of all';
    END IF;
    RETURN QUERY SELECT each.tenant_id, each.corpus_id, each.document_id, each.version
    FROM knowledge_sources AS each WHERE each.kept_at < now() - interval '1 day'
    ORDER BY each.kept_at LIMIT p_limit;
END $$;
REVOKE ALL ON FUNCTION unread_knowledge FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unread_knowledge TO assent_app;
"""


def upgrade() -> None:
    """Creates the tables with row-level security, and what searches them."""
    op.execute(_TABLES)
    op.execute(_TERMS)
    op.execute(_SEARCH)
    op.execute(_OUTDATED)
    op.execute(_UNREAD)
    for name in _NAMES:
        op.execute(_TABLE.format(name=name))
        if name not in _READ_BY_OWNER:
            op.execute(_FORCED.format(name=name))


def downgrade() -> None:
    """Removes the tables; the extension stays, because others may use it."""
    op.execute("DROP FUNCTION unread_knowledge")
    op.execute("DROP FUNCTION outdated_knowledge")
    op.execute("DROP FUNCTION find_knowledge")
    op.execute("DROP FUNCTION knowledge_terms")
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE knowledge_{name}")
