"""Calls by the rights of an agent elsewhere whose server asks a person in the middle: who is asked,
and how the same call goes on with the answer."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from events.invocations import InvocationView
from functions.tools.aggregates import DIRECT_CALLS
from functions.tools.own.act import AsksPerson, AtWork, Done
from functions.tools.rules.direct_call import DirectCall, answered_call, begin, ended, report
from functions.tools.rules.elicitation import Reply, asks, unanswered
from functions.tools.rules.envelope import Denied, Verdict
from functions.tools.rules.invocation import Invocation, view_of
from functions.tools.service.admission import Refusal, admit
from functions.tools.service.attempt import NOTHING, Attempt
from functions.tools.service.questions import ask_for_answer
from functions.tools.service.removal import keep_from_first
from functions.tools.service.replies import reply_to
from functions.tools.service.room import note_room
from shared.agents import KnownAgent
from shared.aggregates import Command
from shared.kit.models import Data
from shared.kit.transitions import Transition

# Whoever will have assented, while nobody has.
UNDECIDED = ""

Told = Literal["pending", "withdrawn", "intended", "refused", "dispatched", "confirmed", "doubtful"]


class DirectCallView(Data):
    """What the caller is told: that somebody was asked, with the approval's id, or what became of
    the call."""

    status: Told
    approval_id: str | None = None
    invocation: InvocationView | None = None
    # The approval takes an answer to what the tool's server asks.
    asks: bool = False

    @classmethod
    def of(cls, invocation: Invocation) -> "DirectCallView":
        """What became of the call."""
        by, shown = invocation.approval_id, view_of(invocation)
        return cls(status=invocation.status, approval_id=by, invocation=shown)


class Decided(NamedTuple):
    """What is told, and the call where it acts now, with the reply to what its server asked."""

    view: DirectCallView
    call: Invocation | None = None
    reply: Reply | None = None


@dataclass(frozen=True)
class Answering(Attempt):
    """A call by the rights of an agent elsewhere; `id` is that of the direct call."""

    agent: KnownAgent
    id: str

    def _call(self, work: Command) -> Invocation:
        """The call as it is asked for now, by whom."""
        by, whose = self.caller.principal, self.caller.on_behalf_of
        return self.intended(work).but(called_by=by, on_behalf_of=whose, direct_call_id=self.id)

    def waits(self, call: Invocation, error: AsksPerson | AtWork) -> Invocation:
        """The call waits for a person's answer; no program comes back to ask for a task."""
        if isinstance(error, AsksPerson):
            return asks(call, error.elicitation, error.resume, self.caller.received_at)
        return super().waits(call, error)

    async def _asks_people(self, work: Command, call: Invocation) -> DirectCallView:
        """The call, whose server asks a person: whoever calls the same again brings the answer."""
        known = await work.find(DIRECT_CALLS, self.id) or self._new()
        if known.status == "answering" and known.invocation_id != call.invocation_id:
            # The same read at the same moment: one question is enough.
            told = f"the same call waits for {known.approval_id} already"
            await work.save(report(unanswered(call, told, work.at)))
            return DirectCallView(status="pending", approval_id=known.approval_id, asks=True)
        asked = await ask_for_answer(work, known, call, self.agent.state, self.definition)
        if isinstance(asked, Refusal):
            call = unanswered(call, asked.reason, work.at)
            await work.save(*ended(known, call))
            return await self._reported(work, call)
        await work.save(Transition(call))
        return DirectCallView(status="pending", approval_id=asked.approval_id, asks=True)

    async def _answered_by_people(
        self, work: Command, known: DirectCall, verdict: Verdict
    ) -> Decided | None:
        """A call whose server asked a person, by what they have said since; None where it does not
        wait for that any more."""
        id = known.invocation_id or ""
        grant = self.grant.but(deed=self.grant.deed.but(invocation_id=id))
        attempt = replace(self, grant=grant, body=self.body.but(invocation_id=id))
        call = attempt._call(work)
        earlier, refusal, decision = await admit(work, call, attempt.grant, goes_on=True)
        if earlier is None or not earlier.waits:
            return None
        found = await reply_to(work, earlier, known.approval_id, gives_up=False)
        if isinstance(found, Reply):
            why_not = self.why_not(refusal or _why_not_on(earlier, call, verdict))
            if why_not is None:
                call = answered_call(earlier, call.but(decision=decision), known, found)
                begun = begin(known, call.invocation_id, work.at)
                await work.save(Transition(begun), Transition(call))
                return Decided(DirectCallView.of(call), call, found)
            found = unanswered(earlier, why_not.reason, work.at)
        if found == earlier:
            waiting = {"approval_id": known.approval_id, "asks": True}
            return Decided(DirectCallView(status="pending", **waiting))
        await work.save(*ended(known, found))
        return Decided(await self._reported(work, found))

    async def _reported(
        self, work: Command, call: Invocation, done: Done = NOTHING
    ) -> DirectCallView:
        if call.approval_id == UNDECIDED:
            call = call.but(approval_id=None, assented_by=None)
        if call.waits:
            return await self._asks_people(work, call)
        if done.event is not None:
            await work.save(Transition(call, done.event, done.said, contents=done.contents))
        await work.save(report(call), *done.made, *await keep_from_first(work))
        note_room(work, done)
        return DirectCallView.of(call)

    def _new(self) -> DirectCall:
        return DirectCall(
            direct_call_id=self.id,
            agent_id=self.agent.state.agent_id,
            operation=self.body.operation,
            pin=self.definition.pin,
            arguments_sha256=self.grant.deed.arguments_sha256,
            on_behalf_of=self.caller.on_behalf_of,
            status="over",
        )


def _why_not_on(earlier: Invocation, call: Invocation, verdict: Verdict) -> Refusal | None:
    """Why a call does not go on with an answer: the agent's rights are others now."""
    if earlier.agent_version != call.agent_version:
        return Refusal(f"the agent asked as {earlier.agent_version}, not as {call.agent_version}")
    return Refusal(verdict.why) if isinstance(verdict, Denied) else None
