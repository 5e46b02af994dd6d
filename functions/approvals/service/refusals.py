"""A refusal reaches what stands approved with the same content unless somebody objects."""

from collections.abc import Iterable

from functions.approvals.aggregates import ACTIVE, PRECEDENTS
from functions.approvals.queries import find_tacit
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import count_false_positive
from functions.approvals.rules.refusals import AT_ONCE, spread, take_back
from functions.approvals.rules.veto import is_false_positive
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.transitions import Transition


async def take_back_same(work: UnitOfWork, decided: Approval) -> list[Approval]:
    """The states of what is taken back in this commit, because somebody whose refusal counts
    refused `decided`; a timer takes back what is left. One read where it was refused."""
    if decided.refused_at is None and decided.spreads_at is None:
        return []
    found = [] if decided.refused_at is None else await find_tacit(work, decided, AT_ONCE)
    steps = take_back(decided, found, work.at)
    await work.save(*steps)
    if next_time := spread(decided, found=len(found), taken=len(steps), at=work.at):
        await work.save(next_time)
    return [step.state for step in steps]


async def count_vetoes(work: UnitOfWork, states: Iterable[Approval]) -> None:
    """Counts one false positive in the refusal's own commit for each precedent whose approvals were
    vetoed; the third deprecates the precedent there."""
    vetoed = (each.precedent_id for each in states if is_false_positive(each))
    for precedent_id in dict.fromkeys(vetoed):
        assert precedent_id is not None
        precedent = await work.find_anywhere(PRECEDENTS, precedent_id)
        assert precedent is not None, "precedents are never deleted"
        step = count_false_positive(precedent, work.at)
        await work.save(step)
        if precedent.status == "active" and step.state.status != "active":
            active = await work.find(ACTIVE, precedent.kind)
            assert active is not None
            await work.save(Transition(active.without(precedent.precedent_id)))
