"""The same tenants as in journeys."""

from tests.journeys.conftest import world

__all__ = ["world"]
