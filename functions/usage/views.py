"""What the API takes and shows of usage."""

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

    # Each is judged alone, so that one which is wrong keeps no other from being counted.
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
    """The place of an event in what was sent, from 0 on, and what to write instead."""

    index: int
    problem: str


class UsageAccepted(Data):
    """How many events are counted now, how many had an id that was counted before, and the others,
    of which none is counted."""

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
        """Those that every tenant has, then those that this one declared."""
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
    """What was used of a meter, by so many events: in the hour, day or month that begins at
    `since`, or by a subject, where it was asked for by these."""

    meter: str
    since: Instant | None
    subject: str | None
    quantity: int
    events: int


class Usage(Data):
    """What was used from one hour up to before another. `is_whole`: all that the audit log has is
    counted; where it is false, ask again."""

    since: Instant
    until: Instant
    group_by: GroupBy
    is_whole: bool
    items: tuple[UsageSum, ...]


class UsageRoot(Data):
    """A line: what was used of a meter in a section of a month, and the RFC 9162 root, in hex, over
    its slabs. Once `closed_at` is there it never changes; what is counted later `corrects` that
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
    """A declared meter without a line of a section yet, and what to do: the others have theirs."""

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
    """The lines of a month, by section and meter. `unsorted` are declared meters of which no line
    could be made, with their sections."""

    items: tuple[UsageRoot, ...]
    unsorted: tuple[UnsortedMeter, ...]

    @classmethod
    def of(cls, month: UsageMonth) -> Self:
        """The month as it is shown."""
        return cls(
            items=tuple(map(UsageRoot.of, month.lines)),
            unsorted=tuple(map(UnsortedMeter.of, month.unsorted)),
        )
