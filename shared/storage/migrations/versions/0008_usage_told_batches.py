"""Events from outside lie by columns, as many as one call told, and beside them only their keys"""

from alembic import op

revision = "0008"
down_revision = "0007"

_TABLES = """
-- Each id that was ever counted, by `usage_key`, and the place of its event: 2^32 times the line,
-- and its number in the line, from 1 on without a gap.
CREATE TABLE usage_told_keys (
    key       uuid   NOT NULL,
    place     bigint NOT NULL,
    tenant_id text   NOT NULL
);

-- What a call told of a line: events with numbers one after another, from `place` on. Each column
-- has a value of each event with a tabulator between each two, of properties a list or nothing.
CREATE TABLE usage_told_batches (
    tenant_id  text   NOT NULL,
    place      bigint NOT NULL,
    ids        text   NOT NULL,
    times      text   NOT NULL,
    quantities text   NOT NULL,
    subjects   text   NOT NULL,
    properties jsonb
);
-- To compress ids, which are most often by chance, and times takes longer than to write them.
ALTER TABLE usage_told_batches
    ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN times SET STORAGE EXTERNAL;
"""
# The owner reads the rows of all tenants.
_FILL = """
ALTER TABLE usage_told NO FORCE ROW LEVEL SECURITY;
INSERT INTO usage_told_keys SELECT key, place, tenant_id FROM usage_told ORDER BY place;
INSERT INTO usage_told_batches
SELECT tenant_id, min(place), string_agg(id, E'\\t' ORDER BY place),
    string_agg(at::text, E'\\t' ORDER BY place), string_agg(quantity::text, E'\\t' ORDER BY place),
    string_agg(subject, E'\\t' ORDER BY place),
    CASE WHEN count(properties) > 0 THEN jsonb_agg(properties ORDER BY place) END
FROM usage_told
GROUP BY tenant_id, place >> 32, ((place & 4294967295) - 1) / 500
ORDER BY 2;
ALTER TABLE usage_told_keys ADD PRIMARY KEY (key);
ALTER TABLE usage_told_batches ADD PRIMARY KEY (tenant_id, place);
"""
_SECURED = """
ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON {name}
    USING (tenant_id = (SELECT current_setting('app.tenant_id', true)));
GRANT SELECT, INSERT ON {name} TO assent_app;
"""
# What the release before reads and writes, until none of its instances is left. It asks by key for
# keys and places, and by place for everything else, so each part answers one of these: the part
# whose key is null is left out where a key is asked for.
_AS_BEFORE = """
DROP VIEW usage_events;
DROP FUNCTION tell_usage_event;
DROP TABLE usage_told;
CREATE VIEW usage_told WITH (security_invoker = true) AS
SELECT key, place, NULL::bigint AS at, NULL::bigint AS quantity, tenant_id, NULL AS id,
    NULL AS subject, NULL::jsonb AS properties
FROM usage_told_keys WHERE current_query() LIKE '%WHERE key =%'
UNION ALL
SELECT NULL, batch.place + told.number - 1, told.at, told.quantity, batch.tenant_id, told.id,
    coalesce(told.subject, ''),
    nullif(batch.properties -> (told.number - 1)::integer, 'null'::jsonb)
FROM usage_told_batches AS batch, unnest(
    string_to_array(batch.ids, E'\\t'), string_to_array(batch.times, E'\\t')::bigint[],
    string_to_array(batch.quantities, E'\\t')::bigint[], string_to_array(batch.subjects, E'\\t'))
    WITH ORDINALITY AS told (id, at, quantity, subject, number);

CREATE FUNCTION tell_usage() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO usage_told_keys VALUES (NEW.key, NEW.place, NEW.tenant_id);
    INSERT INTO usage_told_batches VALUES (NEW.tenant_id, NEW.place, NEW.id, NEW.at::text,
        NEW.quantity::text, NEW.subject,
        CASE WHEN NEW.properties IS NOT NULL THEN jsonb_build_array(NEW.properties) END);
    RETURN NEW;
END $$;
CREATE TRIGGER tell_usage INSTEAD OF INSERT ON usage_told
    FOR EACH ROW EXECUTE FUNCTION tell_usage();
GRANT SELECT, INSERT ON usage_told TO assent_app;
"""
_BACK = """
ALTER TABLE usage_told_batches NO FORCE ROW LEVEL SECURITY;
CREATE TABLE usage_told_again (
    key        uuid   NOT NULL,
    place      bigint NOT NULL,
    at         bigint NOT NULL,
    quantity   bigint NOT NULL,
    tenant_id  text   NOT NULL,
    id         text   NOT NULL,
    subject    text   NOT NULL,
    properties jsonb
);
INSERT INTO usage_told_again
SELECT usage_key(tenant_id, id), place, at, quantity, tenant_id, id, subject, properties
FROM usage_told WHERE id IS NOT NULL ORDER BY place;
DROP VIEW usage_events, usage_told;
DROP FUNCTION tell_usage_event, tell_usage;
DROP TABLE usage_told_keys, usage_told_batches;
ALTER TABLE usage_told_again RENAME TO usage_told;
ALTER TABLE usage_told ADD CONSTRAINT usage_told_pkey PRIMARY KEY (key);
CREATE INDEX usage_told_place ON usage_told (place);
"""
# As migration 0007 made it, for the release before that one; `keys` has those that are known.
_EVENTS = """
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
    PERFORM FROM {keys} WHERE key = v_key;
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


def upgrade() -> None:
    """A call writes a row for each key, and one for all that it told of a line."""
    op.execute(_TABLES)
    op.execute(_FILL)
    for name in ("usage_told_keys", "usage_told_batches"):
        op.execute(_SECURED.format(name=name))
    op.execute(_AS_BEFORE)
    op.execute(_EVENTS.format(keys="usage_told_keys"))


def downgrade() -> None:
    """A row for each event, as it was."""
    op.execute(_BACK)
    op.execute(_SECURED.format(name="usage_told"))
    op.execute(_EVENTS.format(keys="usage_told"))
