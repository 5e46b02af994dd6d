"""What tenants used: slabs counted from the audit log, events from outside, hours, and lines"""

from alembic import op

revision = "0003"
down_revision = "0002"

_PARTS = 8

_TABLES = """
-- How far the audit log is counted: up to the entry `counted`. `version` changes whenever anything
-- is counted or closed. `stored_bytes` are those of the tenant's files there, and `sampled_hour` is
-- the last hour since 1970 that they were counted for.
CREATE TABLE usage_heads (
    tenant_id    text   PRIMARY KEY,
    version      bigint NOT NULL,
    counted      bigint NOT NULL,
    slabs        bigint NOT NULL,
    stored_bytes bigint NOT NULL,
    sampled_hour bigint
);

-- `shared.usage.slabs` reads `content`. `meters`, `quantities` and `counts` are its totals.
CREATE TABLE usage_slabs (
    tenant_id  text     NOT NULL,
    slab       bigint   NOT NULL,
    period     text     NOT NULL,
    section    integer  NOT NULL,
    first      bigint   NOT NULL,
    last       bigint   NOT NULL,
    events     integer  NOT NULL,
    meters     text[]   NOT NULL,
    quantities bigint[] NOT NULL,
    counts     bigint[] NOT NULL,
    root       bytea    NOT NULL,
    content    bytea    NOT NULL,
    PRIMARY KEY (tenant_id, slab)
);
-- What is compressed already is not tried again.
ALTER TABLE usage_slabs ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX usage_slabs_period ON usage_slabs (tenant_id, period, section, slab);

CREATE TABLE usage_hours (
    tenant_id text    NOT NULL,
    meter     text    NOT NULL,
    hour      bigint  NOT NULL,
    subject   text    NOT NULL,
    quantity  numeric NOT NULL,
    events    bigint  NOT NULL,
    PRIMARY KEY (tenant_id, meter, hour, subject)
);

-- By time they would be apart from a repeat with another time, so they are by id.
CREATE TABLE usage_events (
    tenant_id  text    NOT NULL,
    id         text    NOT NULL,
    meter      text    NOT NULL,
    quantity   bigint  NOT NULL,
    at         bigint  NOT NULL,
    subject    text    NOT NULL,
    properties jsonb,
    period     text    NOT NULL,
    section    integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY HASH (id);
-- A line reads its rows once, page by page, however many the tenant has of other meters and months.
CREATE INDEX usage_events_line ON usage_events (tenant_id, period, section, meter, id);

-- A period's first section ends when it is closed; each later one is a correction of it.
CREATE TABLE usage_closings (
    tenant_id text        NOT NULL,
    period    text        NOT NULL,
    section   integer     NOT NULL,
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, period, section)
);
CREATE TABLE usage_lines (
    tenant_id text    NOT NULL,
    period    text    NOT NULL,
    section   integer NOT NULL,
    meter     text    NOT NULL,
    quantity  numeric NOT NULL,
    events    bigint  NOT NULL,
    slabs     integer NOT NULL,
    root      bytea   NOT NULL,
    PRIMARY KEY (tenant_id, period, section, meter)
);
"""
# What may be done to the rows of each: nothing that was counted is ever altered or deleted.
_GRANTS = {
    "heads": "SELECT, INSERT, UPDATE",
    "slabs": "SELECT, INSERT",
    "hours": "SELECT, INSERT, UPDATE",
    "events": "SELECT, INSERT",
    "closings": "SELECT, INSERT",
    "lines": "SELECT, INSERT",
}
_SECURED = """
ALTER TABLE usage_{name} ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_{name} FORCE  ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON usage_{name}
    USING (tenant_id = (SELECT current_setting('app.tenant_id', true)));
"""


def upgrade() -> None:
    """Creates the tables with row-level security."""
    op.execute(_TABLES)
    for part in range(_PARTS):
        op.execute(
            f"CREATE TABLE usage_events_{part} PARTITION OF usage_events"
            f" FOR VALUES WITH (MODULUS {_PARTS}, REMAINDER {part})"
        )
        op.execute(_SECURED.format(name=f"events_{part}"))
    for name, rights in _GRANTS.items():
        op.execute(_SECURED.format(name=name))
        op.execute(f"GRANT {rights} ON usage_{name} TO assent_app")


def downgrade() -> None:
    """Removes the tables."""
    for name in reversed(_GRANTS):
        op.execute(f"DROP TABLE usage_{name}")
