"""The connectors of a tenant, for whoever compiles, rehearses or judges with them: read where
`tools` keeps them."""

from shared.connectors.reading import read_connectors

__all__ = ["read_connectors"]
