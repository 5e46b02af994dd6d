"""Who acted, and when, as the text of an entry of the audit log says. Pure.

The log's columns and what usage counts of an entry are both made of this, so that what is counted
is what was hashed. `shared.verify.entries` reads the same by rules of its own."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.kit.instants import milliseconds_of, parse_instant


class Attribution(NamedTuple):
    """`at` is RFC 3339 in UTC, with milliseconds; `actor` is empty where nobody is named."""

    at: str
    actor: str

    @property
    def milliseconds(self) -> int:
        """The same instant, since 1970."""
        return milliseconds_of(parse_instant(self.at))


def attribution_of(text: Mapping[str, Any]) -> Attribution:
    """What the text of an entry says: a receipt in the predicate of its statement, an event in its
    attributes. Raises KeyError for a text that is neither."""
    receipt = text.get("predicate")
    if receipt is None:
        return Attribution(text["time"], text.get("actorid", ""))
    called_by = "agent_id" if "agent_id" in receipt else "called_by"
    return Attribution(receipt["at"], receipt[called_by])
