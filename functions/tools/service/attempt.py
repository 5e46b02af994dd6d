"""One attempt at a call: it is allowed, acts once, and its outcome is recorded."""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

from events.invocations import InvocationBody, InvocationView
from events.operations import OPERATIONS, OperationDefinition
from functions.tools.aggregates import INVOCATIONS, RUN
from functions.tools.own.act import (
    Act,
    AsksPerson,
    AtWork,
    Done,
    NotReached,
    NotTaken,
    TargetRefused,
    Unanswered,
)
from functions.tools.rules.elicitation import Reply, goes_on, unanswered
from functions.tools.rules.invocation import (
    MOST_OUTPUT_BYTES,
    Invocation,
    answered,
    confirmed,
    doubtful,
    intended,
    refused,
    view_of,
)
from functions.tools.rules.shapes import wrong_arguments, wrong_output
from functions.tools.rules.task import Poll, is_at_work
from functions.tools.service.admission import Before, Refusal, admit
from functions.tools.service.replies import reply_to
from functions.tools.service.room import note_room
from functions.tools.service.served_operations import (
    ServedOperation,
)
from functions.tools.service.waits import polled, waits
from functions.tools.skills.run import why_not_full
from shared.aggregates import Command, Transition
from shared.capabilities.grants import Grant
from shared.kit.callers import Caller
from shared.kit.canonical import canonical_json
from shared.kit.errors import Unavailable
from shared.policy.authorization import answer_again
from shared.runtime.keeping import keeping_of_caller

# A call whose turn comes later than this after its intent does not act: `UNDER_WAY` after the
# intent callers are told that it is doubtful, and nothing may act after that.
BEGINS_WITHIN_SECONDS = 5.0
NOTHING = Done(None)

# A call as it ended, and what its end publishes.
Outcome = tuple[Invocation, Done]


class Begun(NamedTuple):
    """The record that answers the attempt, where there is one; else the call as it is asked for
    now, with the `refusal` where it may not act, and the `reply` to its server where it goes on."""

    known: Invocation | None
    call: Invocation
    refusal: Refusal | None = None
    reply: Reply | None = None


