"""What this function remembers in Firestore: agents, creation cases, names, the pipeline.

Each document holds the aggregate as JSON text in `state` and, beside it, only the fields that
queries, the sweep and the next event need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase
from functions.agents.rules.pipeline import Pipeline
from functions.agents.rules.reviewing import STAGE_DUE
from shared.kit.instants import format_instant
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import LastEvent, Recorder, last_event
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

AGENTS = "agents"
CASES = "creation_cases"
NAMES = "agent_names"
PIPELINES = "pipelines"
CREATION_PIPELINE = "creation"
LAST_ROLLBACK = "last_rollback"

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Kept(Generic[T]):
    """An aggregate as it was read, with what its next event and its next write need. An agent
    whose case was stopped at once has no event of its own: `latest` is None."""

    document: Document
    value: T
    sequence: int
    latest: LastEvent | None


def read_agent(document: Document | None) -> Kept[Agent] | None:
    """The agent in a document."""
    return _kept(document, Agent)


def read_case(document: Document | None) -> Kept[CreationCase] | None:
    """The creation case in a document."""
    return _kept(document, CreationCase)


def read_pipeline(document: Document | None) -> Kept[Pipeline] | None:
    """The tenant's pipeline, where anything ever happened to it."""
    return _kept(document, Pipeline)


async def find_neighbours(store: TenantStore, names: Sequence[str]) -> list[Kept[Agent]]:
    """The agents of these names, as far as there are any."""
    if not names:
        return []
    claims = await store.get_many([(NAMES, name) for name in dict.fromkeys(names)])
    ids = [claim.data["agent_id"] for claim in claims if claim is not None]
    documents = await store.get_many([(AGENTS, id) for id in ids]) if ids else []
    return [kept for kept in map(read_agent, documents) if kept is not None]


class Writer:
    """Puts aggregates and their events into one change, counting each subject's sequence."""

    def __init__(self, change: Change, recorder: Recorder) -> None:
        self.change = change
        self._recorder = recorder

    def write(
        self,
        collection: str,
        id: str,
        value: BaseModel,
        payloads: Sequence[BaseModel],
        seen: Kept[Any] | None,
        *,
        last_id: str | None = None,
        **queried: Any,
    ) -> None:
        """The aggregate under its read version (or as new), and one event for each payload; the
        last event gets the id `last_id` where one was chosen before."""
        sequence = seen.sequence if seen else 0
        latest = seen.latest if seen else None
        recorded: list[Envelope] = []
        for payload in payloads:
            sequence += 1
            event = self._recorder.record(
                subject=f"{_NOUNS[collection]}/{id}",
                sequence=sequence,
                data=payload,
                id=last_id if payload is payloads[-1] else None,
            )
            latest = last_event(event)
            recorded.append(event)
        data = {
            "state": value.model_dump_json(),
            "sequence": sequence,
            "last_event": latest.model_dump() if latest else None,
            **queried,
        }
        if seen is None:
            self.change.create(collection, id, data)
        else:
            self.change.replace(seen.document, data)
        self.change.record(*recorded)

    def agent(
        self,
        agent: Agent,
        payloads: Sequence[BaseModel],
        seen: Kept[Agent] | None,
        *,
        last_id: str | None = None,
    ) -> None:
        """The agent with its events."""
        self.write(
            AGENTS,
            agent.agent_id,
            agent,
            payloads,
            seen,
            last_id=last_id,
            status=agent.status,
            name=agent.name,
            depends_on=list(agent.depends_on),
            created_at=format_instant(agent.created_at),
            next_timer_at=format_instant(agent.timer.at) if agent.timer else None,
            next_timer_type=agent.timer.type if agent.timer else None,
        )

    def case(
        self, case: CreationCase, payloads: Sequence[BaseModel], seen: Kept[CreationCase] | None
    ) -> None:
        """The case with its events."""
        self.write(
            CASES,
            case.case_id,
            case,
            payloads,
            seen,
            status=case.status,
            ended_at=format_instant(case.ended_at) if case.ended_at else None,
            next_timer_at=format_instant(case.review.next_at) if case.review else None,
            next_timer_type=STAGE_DUE if case.review else None,
        )

    def pipeline(self, pipeline: Pipeline, payload: BaseModel, seen: Kept[Pipeline] | None) -> None:
        """The pipeline with its event."""
        self.write(PIPELINES, CREATION_PIPELINE, pipeline, [payload], seen)

    def last_rollback(self, case_id: str, at: datetime, seen: Document | None) -> None:
        """This rollback, as the tenant's latest: of two at once one loses the race."""
        fields = {"case_id": case_id, "at": format_instant(at)}
        if seen is None:
            self.change.create(PIPELINES, LAST_ROLLBACK, fields)
        else:
            self.change.replace(seen, fields)

    def claim_name(self, name: str, agent_id: str) -> None:
        """The name for this agent; whoever claims it second loses the race."""
        self.change.create(NAMES, name, {"agent_id": agent_id})

    def free_name(self, name: str) -> None:
        """The name for whoever asks next."""
        self.change.delete(NAMES, name)


_NOUNS = {AGENTS: "agent", CASES: "creation_case", PIPELINES: "pipeline"}


def _kept(document: Document | None, model: type[T]) -> Kept[T] | None:
    if document is None:
        return None
    last = document.data["last_event"]
    return Kept(
        document=document,
        value=model.model_validate_json(document.data["state"]),
        sequence=document.data["sequence"],
        latest=LastEvent.model_validate(last) if last else None,
    )
