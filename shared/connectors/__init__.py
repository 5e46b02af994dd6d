"""The connectors and credentials of a tenant, for whoever compiles, rehearses or judges with them,
or calls models: read where `tools` keeps them."""

from shared.connectors.credentials import read_credentials
from shared.connectors.operations import OWN, Operations, connectors_named, is_own
from shared.connectors.reading import read_connectors

__all__ = [
    "OWN",
    "Operations",
    "connectors_named",
    "is_own",
    "read_connectors",
    "read_credentials",
]
