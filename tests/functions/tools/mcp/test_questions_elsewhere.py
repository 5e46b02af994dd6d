"""A server asks a person in the middle of a call of an agent elsewhere; the same call brings the
answer."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.tools.aggregates import DIRECT_CALLS
from functions.tools.reactions import HANDLERS
from functions.tools.rules.direct_call import ANSWER_LASTS, DIRECT_CALL_LOST
from shared.kit import clock
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from tests.functions.tools.elsewhere import LEGACY, MODERN, Elsewhere, right
from tests.functions.tools.mcp.asking import MESSAGE, SEAT, booking, question
from tests.functions.tools.mcp.people import NAME, Desk
from tests.functions.tools.mcp.scripted import Script, serving
from tests.functions.tools.worlds import World

BOOK, LISBON = f"{NAME}__book", {"text": "Lisbon"}
GIVEN = {"seat": "aisle", "bags": 1}


@pytest.fixture
def server() -> Iterator[Script]:
    with serving(booking(question(), question(message="And how many bags?"))) as served:
        yield served


@pytest.fixture
async def elsewhere(world: World, desk: Desk, server: Script) -> Elsewhere:
    """An agent that books, which nothing undoes, and drafts alone."""
    found = Elsewhere(world)
    rights = {
        "alone": [right(f"{NAME}/look", "read")],
        "with_approval": [right(f"{NAME}/book", "send")],
        "never": [],
    }
    await found.serves(rights)
    await desk.governed(server.url, {"book": "send", "look": "read"})
    return found


async def _asked(elsewhere: Elsewhere, **options: Any) -> Any:
    """The call, after a person has assented to it and its server has asked."""
    pending = await elsewhere.called(BOOK, LISBON)
    assert "needs_answer" not in pending
    await elsewhere.decide(pending["approval_id"])
    asked = await elsewhere.called(BOOK, LISBON, **options)
    assert (asked["status"], asked["needs_answer"]) == ("pending", True)
    assert asked["approval_id"] != pending["approval_id"]
    return asked


@pytest.mark.parametrize("mode", [MODERN, LEGACY])
async def test_the_same_call_brings_the_answer_from_any_client(
    elsewhere: Elsewhere, server: Script, mode: str
) -> None:
    asked = await _asked(elsewhere, mode=mode)
    event = await elsewhere.question(asked["approval_id"])
    assert event["needs_answer"]
    assert "a stranger's" in event["summary"]
    shown = (await elsewhere.content(event["content_hash"]))["elicitation"]
    assert (shown["message"], shown["requested_schema"]) == (MESSAGE, SEAT)
    # Nobody has answered: nothing is called, and nobody is asked twice.
    again = await elsewhere.called(BOOK, LISBON, mode=MODERN)
    assert (again["approval_id"], server.calls) == (asked["approval_id"], 1)
    await elsewhere.decide(asked["approval_id"], answer=GIVEN)
    second = await elsewhere.called(BOOK, LISBON, mode=MODERN)
    assert (second["status"], second["needs_answer"], server.calls) == ("pending", True, 2)
    assert second["approval_id"] != asked["approval_id"]
    await elsewhere.decide(second["approval_id"], answer={"seat": "window"})
    told = await elsewhere.called(BOOK, LISBON, mode=mode)
    assert (told["status"], server.calls) == ("confirmed", 3), told
    assert '"seat": "window"' in told["output"]["text"]
    (receipt,) = await elsewhere.receipts()
    assert (receipt["outcome"], receipt["assented_by"]) == ("confirmed", "gala")


async def test_a_read_is_answered_and_names_who_did(
    world: World, desk: Desk, server: Script
) -> None:
    reads = Elsewhere(world)
    await reads.serves({"alone": [right(f"{NAME}/book", "read")], "with_approval": [], "never": []})
    await desk.governed(server.url, {"book": "read", "look": "read"})
    for _ in range(2):
        asked = await reads.called(BOOK, LISBON)
        assert asked["needs_answer"], asked
        await reads.decide(asked["approval_id"], answer=GIVEN)
    told = await reads.called(BOOK, LISBON)
    assert (told["status"], server.calls) == ("confirmed", 3)
    (receipt,) = await reads.receipts()
    assert receipt["assented_by"] == "gala"
    # It is over: the next call of the same is another one.
    assert (await reads.called(BOOK, LISBON))["needs_answer"]


@pytest.mark.parametrize(("status", "outcome"), [("rejected", "refused"), ("expired", "doubtful")])
async def test_who_refuses_ends_the_call_and_who_says_nothing_leaves_a_doubt(
    elsewhere: Elsewhere, server: Script, status: str, outcome: str
) -> None:
    asked = await _asked(elsewhere)
    await elsewhere.decide(asked["approval_id"], status)
    told = await elsewhere.called(BOOK, LISBON)
    assert (told["status"], server.calls) == (outcome, 1)
    assert asked["approval_id"] in told["reason"]


async def test_an_answer_that_approvals_did_not_sign_goes_nowhere(
    elsewhere: Elsewhere, server: Script
) -> None:
    asked = await _asked(elsewhere)
    await elsewhere.decide(asked["approval_id"], answer=GIVEN, forged=True)
    with pytest.raises(BaseExceptionGroup):
        await elsewhere.called(BOOK, LISBON)
    assert server.calls == 1


async def test_rights_that_are_gone_meanwhile_end_it(elsewhere: Elsewhere, server: Script) -> None:
    asked = await _asked(elsewhere)
    await elsewhere.serves({"alone": [], "with_approval": [], "never": [f"{NAME}/book"]})
    await elsewhere.decide(asked["approval_id"], answer=GIVEN)
    told = await elsewhere.called(BOOK, LISBON)
    assert (told["status"], server.calls) == ("doubtful", 1)
    assert "may never do it" in told["reason"]


async def test_whoever_does_not_come_back_leaves_no_question_behind(
    elsewhere: Elsewhere, server: Script, later: Callable[[timedelta], object]
) -> None:
    asked = await _asked(elsewhere)
    event = await elsewhere.question(asked["approval_id"])
    later(ANSWER_LASTS + timedelta(seconds=1))
    id, now = event["direct_call_id"], clock.now()
    due = Timer(DIRECT_CALL_LOST, f"direct_call/{id}", now)
    await HANDLERS[due.type](timer_event("tools", elsewhere.world.tenant, due, now))
    (withdrawn,) = await elsewhere.events("assent.direct_call.withdrawn.v1")
    assert withdrawn["ends"] == asked["approval_id"]
    (receipt,) = await elsewhere.receipts()
    assert receipt["outcome"] == "doubtful"
    document = await elsewhere.world.store.get(DIRECT_CALLS.collection, id)
    assert document is not None
    # A person settles the doubt before the same call is made again.
    assert (DIRECT_CALLS.state_in(document.data).status, server.calls) == ("acting", 1)
