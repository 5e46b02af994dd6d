"""Events from outside lie in the order in which they were counted, and are known by 128 bits"""

from alembic import op

revision = "0007"
down_revision = "0006"

# `shared.usage.rows.keys_of` makes the same key. UTF-8 is what every database of Assent has, so the
# function is as immutable as its hash.
_KEY = r"""
CREATE FUNCTION usage_key(p_tenant text, p_id text) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT encode(substring(
        sha256(convert_to(p_tenant || E'\t' || p_id, 'UTF8')) FROM 1 FOR 16), 'hex')::uuid
$$;
"""
_TABLES = """
-- A line of a declared meter, of which `told` events are counted.
CREATE TABLE usage_told_lines (
    tenant_id text    NOT NULL,
    period    text    NOT NULL,
    section   integer NOT NULL,
    meter     text    NOT NULL,
    line      bigint  NOT NULL GENERATED ALWAYS AS IDENTITY,
    told      bigint  NOT NULL,
    PRIMARY KEY (tenant_id, period, section, meter),
    UNIQUE (line)
);

-- `place` is 2^32 times the line, and the number of the event in it, from 1 on without a gap.
CREATE TABLE usage_told (
    key        uuid   NOT NULL,
    place      bigint NOT NULL,
    at         bigint NOT NULL,
    quantity   bigint NOT NULL,
    tenant_id  text   NOT NULL,
    id         text   NOT NULL,
    subject    text   NOT NULL,
    properties jsonb
);

-- Each 500 events of a line, by their numbers, once somebody read them: they never change.
CREATE TABLE usage_told_pages (
    tenant_id text    NOT NULL,
    line      bigint  NOT NULL,
    page      integer NOT NULL,
    quantity  bigint  NOT NULL,
    root      bytea   NOT NULL,
    PRIMARY KEY (tenant_id, line, page)
);
"""
# Numbers follow the order in which lines were read until now, whatever the collation, so that lines
# that were closed keep their roots. The owner reads the rows of all tenants.
_FILL = """
ALTER TABLE usage_events NO FORCE ROW LEVEL SECURITY;
INSERT INTO usage_told_lines (tenant_id, period, section, meter, told)
SELECT tenant_id, period, section, meter, count(*) FROM usage_events GROUP BY 1, 2, 3, 4;
INSERT INTO usage_told
SELECT usage_key(tenant_id, id),
    (line << 32) + row_number() OVER (PARTITION BY line ORDER BY id),
    at, quantity, tenant_id, id, subject, properties
FROM usage_events JOIN usage_told_lines USING (tenant_id, period, section, meter)
ORDER BY 2;
DROP TABLE usage_events;
ALTER TABLE usage_told ADD PRIMARY KEY (key);
CREATE INDEX usage_told_place ON usage_told (place);
"""
_GRANTS = {
    "told_lines": "SELECT, INSERT, UPDATE",
    "told": "SELECT, INSERT",
    "told_pages": "SELECT, INSERT",
}
_SECURED = """
ALTER TABLE usage_{name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON usage_{name}
    USING (tenant_id = (SELECT current_setting('app.tenant_id', true)));
GRANT {rights} ON usage_{name} TO assent_app;
"""
# What the release before reads and writes, until none of its instances is left.
_AS_BEFORE = """
CREATE VIEW usage_events WITH (security_invoker = true) AS
SELECT line.tenant_id, told.id, line.meter, told.quantity, told.at, told.subject, told.properties,
    line.period, line.section
FROM usage_told_lines AS line JOIN usage_told AS told
    ON told.place > line.line << 32 AND told.place < (line.line + 1) << 32
    AND told.tenant_id = line.tenant_id;

CREATE FUNCTION tell_usage_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_key  uuid := usage_key(NEW.tenant_id, NEW.id);
    v_line bigint;
    v_told bigint;
BEGIN
    PERFORM FROM usage_told WHERE key = v_key;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE usage_told_lines SET told = told + 1
        WHERE tenant_id = NEW.tenant_id AND period = NEW.period AND section = NEW.section
            AND meter = NEW.meter
        RETURNING line, told INTO v_line, v_told;
    IF NOT FOUND THEN
        INSERT INTO usage_told_lines (tenant_id, period, section, meter, told)
            VALUES (NEW.tenant_id, NEW.period, NEW.section, NEW.meter, 1)
            RETURNING line, told INTO v_line, v_told;
    END IF;
    INSERT INTO usage_told VALUES (v_key, (v_line << 32) + v_told, NEW.at, NEW.quantity,
        NEW.tenant_id, NEW.id, NEW.subject, NEW.properties);
    RETURN NEW;
END $$;
CREATE TRIGGER tell_usage_event INSTEAD OF INSERT ON usage_events
    FOR EACH ROW EXECUTE FUNCTION tell_usage_event();
GRANT SELECT, INSERT ON usage_events TO assent_app;
"""
_PARTS = 8
_BACK = """
ALTER TABLE usage_told NO FORCE ROW LEVEL SECURITY;
ALTER TABLE usage_told_lines NO FORCE ROW LEVEL SECURITY;
CREATE TABLE usage_events_again (
    tenant_id  text    NOT NULL,
    id         text    NOT NULL,
    meter      text    NOT NULL,
    quantity   bigint  NOT NULL,
    at         bigint  NOT NULL,
    subject    text    NOT NULL,
    properties jsonb,
    period     text    NOT NULL,
    section    integer NOT NULL
) PARTITION BY HASH (id);
"""
_MOVED_BACK = """
INSERT INTO usage_events_again SELECT * FROM usage_events;
DROP VIEW usage_events;
DROP FUNCTION tell_usage_event;
DROP TABLE usage_told_pages, usage_told, usage_told_lines;
DROP FUNCTION usage_key;
ALTER TABLE usage_events_again RENAME TO usage_events;
ALTER TABLE usage_events ADD CONSTRAINT usage_events_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX usage_events_line ON usage_events (tenant_id, period, section, meter);
"""


def upgrade() -> None:
    """What a line counts is read by its place, and an id is found by the hash of it and its
    tenant."""
    op.execute(_KEY)
    op.execute(_TABLES)
    op.execute(_FILL)
    for name, rights in _GRANTS.items():
        op.execute(_SECURED.format(name=name, rights=rights))
    op.execute(_AS_BEFORE)


def downgrade() -> None:
    """The rows as they were; of lines that got events since, an open one gets another root."""
    op.execute(_BACK)
    for part in range(_PARTS):
        op.execute(
            f"CREATE TABLE usage_events_{part} PARTITION OF usage_events_again"
            f" FOR VALUES WITH (MODULUS {_PARTS}, REMAINDER {part})"
        )
    op.execute(_MOVED_BACK)
    secured = "ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    for name in ("usage_events", *(f"usage_events_{part}" for part in range(_PARTS))):
        op.execute(secured.format(name))
        op.execute(
            f"CREATE POLICY one_tenant ON {name}"
            " USING (tenant_id = (SELECT current_setting('app.tenant_id', true)))"
        )
    op.execute("GRANT SELECT, INSERT ON usage_events TO assent_app")
