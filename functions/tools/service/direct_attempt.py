"""One attempt at a call of an agent elsewhere: it asks people or policies, or acts, and its outcome
is recorded."""

import time
from dataclasses import dataclass, replace

from functions.tools.aggregates import APPROVALS_KEYS, DIRECT_CALLS, INVOCATIONS, RUN
from functions.tools.rules.direct_call import (
    Act,
    Ask,
    DirectCall,
    Refuse,
    Wait,
    after_asking,
    begin,
    content_of,
    ended,
    under_way,
)
from functions.tools.rules.envelope import Denied, Grave, Verdict, judge
from functions.tools.rules.invocation import Invocation, refused
from functions.tools.service.admission import Refusal, admit, ask_policies
from functions.tools.service.attempt import Outcome
from functions.tools.service.direct_answers import (
    UNDECIDED,
    Answering,
    Decided,
    DirectCallView,
)
from functions.tools.service.questions import ask_people
from shared.aggregates import Command
from shared.approvals import read_approval
from shared.budgets.aggregates import BUDGETS
from shared.budgets.budget import Budget
from shared.budgets.limits import budget_id
from shared.capabilities.grants import Assent
from shared.kit.contents import Content
from shared.kit.ids import new_id
from shared.kit.transitions import Transition
from shared.policy.authorization import answer_again
from shared.storage.secrets import public_keys


