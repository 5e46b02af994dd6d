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
    refusals, and which patterns it found, the widest first."""

    place: str
    mined_at: Instant
    decisions: int
    refused: int
    pattern_ids: tuple[str, ...] = ()


def place_of(workspace_id: str | None) -> str:
    """The id of the place that a token opens."""
    return workspace_id or WHOLE_TENANT


def refuse_haste(before: Mined | None, at: datetime) -> None:
    """Raises VersionConflict where the place was mined less than five minutes ago."""
    if before is not None and at < (again := before.mined_at + RESTS):
        raise VersionConflict(
            f"these decisions were mined at {format_instant(before.mined_at)}; ask again at "
            f"{format_instant(again)}"
        )
