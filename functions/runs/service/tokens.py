"""The capability tokens of a run, each for one call."""

from datetime import datetime

from events.invocations import invocation_id
from events.model_questions import ModelQuestionBody
from events.operations import COMPLETE, OPERATIONS
from events.plan_content import PlanStep, RoutePart
from functions.runs.aggregates import APPROVALS_KEYS, SIGNING_KEY
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Above, Assented, Run
from shared.capabilities.grants import LONGEST_LIFE, Deed, History, Part, Purpose, Right
from shared.capabilities.keys import public_key
from shared.capabilities.minting import hand_down, mint, mint_base, name_deed
from shared.capabilities.reading import parse, token_ids_of
from shared.kit.canonical import content_hash
from shared.storage.secrets import public_keys, signing_key

NOTHING_BEFORE = History()


def invocation_id_of(run: Run, call: ConcreteCall) -> str:
    """The same id for the same run, step, iteration and arguments, for ever. A call of a replay is
    that of the run that it repeats."""
    operation = call.call.operation
    return invocation_id(
        run.replay_of or run.run_id, call.step, call.iteration, operation, call.arguments
    )


async def base_token(run: Run, tenant_id: str, hash: str) -> tuple[str, str]:
    """A token that acts nowhere until `approvals` assents to the content with that hash, and its
    id; its right is that of the run that somebody started."""
    keys = await public_keys(APPROVALS_KEYS)
    right, key = _right(run, tenant_id), await signing_key(SIGNING_KEY)
    token = mint_base(right, hash, key, approvals=keys)
    return token, token_ids_of(right, parse(token, (public_key(key),)))[0]


async def token_for(
    run: Run,
    call: ConcreteCall,
    tenant_id: str,
    now: datetime,
    purpose: Purpose = "act",
    history: History = NOTHING_BEFORE,
) -> str:
    """The token for one call, valid for 300 seconds. Where somebody had to assent, it is made of
    the one with the assent in it; a sub-run's, of one for the run that somebody started."""
    deed = Deed(
        step=call.step,
        iteration=call.iteration,
        operation=call.call.operation,
        invocation_id=invocation_id_of(run, call),
        arguments_sha256=content_hash(call.arguments),
        expires_at=now + LONGEST_LIFE,
        history=history.but(labels=call.labels),
        # What is our own changes with the release; a connector, whenever somebody changes it.
        pin="" if call.call.operation in OPERATIONS else call.call.pin,
    )
    return await _signed(run, call.placed.step, deed, tenant_id, now, purpose)


async def token_of_question(
    run: Run,
    step: PlanStep,
    route: RoutePart,
    body: ModelQuestionBody,
    tenant_id: str,
    now: datetime,
) -> str:
    """The token for one question to the tenant's own model, which is the one that the plan has."""
    deed = Deed(
        step=step.id,
        operation=COMPLETE,
        invocation_id=body.question_id,
        arguments_sha256=content_hash(body.arguments),
        expires_at=now + LONGEST_LIFE,
        pin=route.sha256,
    )
    return await _signed(run, step, deed, tenant_id, now)


async def _signed(
    run: Run, step: PlanStep, deed: Deed, tenant_id: str, now: datetime, purpose: Purpose = "act"
) -> str:
    key, given = await signing_key(SIGNING_KEY), _assent(run, step)
    if given is not None:
        token = name_deed(given.token, deed, key, now=now)
    else:
        token = mint(_right(run, tenant_id, purpose), deed, key, now=now)
    return hand_down(token, _parts(run), key)


def _assent(run: Run, step: PlanStep) -> Assented | None:
    return {"plan": run.plan_assent, "step": run.step_assent}.get(step.assent)


def _right(run: Run, tenant_id: str, purpose: Purpose = "act") -> Right:
    top = run.above[0] if run.above else run
    return Right(
        tenant_id=tenant_id,
        workspace_id=run.workspace_id,
        run_id=run.replay_of or top.run_id,
        plan_hash=top.plan_hash,
        agent_id=top.agent_id,
        agent_version=top.agent_version,
        purpose="replay" if run.replay_of else purpose,
    )


def _parts(run: Run) -> list[Part]:
    """Each run from the one that somebody started down to this one, without the first."""
    below: list[Above | Run] = [*run.above[1:], run] if run.above else []
    return [
        Part(
            above=above.run_id,
            run_id=each.run_id,
            plan_hash=each.plan_hash,
            agent_id=each.agent_id,
            agent_version=each.agent_version,
        )
        for above, each in zip(run.above, below, strict=True)
    ]
