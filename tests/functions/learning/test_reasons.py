"""Reasons of refusals are grouped by what they mean, and none is lost or read that was erased."""

from collections.abc import Mapping
from typing import Any

import pytest

from events.vetoes import VetoReason
from functions.identity.erasing import erase_person
from functions.learning.rules.reasons import (
    MOST_COMPARED,
    MOST_TOLD,
    NEAR,
    Reasons,
    reasons_of,
    refusals_in,
    wordings_of,
)
from functions.learning.service.report import report_on
from shared.approvals.past import PastApproval
from shared.embeddings.embedder import Embedder
from shared.kit.sealing import ERASED
from shared.storage.subject_keys import forget, opened
from tests.benchmarks.reasons import agreement
from tests.functions.approvals.builders import (
    GOVERNOR,
    HOUR,
    MINUTE,
    OTHER_GOVERNOR,
    START,
    another,
)
from tests.functions.approvals.worlds import World
from tests.functions.learning.refusals import CHOSEN_BY, HELD_OUT
from tests.functions.learning.test_report import approval, matched


def refused(number: int, note: str, decision: str = "reject", **fields: Any) -> PastApproval:
    return approval(number, status="rejected", decision=decision, note=note, **fields)


def grouped(*approvals: PastApproval, knows: bool = True) -> Reasons:
    refusals = [each._replace(reason=each.stored) for each in refusals_in(approvals)]
    wordings = wordings_of(refusals)
    vectors = Embedder.load().embed_all(list(wordings)) if knows else None
    return reasons_of(refusals, wordings, vectors)


@pytest.mark.parametrize("written", [HELD_OUT, {**CHOSEN_BY, **HELD_OUT}])
def test_what_means_the_same_is_in_one_group(written: Mapping[str, tuple[str, ...]]) -> None:
    precision, recall = agreement(written, NEAR)
    assert precision >= 0.95
    assert recall >= 0.80


def test_a_group_is_named_by_the_reason_in_its_middle_and_counts_each_no() -> None:
    veto = VetoReason(category="safety", explanation="There is no backup to go back to.")
    told = grouped(
        refused(5, "", decision="veto", veto_reason=veto),
        refused(4, "Too promotional."),
        refused(3, "Nobody has made a backup before this.", decision="request_changes"),
        refused(2, "There is  no backup to go back to."),
        refused(1, "Without a backup of the data we cannot undo it."),
    )
    first, second = told.groups
    assert (first.reason, first.approval_id) == (veto.explanation, "apr_5")
    assert (first.refusals, first.rejected, first.changes_requested, first.vetoed) == (4, 2, 1, 1)
    assert (second.reason, second.refusals, told.by) == ("Too promotional.", 1, "meaning")


def test_the_order_of_the_refusals_changes_no_group() -> None:
    some = [refused(n, text) for n, text in enumerate(sum(CHOSEN_BY.values(), ()))]
    assert grouped(*some) == grouped(*reversed(some))


def test_only_refusals_of_people_have_reasons() -> None:
    told = grouped(
        approval(1, note="Looks good."),
        refused(2, "It was too late.", capacity="silence"),
        approval(3, None, note="Ask me tomorrow."),
        matched(4),
    )
    assert told == Reasons(by="meaning", groups=(), in_other_groups=0, older=0, without=0, erased=0)


def test_every_refusal_is_counted_somewhere() -> None:
    some = [refused(n, f"Reason {n}.") for n in range(MOST_COMPARED + 7)]
    some += [refused(1_000, "  "), refused(1_001, ""), refused(1_002, ERASED)]
    told = grouped(*some, knows=False)
    assert (told.by, len(told.groups), told.older) == ("wording", MOST_TOLD, 7)
    assert (told.in_other_groups, told.without, told.erased) == (MOST_COMPARED - MOST_TOLD, 2, 1)


async def test_a_report_tells_reasons_but_those_of_erased_people(world: World) -> None:
    said = {
        GOVERNOR: ["There is no backup.", "Make a backup first, then ask again."],
        OTHER_GOVERNOR: ["It reads like an advertisement."],
    }
    number = 0
    for actor, notes in said.items():
        for note in notes:
            number += 1
            at = START + number * MINUTE
            card = await world.ask(at=at, **another(number))
            await world.decide("reject", card, actor, at=at, note=note)

    async def told() -> Reasons:
        caller = world.caller(GOVERNOR, START + HOUR)
        return (await report_on(caller, START, START + HOUR)).reasons

    first, second = (await told()).groups
    assert first.refusals == 2
    # Stored and told sealed; only whoever may read the answer gets it opened.
    assert "backup" not in first.reason
    assert "backup" in await opened(world.store.tenant_id, first.reason)
    assert second.refusals == 1
    await erase_person(world.store, OTHER_GOVERNOR.principal, START + HOUR)
    forget(world.store.tenant_id, OTHER_GOVERNOR.principal)
    left = await told()
    assert ([each.refusals for each in left.groups], left.erased) == ([2], 1)
