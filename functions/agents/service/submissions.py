"""What people ask for: a new agent, a change of one, a revision, a cancellation."""

import json
from typing import Any

from events.agents import CaseKind
from functions.agents.rules.agent import Agent, draft
from functions.agents.rules.case import CreationCase, Turn, cancel, open_case, revise
from functions.agents.rules.certification import as_version
from functions.agents.rules.changing import changed_kind, refuse_new_name
from functions.agents.rules.judgement import check_specification
from functions.agents.rules.pipeline import refuse_where_paused
from functions.agents.rules.spec import Spec, parse_spec, read_spec
from functions.agents.rules.versions import FIRST, version_after
from functions.agents.service.judging import judge_spec
from functions.agents.service.loading import agent_of, load_agent, load_case
from functions.agents.service.turns import save_turn
from functions.agents.service.views import accepted
from functions.agents.service.wiring import FUNCTION
from functions.agents.store import (
    CASES,
    CREATION_PIPELINE,
    NAMES,
    PIPELINES,
    Kept,
    Writer,
    read_case,
    read_pipeline,
)
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, VersionConflict
from shared.kit.ids import new_id
from shared.messaging.changes import Change
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import LastEvent, Recorder
from shared.runtime.bodies import UncheckedBody
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again


class NameTaken(VersionConflict):
    """Another agent of the tenant has the name, or had it and may come back."""

    def __init__(self, name: str) -> None:
        detail = f"an agent called {name} exists"
        super().__init__(detail, FieldError("name", detail))


