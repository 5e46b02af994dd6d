"""`python -m shared.storage.migrate [revision]`: brings the database to the newest schema."""

import sys
from pathlib import Path


def migrate(revision: str = "head") -> None:
    """Applies the missing migrations up to `revision` to ASSENT_POSTGRES_ADMIN_DSN's database."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    if revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


if __name__ == "__main__":
    migrate(*sys.argv[1:2])
