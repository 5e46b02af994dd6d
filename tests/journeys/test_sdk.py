"""Programs use the SDK: they read lists, write once, wait for people, and guard their functions."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from shared.sdk import (
    AlreadyUsed,
    AnotherContent,
    Assent,
    AsyncAssent,
    NotAssented,
    Pending,
    Receipt,
    Retries,
    StillWaiting,
    guard,
    refusals,
)
from tests.journeys.world import World

pytestmark = pytest.mark.platform

QUICK = Retries(first=0.01, longest=0.05)
PROGRAM = ("approvals:request", "approvals:read", "agents:read")
TERMS: dict[str, Any] = {
    "kind": "financial",
    "effect": "pay",
    "summary": "Refund {order}",
    "subject": ("order", "{order}"),
    "rollback_plan": "Charge {order} again.",
    "amount_usd_micros": "usd_micros",
}


def token(world: World, principal: str, scopes: tuple[str, ...], *roles: str) -> str:
    return world.platform.token(principal, world.tenant, scopes=scopes, roles=roles)


@pytest.fixture
def program(world: World) -> Iterator[Assent]:
    key = token(world, "payroll-bot", PROGRAM, "service_runtime")
    with Assent(world.platform.url, key, retries=QUICK) as client:
        yield client


@pytest.fixture
def governor(world: World) -> Iterator[Assent]:
    scopes = ("approvals:read", "approvals:write")
    with Assent(world.platform.url, token(world, "gala", scopes, "governor")) as client:
        yield client


def decide(governor: Assent, approval_id: str, decision: Any) -> None:
    card = governor.approvals.get(approval_id)
    governor.approvals.decide(
        approval_id, decision=decision, decision_hash=card.decision_hash, note="as agreed"
    )


def meanwhile(governor: Assent, decision: str, then: Callable[[], Any]) -> Any:
    """What the call gives while somebody decides what it asks."""

    def wait_and_decide() -> None:
        for _ in range(200):
            for card in governor.approvals.list(status="pending"):
                decide(governor, card.id, decision)
                return

    other = threading.Thread(target=wait_and_decide)
    other.start()
    try:
        return then()
    finally:
        other.join()


def test_a_list_is_read_page_by_page_and_an_answer_is_a_model(
    world: World, program: Assent
) -> None:
    for number in range(3):
        request = program.approvals.create(
            kind="artifact",
            subject={"type": "page", "id": f"p-{number}"},
            summary="Show a page",
            content={"number": number},
            evidence=[],
            rollback_plan="Take it back.",
        )
        assert request.status == "pending"
        assert request.requested_by == "payroll-bot"
    world.settle()
    found = program.approvals.list(status="pending", limit=2)
    assert [len(page) for page in found.pages()] == [2, 1]
    assert [each.subject.id for each in found] == ["p-2", "p-1", "p-0"]
    assert found.page().next_cursor is not None


def test_refusals_are_raised_by_their_code(program: Assent) -> None:
    with pytest.raises(refusals.NotFound) as refused:
        program.approvals.get("apr_01M7WG75NJWTKQJPKRS22KDGS6")
    assert refused.value.status == 404
    assert refused.value.correlation_id
    with pytest.raises(refusals.ScopeMissing):
        program.audit.entries_list().page()
    with pytest.raises(refusals.Invalid) as invalid:
        program.approvals.create(
            kind="artifact",
            subject={"type": "agent", "id": "x"},
            summary="",
            content={},
            evidence=[],
            rollback_plan="",
        )
    assert invalid.value.errors
    assert all(str(each) in str(invalid.value) for each in invalid.value.errors)


def test_a_lost_answer_is_asked_for_again_and_written_once(world: World) -> None:
    lost: list[bytes] = []

    class Losing(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            if request.method == "POST" and len(lost) < 2:
                lost.append(request.headers["Idempotency-Key"].encode())
                answer.read()
                raise httpx.ReadError("the line broke", request=request)
            return answer

    key = token(world, "payroll-bot", PROGRAM, "service_runtime")
    with Assent(world.platform.url, key, retries=QUICK, transport=Losing()) as client:
        made = client.approvals.create(
            kind="artifact",
            subject={"type": "page", "id": "p"},
            summary="Show a page",
            content={},
            evidence=[],
            rollback_plan="Take it back.",
        )
        world.settle()
        assert [each.id for each in client.approvals.list(status="pending")] == [made.id]
    assert len(set(lost)) == 1


def test_a_guarded_function_runs_once_people_assented_to_its_arguments(
    world: World, program: Assent, governor: Assent
) -> None:
    paid: list[tuple[str, int]] = []
    receipts: list[Receipt] = []

    @guard(program, **TERMS, on_receipt=receipts.append, timeout=30)
    def refund(order: str, usd_micros: int = 5_000_000) -> dict[str, str]:
        paid.append((order, usd_micros))
        return {"paid": order}

    assert meanwhile(governor, "approve", lambda: refund("o-1")) == {"paid": "o-1"}
    assert paid == [("o-1", 5_000_000)]
    begun, returned = receipts
    assert (begun.outcome, returned.outcome) == ("begun", "returned")
    assert returned.decided_by == "gala"
    assert returned.signature
    card = governor.approvals.get(returned.approval_id)
    assert card.content["arguments"] == {"order": "o-1", "usd_micros": 5_000_000}
    assert card.amount_usd_micros == 5_000_000
    with pytest.raises(AlreadyUsed):
        refund.after(returned.approval_id, "o-1")
    with pytest.raises(NotAssented, match="rejected by gala: as agreed"):
        meanwhile(governor, "reject", lambda: refund("o-2"))
    assert len(paid) == 1


def test_a_guarded_function_can_ask_now_and_run_later_with_the_same_arguments(
    world: World, program: Assent, governor: Assent
) -> None:
    paid: list[int] = []

    @guard(program, **TERMS, pending="raise", key=lambda order, usd_micros: f"refund-{order}")
    def refund(order: str, usd_micros: int) -> None:
        paid.append(usd_micros)

    with pytest.raises(Pending) as pending:
        refund("o-1", 7)
    with pytest.raises(Pending) as again:
        refund("o-1", 7)
    assert again.value.approval_id == pending.value.approval_id
    with pytest.raises(refusals.IdempotencyKeyReused):
        refund("o-1", 8)
    decide(governor, pending.value.approval_id, "approve")
    with pytest.raises(AnotherContent):
        refund.after(pending.value.approval_id, "o-1", 8)
    assert paid == []
    refund.after(pending.value.approval_id, "o-1", 7)
    assert paid == [7]


def test_waiting_ends_with_what_was_read_last(program: Assent, world: World) -> None:
    asked = program.approvals.create(
        kind="artifact",
        subject={"type": "page", "id": "p"},
        summary="Show a page",
        content={},
        evidence=[],
        rollback_plan="Take it back.",
    )
    with pytest.raises(StillWaiting) as waiting:
        program.approvals.wait_for(asked.id, timeout=0.2)
    assert waiting.value.last.id == asked.id


def test_coroutine_functions_are_guarded_by_the_async_client(
    world: World, governor: Assent
) -> None:
    key = token(world, "payroll-bot", PROGRAM, "service_runtime")

    async def story() -> list[str]:
        async with AsyncAssent(world.platform.url, key) as client:

            @guard(client, **TERMS, timeout=30)
            async def refund(order: str, usd_micros: int) -> str:
                return order

            first, second = await asyncio.gather(refund("o-1", 1), refund("o-2", 2))
            assert [each.subject.id async for each in client.approvals.list(status="decided")]
            return [first, second]

    def approve_both() -> None:
        seen: set[str] = set()
        while len(seen) < 2:
            for card in governor.approvals.list(status="pending"):
                decide(governor, card.id, "approve")
                seen.add(card.id)

    other = threading.Thread(target=approve_both)
    other.start()
    assert asyncio.run(story()) == ["o-1", "o-2"]
    other.join()
