"""Events from outside, as they are counted. Pure."""

from collections.abc import Mapping
from typing import NamedTuple


class OutsideEvent(NamedTuple):
    """An event that a tenant's program tells. `at` are milliseconds since 1970."""

    id: str
    meter: str
    quantity: int
    at: int
    subject: str = ""
    properties: Mapping[str, str] | None = None

    @property
    def line(self) -> str:
        """Its text, of which the SHA-256 is its leaf, as that of a counted entry; of no entry."""
        return f"0\t{self.id}\t{self.at}\t{self.subject}\t{self.meter}={self.quantity}"