@dataclass(frozen=True)
class Attempt:
    """An attempt at one call that a verified token, or a key, allows."""

    caller: Caller
    grant: Grant
    body: InvocationBody
    by: ServedOperation
    before: Before | None = field(default=None, kw_only=True)
    token: str = field(default="", kw_only=True, repr=False)

    @property
    def definition(self) -> OperationDefinition:
        """The operation as it is defined now."""
        return self.by.definition

    async def at_once(self) -> InvocationView:
        """Acts, then commits once. A crash between the two repeats the act under the same key, or
        repeats what the same commit stores."""

        async def use_case(work: Command) -> InvocationView:
            known, call, refusal, reply = await self._begun(work)
            if known is not None:
                return view_of(known)
            if refusal is None:
                try:
                    done = await self._acted(call, reply)
                    return await self._saved(work, *self._confirmed(call, done))
                except (AsksPerson, AtWork) as error:
                    return await self._saved(work, self.waits(call, error))
                except TargetRefused as error:
                    refusal = Refusal(str(error), error.detail, error.may_be_repeated)
                except NotTaken as error:
                    return await self._saved(work, doubtful(call, str(error), work.at))
                except (NotReached, Unanswered) as error:
                    raise Unavailable(f"{self.body.operation}: {error}") from error
            return await self._saved(work, self.refused(call, refusal))

        return await RUN.command(self.caller, use_case, InvocationView)

    async def by_intent(self) -> InvocationView:
        """Commits the intent, acts, commits the outcome. An attempt that finds an intent without an
        outcome never acts."""
        intents: list[tuple[Invocation, Reply | None]] = []

        async def intend(work: Command) -> InvocationView:
            intents.clear()
            known, call, refusal, reply = await self._begun(work)
            if known is not None:
                return view_of(known)
            if refusal is not None:
                return await self._saved(work, self.refused(call, refusal))
            intents.append((call, reply))
            return await self._saved(work, call)

        answer = await RUN.command(self.caller, intend, InvocationView)
        if not intents:
            return answer
        began = time.monotonic()
        return await self._concluded(await self.outcome(*intents[0], began=began))

    async def outcome(
        self, call: Invocation, reply: Reply | None = None, *, began: float
    ) -> Outcome:
        """Acts, unless the intent was stored too long ago, at `began`; says what became of the
        call. Raises nothing but what ends the task."""
        try:
            if time.monotonic() - began > BEGINS_WITHIN_SECONDS:
                raise NotReached("its turn came too late")
            return self._confirmed(call, await self._acted(call, reply))
        except (AsksPerson, AtWork) as error:
            return self.waits(call, error), NOTHING
        except TargetRefused as error:
            at = self.caller.received_at
            return refused(call, str(error), at, detail=error.detail), NOTHING
        except NotReached as error:
            late = refused(call, str(error), self.caller.received_at, may_be_repeated=True)
            return late, NOTHING
        except Unanswered as error:
            return doubtful(call, str(error), self.caller.received_at), NOTHING

    async def _concluded(self, outcome: Outcome) -> InvocationView:
        call, done = outcome

        async def use_case(work: Command) -> InvocationView:
            answer_again()
            known = await work.find(INVOCATIONS, call.invocation_id)
            if known is None or known.token_id != call.token_id or known.settled_by is not None:
                return view_of(known or call)
            return await self._saved(work, call, done)

        return await RUN.command(self.caller, use_case, InvocationView)

    async def _begun(self, work: Command) -> Begun:
        call, body = self.intended(work), self.body
        is_tried = body.approval_id is not None and not body.gives_up
        known, refusal, decision = await admit(
            work, call, self.grant, self.before, goes_on=is_tried
        )
        call = call.but(decision=decision)
        if known is not None and known.waits:
            return await self._answered(work, known, call, refusal)
        if known is not None and is_at_work(known):
            return Begun(await self._polled(work, known), call)
        if known is not None:
            answer = answered(known, self.grant.token_id, work.at)
            if answer is not None:
                if answer.status == "doubtful" != known.status:
                    await work.save(Transition(answer))
                return Begun(answer, call)
        return Begun(None, call, self.why_not(refusal))

    async def _answered(
        self, work: Command, known: Invocation, call: Invocation, refusal: Refusal | None
    ) -> Begun:
        """A call whose server asked a person: it goes on with the answer, still waits, or has
        ended."""
        body = self.body
        found = await reply_to(work, known, body.approval_id, gives_up=body.gives_up)
        if isinstance(found, Reply):
            refusal = self.why_not(refusal)
            if refusal is None:
                return Begun(None, goes_on(known, call), None, found)
            found = unanswered(known, refusal.reason, work.at)
        if found != known:
            await work.save(Transition(found))
        return Begun(found, call)

    async def _polled(self, work: Command, known: Invocation) -> Invocation:
        """The call as its server, which goes on with it, says now; saves what is new."""

        async def ask(known: Invocation, poll: Poll) -> Invocation:
            call, _ = self._confirmed(known, await self._acted(known, poll))
            return call

        refusal, gives_up = self.by.refusal, self.body.gives_up
        cannot = refusal.reason if refusal is not None else None
        found = await polled(known, work.at, ask, cannot=cannot, gives_up=gives_up)
        if found != known:
            await work.save(Transition(found))
        return found

    def waits(self, call: Invocation, error: AsksPerson | AtWork) -> Invocation:
        """The call goes on later, where a step of a run waits for it."""
        right = self.grant.right
        is_awaited = right.purpose == "act" and bool(right.run_id)
        return waits(call, error, self.caller.received_at, is_awaited=is_awaited)

    def intended(self, work: Command) -> Invocation:
        """The call as this attempt asks for it."""
        call = intended(self.body, self.grant, self.definition, work.at)
        return call.but(credential=self.by.credential, target_labels=self.by.labels)

    def why_not(self, refusal: Refusal | None) -> Refusal | None:
        """Why the call may not act: a refusal from before, that of its connector, or wrong
        arguments."""
        refusal = refusal or self.by.refusal
        off = why_not_full(self.caller.control, self.body.operation, self.body.arguments)
        if refusal is None and off is not None:
            refusal = Refusal(off, may_be_repeated=True)
        wrong = wrong_arguments(self.definition, self.body.arguments)
        if refusal is None and wrong is not None:
            refusal = Refusal("the arguments are not what the operation takes", wrong)
        return refusal

    async def _acted(self, call: Invocation, reply: Reply | Poll | None = None) -> Done:
        """What the operation gave. Raises what it raises, and Unanswered for an output that its
        schema does not allow: nobody knows what that means."""
        caller = self.caller
        keeping = keeping_of_caller(caller)
        act = Act(caller.tenant_id, call, caller.received_at, reply, keeping, self.token)
        done = await self.by.act(act)
        wrong = wrong_output(self.definition, done.output)
        if wrong is not None:
            raise Unanswered(f"it gave what its operation does not: {wrong}")
        size = len(canonical_json(done.output))
        if size > MOST_OUTPUT_BYTES:
            told = f"it gave {size} bytes; a step keeps {MOST_OUTPUT_BYTES}"
            # Ours give so much only where they did nothing else.
            raise (TargetRefused if call.operation in OPERATIONS else NotTaken)(told)
        return done

    def _confirmed(self, call: Invocation, done: Done) -> Outcome:
        cost = self.definition.price_usd_micros
        at = self.caller.received_at
        return confirmed(call, done.output, cost, at, done.labels), done

    def refused(self, call: Invocation, refusal: Refusal) -> Invocation:
        """The call as refused; as doubtful where an earlier attempt may have acted."""
        at = self.caller.received_at
        if self.body.again and self.definition.effect not in ("read", "draft"):
            return doubtful(call, f"it may have acted before it was refused: {refusal.reason}", at)
        reason, detail, may_be_repeated = refusal
        return refused(call, reason, at, detail=detail, may_be_repeated=may_be_repeated)

    async def _saved(
        self, work: Command, invocation: Invocation, done: Done = NOTHING
    ) -> InvocationView:
        said = Transition(invocation, done.event, fields=done.said, contents=done.contents)
        await work.save(said, *done.made)
        note_room(work, done)
        return view_of(invocation)
