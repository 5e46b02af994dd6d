"""When the decisions of a place were mined, and what was found."""

from datetime import datetime, timedelta

from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant, format_instant
from shared.kit.models import Model

# The latest requests that are read. Mining reads two documents for each.
MOST_MINED = 2_000
# Decisions are few, and mining reads thousands of documents.
RESTS = timedelta(minutes=5)
# The tenant as a whole, as a place.
WHOLE_TENANT = "tenant"


class Mined(Model):
    """The last mining of a place: how many decisions of people it saw, how many of those were
    refusals, and which patterns it found, the widest first. `begun_at` is when one began last,
    whatever became of it; `mined_at` is None where none came to its end."""

    place: str
    begun_at: Instant | None = None
    mined_at: Instant | None = None
    decisions: int = 0
    refused: int = 0
    pattern_ids: tuple[str, ...] = ()


def place_of(workspace_id: str | None) -> str:
    """The id of the place that a token opens."""
    return workspace_id or WHOLE_TENANT


def begin(before: Mined | None, place: str, at: datetime) -> Mined:
    """The place whose mining begins. Raises VersionConflict where one began less than five minutes
    ago."""
    began = before and (before.begun_at or before.mined_at)
    if began and at < (again := began + RESTS):
        told = f"mining these decisions began at {format_instant(began)}"
        raise VersionConflict(f"{told}; ask again at {format_instant(again)}")
    return (before or Mined(place=place)).but(begun_at=at)
