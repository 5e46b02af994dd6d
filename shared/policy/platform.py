"""The platform's own policies and the schema, as this release has them."""

import hashlib
from functools import cache
from pathlib import Path

from shared.policy.engine import Policies
from shared.policy.schema import Schema
from shared.policy.sources import Source
from shared.policy.vocabulary import TAKEN_BY_CALLERS

_HERE = Path(__file__).parent
SCHEMA_FILE = _HERE / "schema.cedarschema"


@cache
def schema() -> Schema:
    """The schema that all policies are checked against."""
    return Schema(SCHEMA_FILE.read_text(), TAKEN_BY_CALLERS)


@cache
def platform_sources() -> tuple[Source, ...]:
    """The policies that hold in every tenant."""
    files = sorted((_HERE / "platform").glob("*.cedar"))
    return tuple(Source(f"platform/{each.stem}", each.read_text()) for each in files)


@cache
def platform_version() -> str:
    """The first twelve hexadecimal digits of what the platform's policies and schema hash to."""
    parts = (schema().text, *(each.text for each in platform_sources()))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def policies_with(tenant: tuple[Source, ...], version: int) -> Policies:
    """The platform's policies and a tenant's, of that version: 0 where it has none. Raises
    PolicyInvalid."""
    named = f"{platform_version()}.{version}"
    return Policies.of(schema(), platform_sources(), tenant, named)


@cache
def platform_policies() -> Policies:
    """The platform's policies alone."""
    return policies_with((), 0)
