"""${message}"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}."""
    op.execute("")


def downgrade() -> None:
    """Takes it back."""
    op.execute("")
