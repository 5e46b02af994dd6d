"""Which events from outside are counted, and what is wrong with the others. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from events.usage import MeterName
from shared.kit.instants import Instant, milliseconds_of
from shared.kit.models import Model
from shared.kit.wording import field_errors
from shared.usage.meters import BUILT_IN
from shared.usage.outside import OutsideEvent

# Clocks differ by less, and the month before the last is closed.
AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=62)
MOST_QUANTITY = 10**12

# Without blanks, so that nobody writes a sentence of a person as an id.
EVENT_ID_PATTERN = r"^[!-~]{1,100}$"
EventId = Annotated[str, StringConstraints(pattern=EVENT_ID_PATTERN)]
Named = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.:/@-]{1,100}$")]
Properties = Annotated[dict[Named, Named], Field(max_length=10)]


class UsageEventBody(Model):
    """The `quantity` of a declared meter that a program used at a time, on behalf of a `subject`.
    Each id is counted once, for ever."""

    id: EventId
    meter: MeterName
    quantity: Annotated[int, Field(ge=0, le=MOST_QUANTITY, strict=True)]
    at: Instant
    subject: Named | None = None
    properties: Properties | None = None


def check_events(
    sent: Sequence[Any], declared: Collection[str], now: datetime
) -> tuple[list[OutsideEvent], list[tuple[int, str]]]:
    """The events to count, and the places of the others with what is wrong with each."""
    events, rejected = [], []
    for place, each in enumerate(sent):
        try:
            body = UsageEventBody.model_validate(each)
        except ValidationError as error:
            first = field_errors(error)[0]
            rejected.append((place, f"{first.field} {first.message}"))
            continue
        if problem := _problem(body, declared, now):
            rejected.append((place, problem))
        else:
            at = milliseconds_of(body.at)
            event = (body.id, body.meter, body.quantity, at, body.subject or "", body.properties)
            events.append(OutsideEvent(*event))
    return events, rejected


def _problem(body: UsageEventBody, declared: Collection[str], now: datetime) -> str:
    if body.meter in BUILT_IN:
        return f"meter {body.meter} is counted by Assent itself: declare one of your own"
    if body.meter not in declared:
        return f"meter {body.meter} is not declared: PUT /v1/usage/meters/{body.meter} first"
    if body.at > now + AHEAD:
        return "at must not be in the future"
    if body.at < now - BEHIND:
        return f"at must be within the last {BEHIND.days} days"
    return ""
