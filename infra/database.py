"""`python -m infra.database --stack STACK`: migrates a stack's database, and gives `assent_app` a
new password.

ASSENT_POSTGRES_ADMIN_DSN names the database, as the Cloud SQL Auth Proxy serves it, and a user with
these rights. The command makes the password, adds it to Secret Manager, and sends only a verifier
of it to the database; nobody sees it."""

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.keys.values import Values
from infra.refusals import Refused
from infra.settings import settings_of_stack
from infra.sql import ROLE
from shared.kit.secret_names import PASSWORD
from shared.manifest import load_manifests

ADMIN_DSN = "ASSENT_POSTGRES_ADMIN_DSN"


def main(arguments: Sequence[str], root: Path) -> int:
    """Returns the exit code: 1, with the reason, for a refusal."""
    parser = argparse.ArgumentParser(prog="python -m infra.database", description=__doc__)
    parser.add_argument("--stack", required=True)
    try:
        address = os.environ.get(ADMIN_DSN)
        if address is None:
            raise Refused(f"{ADMIN_DSN}: not set; start the Cloud SQL Auth Proxy and name it there")
        values = Values(settings_of_stack(root, parser.parse_args(arguments).stack).project)
        named = load_manifests(root).secrets
        migrate(root)
        renew_password(address, values, [each for each in named if each.endswith(PASSWORD)])
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(f"migrated; {ROLE} has a new password, known within ten minutes everywhere")
    return 0


def migrate(root: Path) -> None:
    """Migrates the database to the newest schema, and makes the role. Raises Refused."""
    done = subprocess.run([sys.executable, "-m", "shared.storage.migrate"], cwd=root, check=False)
    if done.returncode != 0:
        raise Refused("the migrations failed; what they printed says why")


def renew_password(address: str, values: Values, names: Sequence[str]) -> None:
    """Sets a new password for the role, which each value of those names is then. Running services
    keep their connections, and may open no new ones for ten minutes."""
    import psycopg
    from psycopg import sql

    password = secrets.token_urlsafe(32)
    with psycopg.connect(address) as connection:
        verifier = connection.pgconn.encrypt_password(
            password.encode(), ROLE.encode(), b"scram-sha-256"
        ).decode()
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(ROLE), sql.Literal(verifier))
        )
        # Before the commit: the role must not get a password that could not be stored.
        values.add_all(dict.fromkeys(names, password))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
