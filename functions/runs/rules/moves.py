"""What a run does next."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from events.invocations import InvocationView
from events.labels import Labels
from events.runs import Failure, Waiting
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.conversation import Conversation
from functions.runs.rules.order import Placed
from functions.runs.rules.prices import ModelTerms
from shared.kit.contents import Content


class Act(NamedTuple):
    """Makes these calls, together."""

    calls: tuple[ConcreteCall, ...]


class Ask(NamedTuple):
    """Waits for a person's assent to exactly these calls of a step. `why` says what they are
    beyond, where a model chose them, or why somebody has to see what the plan does not show.
    `answers`: the id of their one invocation, whose server asks what the content has."""

    calls: tuple[ConcreteCall, ...]
    content: Content
    why: str | None = None
    answers: str | None = None


class Think(NamedTuple):
    """Asks the model of a step for its next turn, in at most so many tokens. `reserved_usd_micros`
    is what that may cost; `is_reserved`: that is committed, so that the model may be asked."""

    placed: Placed
    said: Conversation
    terms: ModelTerms
    most_tokens: int
    reserved_usd_micros: int
    is_reserved: bool


class Delegate(NamedTuple):
    """Waits for the run of another plan, which a step starts. `labels` are those of what decided
    that it does."""

    placed: Placed
    plan_hash: str
    labels: Labels = ()


class HoldMore(NamedTuple):
    """Needs so much more to be held for the run than is, before it goes on."""

    usd_micros: int


class Rest(NamedTuple):
    """Waits until then."""

    step: str | None
    until: datetime


class Halt(NamedTuple):
    """Rests until a person says how it goes on (`paused`), or has failed."""

    status: str
    failure: Failure
    waiting: Waiting | None = None


class Finish(NamedTuple):
    """All steps have ended; this is what the plan gives, with the labels of what that was made
    of."""

    outputs: dict[str, Any]
    labels: Labels = ()


Move = Act | Ask | Think | Delegate | HoldMore | Rest | Halt | Finish


def cost_of(move: Move) -> int:
    """What the run spends with the move, as far as it is known before."""
    if isinstance(move, Act):
        return sum(each.call.price_usd_micros for each in move.calls)
    return move.reserved_usd_micros if isinstance(move, Think) and not move.is_reserved else 0


def failed(step: str | None, code: str, detail: str) -> Halt:
    """The run has failed at that step."""
    return Halt("failed", Failure(step=step, code=code, detail=detail[:1_000]))


def paused(step: str, code: str, detail: str, waiting: Waiting | None = None) -> Halt:
    """The run rests at that step until a person says how it goes on."""
    return Halt("paused", Failure(step=step, code=code, detail=detail[:1_000]), waiting)


def gravity(move: Move) -> int:
    """What comes first where several calls ended differently: a doubt, then what failed."""
    if isinstance(move, Halt):
        return 0 if move.waiting is not None else 1
    return 2


def jitter(invocation_id: str, attempt: int) -> float:
    """Between a half and one and a half: the same for the same try, so that a crash changes
    nothing."""
    digest = hashlib.sha256(f"{invocation_id}|{attempt}".encode()).digest()
    return 0.5 + int.from_bytes(digest[:4], "big") / 2**32


def try_again(call: ConcreteCall, view: InvocationView, attempt: int, at: datetime) -> Rest | Halt:
    """A refused call is tried again where that may help, after a time that doubles."""
    retry = call.placed.step.retry
    if not view.may_be_repeated or attempt >= retry.attempts:
        return failed(call.step, "call_refused", view.reason or "the call was refused")
    seconds = min(retry.backoff_seconds * 2 ** (attempt - 1), 24 * 3600.0)
    return Rest(call.step, at + timedelta(seconds=seconds * jitter(view.invocation_id, attempt)))
