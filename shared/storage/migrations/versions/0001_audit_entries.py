"""The audit log: hash-chained per tenant, append-only, appended by one function only"""

from alembic import op

revision = "0001"
down_revision = None


_TABLES = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assent_app') THEN
        CREATE ROLE assent_app LOGIN;
    END IF;
END $$;

CREATE TABLE audit_heads (
    tenant_id  text PRIMARY KEY,
    number     bigint NOT NULL,
    hash       text   NOT NULL,
    covered    bigint NOT NULL DEFAULT 0,
    covered_at timestamptz
);
CREATE INDEX audit_heads_uncovered ON audit_heads (covered_at NULLS FIRST, tenant_id)
    WHERE number > covered;

-- `at`, `actor`, `action`, `subject` and `workspace` repeat attributes of `body`, for searches
-- only: no hash has them, so whoever verifies an entry compares them with its body.
CREATE TABLE audit_entries (
    tenant_id     text   NOT NULL,
    number        bigint NOT NULL,
    event_id      text   NOT NULL,
    body          text   NOT NULL,
    previous_hash text   NOT NULL,
    hash          text   NOT NULL,
    at            timestamptz NOT NULL,
    actor         text   NOT NULL,
    action        text   NOT NULL,
    subject       text   NOT NULL,
    workspace     text,
    PRIMARY KEY (tenant_id, number),
    UNIQUE (tenant_id, event_id)
);
CREATE INDEX audit_entries_at ON audit_entries (tenant_id, at, number);
CREATE INDEX audit_entries_actor ON audit_entries (tenant_id, actor, at, number);
CREATE INDEX audit_entries_action ON audit_entries (tenant_id, action, at, number);
CREATE INDEX audit_entries_subject ON audit_entries (tenant_id, subject, at, number);
CREATE INDEX audit_entries_workspace ON audit_entries (tenant_id, workspace, at, number)
    WHERE workspace IS NOT NULL;

-- The inner nodes of each tenant's RFC 9162 tree, of every fourth level
-- (`shared.audit_log.tree`); leaves are made of the entries' hashes.
CREATE TABLE audit_nodes (
    tenant_id text     NOT NULL,
    level     smallint NOT NULL,
    index     bigint   NOT NULL,
    hash      bytea    NOT NULL,
    PRIMARY KEY (tenant_id, level, index)
);

ALTER TABLE audit_heads   ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_heads   FORCE  ROW LEVEL SECURITY;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries FORCE  ROW LEVEL SECURITY;
ALTER TABLE audit_nodes   ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_nodes   FORCE  ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON audit_heads
    USING (tenant_id = current_setting('app.tenant_id', true));
-- The transactions of no tenant, which cover entries by checkpoints: no tenant has this name.
CREATE POLICY whole_platform ON audit_heads FOR SELECT
    USING (current_setting('app.tenant_id', true) = '*');
CREATE POLICY one_tenant ON audit_entries
    USING (tenant_id = current_setting('app.tenant_id', true));
CREATE POLICY one_tenant ON audit_nodes
    USING (tenant_id = current_setting('app.tenant_id', true));
GRANT SELECT ON audit_heads, audit_entries, audit_nodes TO assent_app;
"""

# `functions.audit.rules.chain.link_hash` computes the same hash. Each array has one value for each
# event; of events with the same id the first is appended, unless the chain has one already.
_APPEND = """
CREATE FUNCTION append_audit_entries(
    p_tenant text, p_event_ids text[], p_bodies text[],
    p_at timestamptz[], p_actors text[], p_actions text[], p_subjects text[],
    p_workspaces text[])
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_number   bigint;
    v_hash     text;
    v_place    integer;
    v_places   integer[] := '{}';
    v_numbers  bigint[] := '{}';
    v_previous text[] := '{}';
    v_hashes   text[] := '{}';
BEGIN
    IF p_tenant IS DISTINCT FROM current_setting('app.tenant_id', true) THEN
        RAISE EXCEPTION 'a transaction of % may not append for %',
            current_setting('app.tenant_id', true), p_tenant;
    END IF;
    INSERT INTO audit_heads (tenant_id, number, hash)
        VALUES (p_tenant, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
    SELECT number, hash INTO v_number, v_hash
        FROM audit_heads WHERE tenant_id = p_tenant FOR UPDATE;
    FOR v_place IN
        SELECT min(place) FROM unnest(p_event_ids) WITH ORDINALITY AS given (event_id, place)
        WHERE NOT EXISTS (SELECT FROM audit_entries AS known
                          WHERE known.tenant_id = p_tenant AND known.event_id = given.event_id)
        GROUP BY event_id ORDER BY 1
    LOOP
        v_number := v_number + 1;
        v_places := v_places || v_place;
        v_numbers := v_numbers || v_number;
        v_previous := v_previous || v_hash;
        v_hash := encode(sha256(convert_to(concat_ws(
            E'\\n', v_hash, p_tenant, v_number, p_event_ids[v_place], p_bodies[v_place]),
            'UTF8')), 'hex');
        v_hashes := v_hashes || v_hash;
    END LOOP;
    INSERT INTO audit_entries
        SELECT p_tenant, number, p_event_ids[place], p_bodies[place], previous, hash,
               p_at[place], p_actors[place], p_actions[place], p_subjects[place],
               nullif(p_workspaces[place], '')
        FROM unnest(v_places, v_numbers, v_previous, v_hashes)
            AS new (place, number, previous, hash);
    UPDATE audit_heads SET number = v_number, hash = v_hash
        WHERE tenant_id = p_tenant AND number < v_number;
    RETURN cardinality(v_places);
END $$;
REVOKE ALL ON FUNCTION append_audit_entries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_audit_entries TO assent_app;
"""

_KEEP = """
CREATE FUNCTION keep_audit_nodes(
    p_tenant text, p_levels smallint[], p_indexes bigint[], p_hashes bytea[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF p_tenant IS DISTINCT FROM current_setting('app.tenant_id', true) THEN
        RAISE EXCEPTION 'a transaction of % may not keep nodes of %',
            current_setting('app.tenant_id', true), p_tenant;
    END IF;
    INSERT INTO audit_nodes
        SELECT p_tenant, * FROM unnest(p_levels, p_indexes, p_hashes)
        ON CONFLICT DO NOTHING;
END $$;
REVOKE ALL ON FUNCTION keep_audit_nodes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_audit_nodes TO assent_app;
"""

_COVER = """
CREATE FUNCTION cover_audit_entries(p_tenant text, p_number bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF p_tenant IS DISTINCT FROM current_setting('app.tenant_id', true) THEN
        RAISE EXCEPTION 'a transaction of % may not cover entries of %',
            current_setting('app.tenant_id', true), p_tenant;
    END IF;
    UPDATE audit_heads SET covered = p_number, covered_at = now()
        WHERE tenant_id = p_tenant AND p_number > covered AND p_number <= number;
END $$;
REVOKE ALL ON FUNCTION cover_audit_entries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cover_audit_entries TO assent_app;
"""


def upgrade() -> None:
    """Creates the functions' role, the tables with row-level security, and their functions."""
    op.execute(_TABLES)
    op.execute(_APPEND)
    op.execute(_KEEP)
    op.execute(_COVER)


def downgrade() -> None:
    """Removes the functions and the tables; the role stays, because others may use it."""
    op.execute(
        """
        DROP FUNCTION cover_audit_entries;
        DROP FUNCTION keep_audit_nodes;
        DROP FUNCTION append_audit_entries;
        DROP TABLE audit_nodes;
        DROP TABLE audit_entries;
        DROP TABLE audit_heads;
        """
    )
