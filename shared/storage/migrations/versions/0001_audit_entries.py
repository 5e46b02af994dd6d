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

CREATE TABLE audit_entries (
    tenant_id     text   NOT NULL,
    number        bigint NOT NULL,
    event_id      text   NOT NULL,
    body          text   NOT NULL,
    previous_hash text   NOT NULL,
    hash          text   NOT NULL,
    PRIMARY KEY (tenant_id, number),
    UNIQUE (tenant_id, event_id)
);

ALTER TABLE audit_heads   ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_heads   FORCE  ROW LEVEL SECURITY;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries FORCE  ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON audit_heads
    USING (tenant_id = current_setting('app.tenant_id', true));
-- The transactions of no tenant, which cover entries by checkpoints: no tenant has this name.
CREATE POLICY whole_platform ON audit_heads FOR SELECT
    USING (current_setting('app.tenant_id', true) = '*');
CREATE POLICY one_tenant ON audit_entries
    USING (tenant_id = current_setting('app.tenant_id', true));
GRANT SELECT ON audit_heads, audit_entries TO assent_app;
"""

# `functions.audit.rules.link_hash` computes the same hash.
_APPEND = """
CREATE FUNCTION append_audit_entry(p_tenant text, p_event_id text, p_body text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_number   bigint;
    v_previous text;
    v_hash     text;
BEGIN
    IF p_tenant IS DISTINCT FROM current_setting('app.tenant_id', true) THEN
        RAISE EXCEPTION 'a transaction of % may not append for %',
            current_setting('app.tenant_id', true), p_tenant;
    END IF;
    INSERT INTO audit_heads (tenant_id, number, hash)
        VALUES (p_tenant, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
    SELECT number + 1, hash INTO v_number, v_previous
        FROM audit_heads WHERE tenant_id = p_tenant FOR UPDATE;
    IF EXISTS (SELECT FROM audit_entries
               WHERE tenant_id = p_tenant AND event_id = p_event_id) THEN
        RETURN NULL;
    END IF;
    v_hash := encode(sha256(convert_to(concat_ws(
        E'\\n', v_previous, p_tenant, v_number, p_event_id, p_body), 'UTF8')), 'hex');
    INSERT INTO audit_entries
        VALUES (p_tenant, v_number, p_event_id, p_body, v_previous, v_hash);
    UPDATE audit_heads SET number = v_number, hash = v_hash WHERE tenant_id = p_tenant;
    RETURN v_number;
END $$;
REVOKE ALL ON FUNCTION append_audit_entry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_audit_entry TO assent_app;
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
    """Creates the functions' role, the tables with row-level security, and their two functions."""
    op.execute(_TABLES)
    op.execute(_APPEND)
    op.execute(_COVER)


def downgrade() -> None:
    """Removes the functions and the tables; the role stays, because others may use it."""
    op.execute(
        """
        DROP FUNCTION cover_audit_entries;
        DROP FUNCTION append_audit_entry;
        DROP TABLE audit_entries;
        DROP TABLE audit_heads;
        """
    )