class Submission:
    """One caller's request that brings a spec or ends a case; every answer can be repeated with
    its `Idempotency-Key`."""

    def __init__(self, outbox: Outbox, caller: Caller, key: IdempotencyKey) -> None:
        self._outbox = outbox
        self._caller = caller
        self._key = key
        self._store = TenantStore(caller.tenant_id)
        self._at = caller.received_at
        self._new_case_id = new_id("cas", self._at)
        self._tried = False

    async def submit(self, body: UncheckedBody[Spec]) -> dict[str, Any]:
        """A new agent's case after stages 1 to 5. Raises Invalid (schema, unknown skills),
        NameTaken, VersionConflict (the pipeline is paused), IdempotencyKeyReused, Unavailable."""
        spec = _read(body)
        return await decide_again(lambda: self._submit_once(spec))

    async def change(self, agent_id: str, body: UncheckedBody[Spec]) -> dict[str, Any]:
        """The case of a change, told apart as `proposal` or `evolution`. Raises NotFound, Invalid
        (also where nothing changes), VersionConflict (a case is open, or the agent takes none)."""
        return await decide_again(lambda: self._change_once(agent_id, body))

    async def revise(self, case_id: str, body: UncheckedBody[Spec]) -> dict[str, Any]:
        """The returned case, judged anew from stage 1. Raises NotFound, Invalid,
        VersionConflict."""
        return await decide_again(lambda: self._revise_once(case_id, body))

    async def cancel(self, case_id: str) -> dict[str, Any]:
        """The case, cancelled. Raises NotFound, VersionConflict."""
        return await decide_again(lambda: self._cancel_once(case_id))

    async def _submit_once(self, spec: Spec) -> dict[str, Any]:
        claim, pipeline = await self._store.get_many(
            [(NAMES, spec.name), (PIPELINES, CREATION_PIPELINE)]
        )
        # State first, then the key: else the same call, sent twice, could commit in between, and
        # its own name would look like somebody else's.
        if (answer := await self._answered_before()) is not None:
            return answer
        paused = read_pipeline(pipeline)
        refuse_where_paused(paused.value if paused else None)
        if claim is not None:
            raise NameTaken(spec.name)
        version = as_version(spec, version=FIRST, case_id=self._new_case_id)
        agent = draft(
            version,
            agent_id=new_id("agt", self._at),
            name=spec.name,
            by=self._caller.principal,
            at=self._at,
        )
        judged = await judge_spec(
            spec,
            kind="creation",
            case_id=agent.newest.case_id,
            version=FIRST,
            tenant_id=self._caller.tenant_id,
            at=self._at,
        )
        turn = open_case(
            agent,
            kind="creation",
            why=(),
            judged=judged,
            by=self._caller.principal,
            at=self._at,
        )
        return await self._save(turn, None, None, claims=not turn.frees_name)

    async def _change_once(self, agent_id: str, body: UncheckedBody[Spec]) -> dict[str, Any]:
        agent = await load_agent(self._store, self._outbox, self._caller, agent_id)
        if (answer := await self._answered_before()) is not None:
            return answer
        spec = _read(body)
        refuse_new_name(agent.value.name, spec)
        await self._refuse_where_paused()
        kind, why = changed_kind(agent.value, parse_spec(json.loads(agent.value.spec_text())), spec)
        judged = await judge_spec(
            spec,
            kind=kind,
            case_id=self._new_case_id,
            version=version_after(agent.value.version, kind),
            tenant_id=self._caller.tenant_id,
            at=self._at,
        )
        turn = open_case(
            agent.value,
            kind=kind,
            why=why,
            judged=judged,
            by=self._caller.principal,
            at=self._at,
        )
        return await self._save(turn, agent, None)

    async def _revise_once(self, case_id: str, body: UncheckedBody[Spec]) -> dict[str, Any]:
        case = await load_case(self._store, self._outbox, self._caller, case_id)
        if (answer := await self._key.recall(self._store)) is not None:
            return answer
        spec = _read(body)
        refuse_new_name(case.value.agent_name, spec)
        await self._refuse_where_paused()
        agent = await agent_of(self._store, case.value)
        kind, why = self._revised_kind(agent.value, case.value, spec)
        judged = await judge_spec(
            spec,
            kind=kind,
            case_id=case_id,
            version=version_after(agent.value.version, kind),
            tenant_id=self._caller.tenant_id,
            at=self._at,
        )
        reclassified = case.value.model_copy(update={"kind": kind, "why": why})
        return await self._save(revise(agent.value, reclassified, judged, self._at), agent, case)

    async def _answered_before(self) -> dict[str, Any] | None:
        """The answer to the same key; or to this very request, where its own commit was applied
        and only the store's word of it was lost."""
        if (answer := await self._key.recall(self._store)) is not None:
            return answer
        again, self._tried = self._tried, True
        own = read_case(await self._store.get(CASES, self._new_case_id)) if again else None
        return accepted(own.value) if own else None

    async def _refuse_where_paused(self) -> None:
        paused = read_pipeline(await self._store.get(PIPELINES, CREATION_PIPELINE))
        refuse_where_paused(paused.value if paused else None)

    @staticmethod
    def _revised_kind(
        agent: Agent, case: CreationCase, spec: Spec
    ) -> tuple[CaseKind, tuple[str, ...]]:
        if case.kind == "creation" or case.status != "returned":
            return case.kind, case.why
        settled = agent.model_copy(update={"case_id": None})
        return changed_kind(settled, parse_spec(json.loads(agent.spec_text())), spec)

    async def _cancel_once(self, case_id: str) -> dict[str, Any]:
        case = await load_case(self._store, self._outbox, self._caller, case_id)
        if (answer := await self._key.recall(self._store)) is not None:
            return answer
        agent = await agent_of(self._store, case.value)
        turn = cancel(agent.value, case.value, self._caller.principal, self._at)
        return await self._save(turn, agent, case)

    async def _save(
        self,
        turn: Turn,
        agent: Kept[Agent] | None,
        case: Kept[CreationCase] | None,
        *,
        claims: bool = False,
    ) -> dict[str, Any]:
        latest: LastEvent | None = case.latest if case else agent.latest if agent else None
        change = Change()
        recorder = Recorder.for_command(function=FUNCTION, caller=self._caller, latest=latest)
        writer = Writer(change, recorder)
        if claims:
            writer.claim_name(turn.agent.name, turn.agent.agent_id)
        # A name that was never claimed needs no freeing.
        kept_turn = turn if case or agent else _without_freeing(turn)
        final = save_turn(writer, kept_turn, agent, case, self._at)
        answer = accepted(final)
        self._key.remember(change, answer)
        await self._outbox.commit(self._store, change, now=self._at)
        return answer


def _read(body: UncheckedBody[Spec]) -> Spec:
    spec = read_spec(body.raw, body.media_type)
    check_specification(spec)
    return spec


def _without_freeing(turn: Turn) -> Turn:
    return Turn(turn.agent, turn.case, turn.told, turn.asks)
