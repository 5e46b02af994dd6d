"""An aggregate: how a function stores, finds, times, signs and publishes one kind of thing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.aggregates.postponement import TIMED_SINCE, Postponement
from shared.aggregates.signing import Signing
from shared.kit.control import Suspension
from shared.kit.ids import is_id
from shared.kit.instants import format_instant, parse_instant
from shared.kit.workspaces import WORKSPACE, placed, within
from shared.messaging.recorder import LastEvent
from shared.policy.vocabulary import EntityType
from shared.storage.batches import Document
from shared.storage.collections import Collection
from shared.storage.encoding import Condition

S = TypeVar("S", bound=BaseModel)

DueTimer = tuple[str, datetime]


@dataclass(frozen=True)
class Stored(Generic[S]):
    """An aggregate as it was read, with what its next event and its next write need. The state is
    None where the document is a placeholder for a later state."""

    document: Document
    state: S | None
    sequence: int
    last_event: LastEvent | None
    # The state with what it waits for postponed, where its tenant was suspended meanwhile.
    postponed: S | None = None


@dataclass(frozen=True)
class Aggregate(Generic[S]):
    """A document of `collection` holds the state as JSON text and, beside it, the `indexed` fields
    that queries need and the timer that the state waits for; `composites` and `queried` say which
    queries (`shared.storage.collections`). Its events have the subject
    `<noun>/<id>`. Ids begin with `prefix`; where that is empty, any text is an id. `initial` makes
    the state before the first event. `entity_type` says what policies may ask about it. Each of
    those `in_workspaces` belongs to one (its field `workspace_id`, which is indexed too) or to the
    tenant as a whole. The timer of a state that is `swept` has no task of Cloud Tasks: the sweep
    alone fires it, at most 150 seconds late, because hardly any is ever due. `about` names the noun
    that a state decides about, where readers of its events filter by that. `event_id` derives the
    id of a state's event from its number, where somebody reads events one by one without a query.
    Its events go to `topic`, where it names one, so that their readers do not pay for all of the
    function. Fields that are `sparse` are stored like those `indexed`, but only where they have a
    value: what is None would have entries in indexes too."""

    noun: str
    model: type[S]
    collection: str
    prefix: str = ""
    id_of: Callable[[S], str] | None = None
    initial: Callable[[str], S] | None = None
    indexed: tuple[str, ...] = ()
    sparse: tuple[str, ...] = ()
    composites: tuple[tuple[str, ...], ...] = ()
    queried: tuple[str, ...] = ()
    next_timer: Callable[[S], DueTimer | None] | None = None
    swept: Callable[[S], bool] = lambda _: False
    signing: Signing | None = None
    entity_type: EntityType[S] | None = None
    postponement: Postponement[S] | None = None
    in_workspaces: bool = False
    about: Callable[[S], str] | None = None
    event_id: Callable[[S, int], str] | None = None
    topic: str = ""

    def id(self, state: S) -> str:
        """The state's id: its field `<noun>_id` unless `id_of` says otherwise."""
        if self.id_of is not None:
            return self.id_of(state)
        id: str = getattr(state, f"{self.noun}_id")
        return id

    def workspace_of(self, state: S) -> str | None:
        """The workspace that the state belongs to."""
        return getattr(state, WORKSPACE) if self.in_workspaces else None

    def about_of(self, state: S) -> str:
        """The noun of Assent's own thing that the state decides about; empty for any other."""
        return self.about(state) if self.about is not None else ""

    def event_id_of(self, state: S, sequence: int) -> str | None:
        """The id of the state's event with that number; None where it is a fresh one."""
        return self.event_id(state, sequence) if self.event_id is not None else None

    def narrowed_to(self, workspace_id: str | None) -> list[Condition]:
        """The conditions of a query for what a token for that workspace opens; None for the whole
        tenant."""
        return within(workspace_id) if self.in_workspaces else []

    def as_collection(self) -> Collection:
        """What Firestore must index of it."""
        timed = self.next_timer is not None
        return Collection(self.collection, self.composites, self.queried, timed)

    def may_be_id(self, text: str) -> bool:
        """Whether the text has the form of an id of this aggregate."""
        return not self.prefix or is_id(self.prefix, text)

    def subject(self, id: str) -> str:
        """The subject of events about the state with that id."""
        return f"{self.noun}/{id}"

    def timer(self, state: S) -> DueTimer | None:
        """The type and the due time of the timer that the state waits for."""
        return self.next_timer(state) if self.next_timer is not None else None

    def postponed(
        self, state: S, data: Mapping[str, Any], suspensions: Sequence[Suspension], at: datetime
    ) -> S:
        """The state of a document with those fields, with what it waits for due later by the time
        in which its tenant was suspended: the same state where that is none."""
        timer = self.timer(state)
        if self.postponement is None or timer is None:
            return state
        since = data.get(TIMED_SINCE)
        began = parse_instant(since) if since else None
        return self.postponement.applied(state, began, timer[1], suspensions, at)

    def placed(self, state: S, before: S | None, workspace_id: str | None) -> S:
        """The state in the workspace that it was in `before`, which no rule can change; in the
        given one where it is new."""
        if not self.in_workspaces:
            return state
        kept = workspace_id if before is None else self.workspace_of(before)
        return state.model_copy(update={WORKSPACE: kept})

    def state_in(self, data: Mapping[str, Any]) -> S:
        """The state in the fields of a document, as it is stored."""
        return self.model.model_validate_json(data["state"])

    def read(self, document: Document) -> Stored[S]:
        """The aggregate that a document holds."""
        data = document.data
        if "state" not in data:
            return Stored(document, None, 0, None)
        last = data["last_event"]
        return Stored(
            document=document,
            state=self.state_in(data),
            sequence=data["sequence"],
            last_event=LastEvent.model_validate(last) if last else None,
        )

    def fields(self, state: S, sequence: int, last_event: LastEvent | None) -> dict[str, Any]:
        """The fields of the state's document."""
        timer = self.timer(state)
        timed = {
            "next_timer_type": timer[0] if timer else None,
            "next_timer_at": format_instant(timer[1]) if timer else None,
            "sweep_at": format_instant(timer[1]) if timer else None,
            "sweeps": 0,
        }
        return {
            "state": state.model_dump_json(),
            "sequence": sequence,
            "last_event": last_event.model_dump() if last_event else None,
            **(timed if self.next_timer is not None else {}),
            **{name: _plain(getattr(state, name)) for name in self.indexed},
            **{name: _plain(value) for name in self.sparse if (value := getattr(state, name))},
            **placed(self.workspace_of(state)),
        }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return list(value) if isinstance(value, tuple) else value
