"""Operations that another function does by the token of the call."""

from typing import NamedTuple, TypeVar

from pydantic import BaseModel

from functions.tools.own.act import Act, TargetRefused, Unanswered
from shared.kit.errors import AssentError, NotFound, Unavailable, VersionConflict
from shared.kit.refusal_documents import refusal_in
from shared.runtime.function_calls import post

G = TypeVar("G", bound=BaseModel)


class FunctionRoute(NamedTuple):
    """The route of another function that does the operation within so many seconds; a refusal is
    about the `noun`. Receipts keep the words of refusals that are `plain`; the words of others may
    quote policies, capsules or what was sent."""

    function: str
    path: str
    noun: str
    within_seconds: float
    plain: tuple[type[AssentError], ...] = (NotFound, VersionConflict)


async def ask(act: Act, route: FunctionRoute, body: BaseModel, given: type[G]) -> G:
    """What the function gives for the call: the same however often it is asked. Raises
    TargetRefused for what it refuses, and Unanswered where it may have acted, or may act another
    time."""
    noun, within = route.noun, route.within_seconds
    try:
        answer = await post(route.function, route.path, body, act.token, within_seconds=within)
        if answer.status_code == 200:
            return given.model_validate_json(answer.content)
        refusal = refusal_in(answer.json())
    except (Unavailable, ValueError) as error:
        raise Unanswered(f"it is not known what became of the {noun}") from error
    if refusal.retriable or refusal.http_status >= 500:
        raise Unanswered(f"nothing became of the {noun}: {refusal.detail}")
    why = refusal.detail if isinstance(refusal, route.plain) else refusal.code
    reason = f"the {noun} was refused: {why}"[:500]
    # A full shelf gets room when facts expire, so the call may be repeated.
    repeats = isinstance(refusal, VersionConflict)
    raise TargetRefused(reason, _told(refusal), may_be_repeated=repeats)


def _told(refusal: AssentError) -> str:
    fields = "; ".join(f"{each.field}: {each.message}" for each in refusal.errors[:3])
    return f"{refusal.detail} {fields}".strip()[:1_000]
