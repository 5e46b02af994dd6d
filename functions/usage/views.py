"""The bodies and answers of usage's API."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from events.usage import Unit, UsageMetersState
from shared.kit.instants import Instant
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, Model
from shared.usage.meters import BUILT_IN, GroupBy
from shared.usage.proofs import UnsortedLine, UsageLine, UsageMonth

# Whatever has one of these is meant as an event: what it lacks is said of it.
_OF_AN_EVENT = frozenset({"id", "meter", "quantity"})


class MeterBody(Model):
    """The unit of the meter's numbers, as `pages`."""

    unit: Unit


class UsageEventsBody(Model):
    """One or up to 1,000 events, each with `id`, `meter`, `quantity`, `at` and, if you like,
    `subject` and `properties`. One event may be the body itself, and so may a list of them."""

    # Each is checked alone, so that a wrong one keeps no other from being counted.
    events: Annotated[
        tuple[Any, ...],
        Field(min_length=1, max_length=1_000),
        AfterValidator(JsonLimit(most_bytes=1 << 20, most_parts=40_000)),
    ]

    @model_validator(mode="before")
    @classmethod
    def _of_events_alone(cls, sent: Any) -> Any:
        """The body that says the same where it is one event, or a list of them."""
        if isinstance(sent, list):
            return {"events": sent}
        if isinstance(sent, dict) and "events" not in sent and sent.keys() & _OF_AN_EVENT:
            return {"events": [sent]}
        return sent


class RejectedEvent(Data):
    """An event that is not counted: its place in the body, from 0 on, and what to write instead."""

    index: int
    problem: str


class UsageAccepted(Data):
    """How many events were counted now, how many had an id that was counted before, and the events
    that were rejected."""

    accepted: int
    duplicates: int
    rejected: tuple[RejectedEvent, ...]


class MeterView(Data):
    """A meter. `assent`: Assent counts it, from the audit log but for `api_calls`, and nobody
    writes it; `tenant`: the tenant declared it for events of its own programs."""

    name: str
    unit: str
    counted_by: Literal["assent", "tenant"]
    description: str | None


class MeterList(Data):
    """All meters of the tenant."""

    items: tuple[MeterView, ...]

    @classmethod
    def of(cls, declared: UsageMetersState | None) -> Self:
        """The meters that every tenant has, then those that this tenant declared."""
        ours = (
            MeterView(name=name, unit=unit, counted_by="assent", description=description)
            for name, (unit, description) in BUILT_IN.items()
        )
        theirs = (
            MeterView(name=each.name, unit=each.unit, counted_by="tenant", description=None)
            for each in (declared.meters if declared else ())
        )
        return cls(items=(*ours, *theirs))


class UsageSum(Data):
    """The usage of a meter, by `events` events: in the hour, day or month that begins at `since`,
    or by a subject, as `group_by` asks."""

    meter: str
    since: Instant | None
    subject: str | None
    quantity: int
    events: int


class Usage(Data):
    """The usage from the hour `since` to before the hour `until`. `is_whole`: the whole audit log
    is counted; where it is false, ask again."""

    since: Instant
    until: Instant
    group_by: GroupBy
    is_whole: bool
    items: tuple[UsageSum, ...]


class UsageRoot(Data):
    """A line: the usage of a meter in a section of a month, and the RFC 9162 root, in hex, over its
    slabs. Once `closed_at` is set it never changes; a line that is counted later `corrects` that
    section."""

    period: str
    section: int
    meter: str
    quantity: int
    events: int
    slabs: int
    root: str
    closed_at: Instant | None
    corrects: int | None

    @classmethod
    def of(cls, line: UsageLine) -> Self:
        """The line as it is shown."""
        return cls(**line._asdict())


class UnsortedMeter(Data):
    """A declared meter that has no line in a section yet, and what to do."""

    section: int
    meter: str
    problem: str

    @classmethod
    def of(cls, line: UnsortedLine) -> Self:
        """The meter as it is shown."""
        problem = (
            f"{line.meter} has so many events that their pages were not all made in time:"
            " ask again, which goes on where this ended"
        )
        return cls(section=line.section, meter=line.meter, problem=problem)


class UsageRootList(Data):
    """The lines of a month, by section and meter. `unsorted` are the declared meters whose line
    could not be made in time, with their sections."""

    items: tuple[UsageRoot, ...]
    unsorted: tuple[UnsortedMeter, ...]

    @classmethod
    def of(cls, month: UsageMonth) -> Self:
        """The month as it is shown."""
        return cls(
            items=tuple(map(UsageRoot.of, month.lines)),
            unsorted=tuple(map(UnsortedMeter.of, month.unsorted)),
        )
