"""Events from outside are found by their line alone: an entry of the index no longer has the id"""

from alembic import op

revision = "0004"
down_revision = "0003"

_OLD = "ALTER INDEX usage_events_line RENAME TO usage_events_line_old"
_INDEX = "CREATE INDEX usage_events_line ON usage_events (tenant_id, period, section, meter{id})"


def upgrade() -> None:
    """Events of a line lie beside one another, so that to add one touches no other page."""
    op.execute(_OLD)
    op.execute(_INDEX.format(id=""))
    op.execute("DROP INDEX usage_events_line_old")


def downgrade() -> None:
    """The index as it was."""
    op.execute(_OLD)
    op.execute(_INDEX.format(id=", id"))
    op.execute("DROP INDEX usage_events_line_old")