@dataclass(frozen=True)
class DirectAttempt(Answering):
    """An attempt at a call by the rights of an agent elsewhere."""

    def judged(self, made_today: int) -> Verdict:
        """What the call needs."""
        return judge(
            self.body.operation,
            self.definition,
            self.agent.rights,
            self.body.arguments,
            made_today=made_today,
            is_trial=self.agent.state.mode == "trial",
        )

    async def at_once(self) -> DirectCallView:  # type: ignore[override]
        """Reads, then commits once; whatever dies in between has read."""

        async def use_case(work: Command) -> DirectCallView:
            attempt = self._as_invocation(Act(new_id("inv", work.at)))
            _, call, refusal = await attempt._tried(work)
            if refusal is not None:
                return await attempt._reported(work, attempt.refused(call, refusal))
            call, done = await attempt.outcome(call, began=time.monotonic())
            if call.status == "doubtful":
                call = refused(call, call.reason or "", work.at, may_be_repeated=True)
            return await attempt._reported(work, call, done)

        return await RUN.command(self.caller, use_case, DirectCallView)

    async def guarded(self) -> DirectCallView:
        """Commits the intent with all that allows it, acts, commits the outcome. One attempt at the
        same call acts at a time, and each assent is used once."""
        decided: list[Decided] = []

        async def use_case(work: Command) -> DirectCallView:
            decided[:] = [await self._decided(work)]
            return decided[0].view

        view = await RUN.command(self.caller, use_case, DirectCallView)
        _, call, reply = decided[0]
        if call is None:
            return view
        return await self._ended(await self.outcome(call, reply, began=time.monotonic()))

    async def _decided(self, work: Command) -> Decided:
        """What is told, and the call where it acts now; all that follows is in the commit."""
        agent_id, day = self.agent.state.agent_id, f"{work.at:%Y-%m-%d}"
        counter = budget_id(agent_id, day)
        await work.prefetch((DIRECT_CALLS, self.id), (BUDGETS, counter))
        known = await work.find(DIRECT_CALLS, self.id)
        budget = await work.find(BUDGETS, counter)
        budget = budget or Budget(scope=agent_id, period=day, limit_usd_micros=0)
        verdict = self.judged(budget.calls.get(self.body.operation, 0))
        going_on = await self._open(work, known, verdict) if known is not None else None
        if going_on is not None:
            return going_on
        next = await self._next(work, known, verdict)
        attempt = self._as_invocation(next)
        earlier, call, refusal = await attempt._tried(work)
        if earlier is not None:
            return Decided(DirectCallView.of(earlier))
        if isinstance(verdict, Denied):
            refusal = refusal or Refusal(verdict.why)
        if isinstance(next, Refuse):
            refusal = refusal or Refusal(next.why)
        call_of = known or self._new()
        if refusal is None and isinstance(next, Ask):
            asked = await self._asked(work, call_of, verdict)
            if isinstance(asked, DirectCallView):
                return Decided(asked)
            refusal = asked
        if refusal is not None:
            return Decided(await attempt._reported(work, attempt.refused(call, refusal)))
        if isinstance(next, Act):
            counted = _counted(budget, call.operation, verdict)
            await work.save(
                Transition(begin(call_of, call.invocation_id, work.at)), Transition(call), *counted
            )
            return Decided(DirectCallView.of(call), call)
        assert isinstance(next, Wait)
        return Decided(DirectCallView(status="pending", approval_id=next.approval_id))

    async def _asked(
        self, work: Command, call: DirectCall, verdict: Verdict
    ) -> DirectCallView | Refusal:
        assert isinstance(verdict, Grave)
        summary = f"{self.agent.state.name}, which runs elsewhere, asks to call {call.operation}"
        if call.on_behalf_of is not None:
            summary += f" on behalf of {call.on_behalf_of}"
        asked = await ask_people(work, call, verdict, self._content(call, verdict), summary)
        if isinstance(asked, Refusal):
            return asked
        return DirectCallView(status="pending", approval_id=asked.approval_id)

    def _content(self, call: DirectCall, verdict: Verdict) -> Content:
        """What an assent to the call would be for."""
        assert isinstance(verdict, Grave)
        agent = self.agent.state
        return content_of(call, agent.name, agent.version, verdict.effect, self.body.arguments)

    async def _open(self, work: Command, known: DirectCall, verdict: Verdict) -> Decided | None:
        """What the same call gets while an earlier one acts, or waits for an answer."""
        if known.status == "answering":
            return await self._answered_by_people(work, known, verdict)
        if known.status != "acting":
            return None
        assert known.invocation_id is not None
        earlier = await work.find(INVOCATIONS, known.invocation_id)
        return await self._going_on(work, known, earlier, verdict)

    async def _going_on(
        self, work: Command, known: DirectCall, earlier: Invocation | None, verdict: Verdict
    ) -> Decided | None:
        """What the same call gets while an earlier one is open. Where its target acts once for each
        key, and the agent still may, it goes on with that one."""
        found = under_way(earlier, work.at, takes_key=self.definition.idempotent)
        if found is None or earlier is None:
            return None
        if isinstance(found, Invocation):
            answer_again()
            return Decided(DirectCallView.of(found))
        why_not = self.agent.why_not(work.at) or self.why_not(None)
        is_assented = earlier.assented_by is not None
        is_assented = is_assented and earlier.agent_version == self.agent.state.version
        needs_assent = isinstance(verdict, Grave) and not is_assented
        if isinstance(verdict, Denied) or needs_assent or why_not is not None:
            answer_again()
            return Decided(DirectCallView.of(earlier.but(status="doubtful")))
        call = earlier.but(status="intended", reason=None, attempt=earlier.attempt + 1, at=work.at)
        refusal, decision = await ask_policies(work, call)
        if refusal is not None:
            return Decided(DirectCallView.of(earlier.but(status="doubtful")))
        call = call.but(decision=decision)
        begun = begin(known, call.invocation_id, work.at)
        await work.save(Transition(begun), Transition(call))
        return Decided(DirectCallView.of(call), call)

    async def _next(
        self, work: Command, known: DirectCall | None, verdict: Verdict
    ) -> Act | Wait | Ask | Refuse:
        if not isinstance(verdict, Grave):
            return Act(new_id("inv", work.at))
        call = known or self._new()
        content = self._content(call, verdict).hash
        approval = None
        if known is not None and known.status == "asked" and known.approval_id is not None:
            keys = await public_keys(APPROVALS_KEYS)
            approval = await read_approval(work.store, known.approval_id, keys)
        return after_asking(known, approval, content, work.at)

    def _as_invocation(self, next: Act | Wait | Ask | Refuse) -> "DirectAttempt":
        """The same attempt under that invocation's id. Policies judge a call that waits for assent
        as if it had the assent, so that nobody is asked about what they would refuse anyway."""
        at = self.caller.received_at
        acts = next if isinstance(next, Act) else Act(None, UNDECIDED, UNDECIDED)
        id = acts.invocation_id or new_id("inv", at)
        deed = self.grant.deed.but(invocation_id=id)
        assent = None
        if acts.approval_id is not None and acts.assented_by is not None:
            named = {"approval_id": acts.approval_id, "assented_by": acts.assented_by}
            assent = Assent(content_hash="", **named)
        grant = self.grant.but(deed=deed, assent=assent)
        return replace(self, grant=grant, body=self.body.but(invocation_id=id))

    async def _tried(self, work: Command) -> tuple[Invocation | None, Invocation, Refusal | None]:
        """What is recorded under the id, unless it was refused; the call as it is asked for now,
        and why it may not act."""
        call = self._call(work)
        known, refusal, decision = await admit(work, call, self.grant)
        if known is not None and known.status != "refused":
            return known, call, None
        attempt = 1 if known is None else known.attempt + 1
        return None, call.but(decision=decision, attempt=attempt), self.why_not(refusal)

    async def _ended(self, outcome: Outcome) -> DirectCallView:
        call, done = outcome

        async def use_case(work: Command) -> DirectCallView:
            answer_again()
            await work.prefetch((INVOCATIONS, call.invocation_id), (DIRECT_CALLS, self.id))
            known = await work.find(INVOCATIONS, call.invocation_id)
            if known is None or known.status not in ("intended", "doubtful") or known.settled_by:
                return DirectCallView.of(known or call)
            if not call.waits:
                await work.save(*ended(await work.find(DIRECT_CALLS, self.id), call))
            return await self._reported(work, call, done)

        return await RUN.command(self.caller, use_case, DirectCallView)


def _counted(budget: Budget, operation: str, verdict: Verdict) -> tuple[Transition[Budget], ...]:
    """The day's calls with this one, where its right limits them."""
    if isinstance(verdict, Denied) or verdict.per_day is None:
        return ()
    calls = {**budget.calls, operation: budget.calls.get(operation, 0) + 1}
    return (Transition(budget.but(calls=calls)),)
