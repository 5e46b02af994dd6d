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
        return outside_line(self.id, self.at, self.subject, self.meter, self.quantity)


def outside_line(id: str, at: int | str, subject: str, meter: str, quantity: int | str) -> str:
    """The text of an event of these values; of numbers also as they are written."""
    return f"0\t{id}\t{at}\t{subject}\t{meter}={quantity}"
