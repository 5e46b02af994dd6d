"""`python -m infra.tokens new-key|key-set|issue`: issues tokens that are accepted wherever the key
set is trusted.

The holder of the key file can act as anybody, in every tenant: keep it off shared disks, and remove
its key set from the issuer's address once people sign in."""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.kit import clock
from shared.kit.callers import Identifier, Scopes
from shared.kit.principals import is_reserved
from shared.kit.signing import load_signing_key, new_key, public_key_set, sign
from shared.kit.wording import field_errors

LONGEST_MINUTES = 15


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 1 where the key file exists already, or is missing."""
    options = _options(arguments)
    try:
        if options.what == "new-key":
            write_new_key(options.key)
        elif options.what == "key-set":
            print(json.dumps(public_key_set(load_signing_key(options.key.read_text()))))
        else:
            key = load_signing_key(options.key.read_text())
            print(sign(_claims(options, clock.now()), key, typ="at+jwt"))
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def write_new_key(file: Path) -> None:
    """Writes a new Ed25519 key that only its owner can read. Raises FileExistsError for an old
    one."""
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as content:
        json.dump(new_key("operator"), content)


def _claims(options: argparse.Namespace, now: datetime) -> dict[str, Any]:
    end = now + timedelta(minutes=options.minutes)
    return {
        "iss": options.issuer,
        "aud": options.audience,
        "sub": options.principal,
        "tenant": options.tenant,
        "scope": options.scopes,
        "roles": options.roles,
        "nbf": int(now.timestamp()),
        "exp": int(end.timestamp()),
        "jti": secrets.token_urlsafe(12),
    }


def _minutes(text: str) -> int:
    minutes = int(text)
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise argparse.ArgumentTypeError(f"from 1 to {LONGEST_MINUTES}: a token cannot be revoked")
    return minutes


def _as(kind: Any, text: str) -> str:
    try:
        read: str = TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        raise argparse.ArgumentTypeError(field_errors(error)[0].message) from error
    return read


def _identifier(name: str) -> str:
    return _as(Identifier, name)


def _scopes(names: str) -> str:
    return _as(Scopes, names)


def _roles(names: str) -> list[str]:
    return [_identifier(name) for name in names.split()]


def _principal(name: str) -> str:
    if is_reserved(_identifier(name)):
        raise argparse.ArgumentTypeError("a name that belongs to Assent itself: choose another")
    return name


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.tokens", description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    for what, summary in (
        ("new-key", "a fresh key, into the file"),
        ("key-set", "its public half, for the issuer's address"),
        ("issue", "a token that says who somebody is"),
    ):
        command = commands.add_parser(what, help=summary)
        command.add_argument("--key", type=Path, required=True, help="the key's file")
        if what == "issue":
            command.add_argument("--issuer", required=True)
            command.add_argument("--tenant", type=_identifier, required=True)
            command.add_argument("--principal", type=_principal, required=True)
            command.add_argument("--audience", default="assent")
            command.add_argument("--scopes", type=_scopes, default="", help="separated by spaces")
            command.add_argument("--roles", type=_roles, default="", help="separated by spaces")
            command.add_argument("--minutes", type=_minutes, default=LONGEST_MINUTES)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
