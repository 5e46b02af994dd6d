"""What a guarded function asks, what it refuses before it asks, and what it leaves."""

import json
from dataclasses import replace
from io import StringIO
from typing import Any

import httpx
import pytest

from shared.sdk import (
    AnotherContent,
    Assent,
    AsyncAssent,
    NotAssented,
    Pending,
    Unreadable,
    guard,
)
from shared.sdk.canonical import digest
from shared.sdk.cli.approvals import _agreed, _checked, describe
from shared.sdk.cli.wrong_input import WrongInput
from shared.sdk.generated.models import ApprovalDetail, RunView, Subject
from shared.sdk.questions import Question, Terms

TERMS = Terms(
    kind="financial",
    effect="pay",
    summary="Refund {order}",
    subject=("order", "{order}"),
    rollback_plan="Charge {order} again.",
    amount_usd_micros="amount",
    leave_out=frozenset({"connection"}),
    evidence=(),
)
ASKED: dict[str, Any] = {
    "kind": "financial",
    "summary": "Refund {order}",
    "subject": ("order", "{order}"),
    "rollback_plan": "Charge it again.",
}


def refund(order: str, amount: int = 5, connection: object = None) -> None: ...


def nobody(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"{request.url} was called")


CLIENT = Assent("https://assent.example", "ak_x", transport=httpx.MockTransport(nobody))


def question(*args: Any, **kwargs: Any) -> Question:
    return Question.of(TERMS, refund, args, kwargs)


def card(status: str = "approved", content: Any = None, **more: Any) -> ApprovalDetail:
    known: dict[str, Any] = {
        **dict.fromkeys(ApprovalDetail.model_fields),
        "id": "apr_x",
        "status": status,
        "decision_hash": question("o-1").hash,
        "decided_by": "gala",
        "signature": "e30..x",
        "content": content,
        "risk": "high",
        "subject": Subject.model_construct(type="order", id="o-1", name="o-1"),
    }
    return ApprovalDetail.model_construct(**{**known, **more})


def test_the_content_names_the_function_and_every_argument_that_is_not_left_out() -> None:
    asked = question("o-1", connection=object())
    assert asked.content == {
        "function": f"{__name__}.refund",
        "arguments": {"order": "o-1", "amount": 5},
    }
    assert asked.request["subject"] == {"type": "order", "id": "o-1"}
    assert asked.request["amount_usd_micros"] == 5
    assert asked.hash == question(order="o-1", amount=5).hash == digest(asked.content)
    assert asked.hash != question("o-1", 6).hash


def test_what_is_asked_does_not_change_while_somebody_waits() -> None:
    items = ["a"]
    asked = Question.of(replace(TERMS, amount_usd_micros=None), refund, (items,), {})
    before = asked.hash
    items.append("b")
    assert asked.hash == before


def test_arguments_that_cannot_be_shown_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"argument order: object is no JSON.*leave_out"):
        question(object())
    with pytest.raises(TypeError, match="argument amount"):
        question("o-1", float("nan"))
    with pytest.raises(TypeError, match="missing"):
        question()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"summary": "Refund {ordre}"}, "names no argument"),
        ({"summary": "Refund {"}, "names no argument"),
        ({"amount_usd_micros": "sum"}, "no argument 'sum'"),
        ({"leave_out": ["conn"]}, "no argument 'conn'"),
        ({"leave_out": ["order"]}, "names no argument"),
    ],
)
def test_options_that_do_not_fit_are_refused_where_the_function_is_defined(
    wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(TypeError, match=says):
        guard(CLIENT, **{**ASKED, **wrong})(refund)


def test_each_kind_of_function_needs_its_kind_of_client() -> None:
    async def later(order: str) -> None: ...

    with pytest.raises(TypeError, match="of the class AsyncAssent"):
        guard(CLIENT, **ASKED)(later)
    with pytest.raises(TypeError, match="of the class Assent"):
        guard(AsyncAssent("https://assent.example", "ak_x"), **ASKED)(refund)  # type: ignore[arg-type]


def test_a_guarded_function_keeps_its_name_and_its_words() -> None:
    def pay(order: str) -> None:
        """Pays."""

    guarded: Any = guard(CLIENT, **ASKED)(pay)
    assert (guarded.__name__, guarded.__doc__) == ("pay", "Pays.")


@pytest.mark.parametrize("status", ["approved", "auto_approved", "confirmed"])
def test_only_assent_lets_a_call_begin(status: str) -> None:
    receipt = question("o-1").begun(card(status))
    assert (receipt.outcome, receipt.decided_by, receipt.approval_id) == ("begun", "gala", "apr_x")
    assert receipt.arguments_sha256 == digest({"order": "o-1", "amount": 5})


@pytest.mark.parametrize(
    "status",
    [
        *("rejected", "changes_requested", "expired", "cancelled", "vetoed", "overturned"),
        *("reversed", "reversal_failed", "a_word_of_later"),
    ],
)
def test_all_else_does_not(status: str) -> None:
    with pytest.raises(NotAssented, match=status):
        question("o-1").begun(card(status))


@pytest.mark.parametrize("status", ["pending", "deferred", "escalated"])
def test_what_waits_is_pending(status: str) -> None:
    with pytest.raises(Pending, match="apr_x"):
        question("o-1").begun(card(status))


def test_an_approval_of_other_arguments_begins_nothing() -> None:
    with pytest.raises(AnotherContent, match="apr_x"):
        question("o-2").begun(card())


def test_a_receipt_says_how_the_call_ended() -> None:
    begun = question("o-1").begun(card())
    assert begun.returned({"a": 1}).result_sha256 == digest({"a": 1})
    assert begun.returned(object()).result_sha256 is None
    assert (begun.raised(KeyError()).outcome, begun.raised(KeyError()).error) == (
        *("raised", "KeyError"),
    )


def test_a_word_that_this_version_does_not_know_is_passed_on() -> None:
    known = dict.fromkeys(RunView.model_fields)
    numbers = ("depth", "divergences", "done", "held_usd_micros", "spent_usd_micros", "steps")
    texts = ("agent_id", "agent_version", "capsule", "capsule_version", "plan_hash", "run_id")
    said = {
        **known,
        **dict.fromkeys(numbers, 0),
        **dict.fromkeys((*texts, "started_at", "started_by"), "x"),
        "is_undone": False,
        "status": "hibernating",
        "added_later": 1,
    }
    run = RunView.model_validate(said)
    assert run.status == "hibernating"  # type: ignore[comparison-overlap]


class Terminal(StringIO):
    """Somebody who types at a terminal."""

    def isatty(self) -> bool:
        return True


def test_who_decides_at_a_terminal_sees_the_card_and_types_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = {"order": "o-1"}
    seen = card("pending", content, decision_hash=digest(content), summary="Refund\x1b[2J it")
    monkeypatch.setattr("sys.stdin", Terminal("o-1\n"))
    assert _agreed("approve", seen, "") == digest(content)
    said = capsys.readouterr().err
    assert "Refund [2J it" in said
    assert '"order": "o-1"' in said
    for typed in ("", "o-2\n", "y\n", "\n"):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        with pytest.raises(WrongInput, match="nothing was decided"):
            _agreed("approve", seen, "")
    monkeypatch.setattr("sys.stdin", StringIO("o-1\n"))
    with pytest.raises(WrongInput, match="--hash"):
        _agreed("approve", seen, "")
    assert _agreed("approve", seen, "0" * 64) == "0" * 64


def test_a_content_that_is_not_the_one_of_its_hash_is_not_shown() -> None:
    with pytest.raises(Unreadable, match="apr_x"):
        _checked(card("pending", {"order": "o-1"}, decision_hash="0" * 64))
    erased = card("pending", None)
    assert _checked(erased) is erased
    assert "apr_x" in describe(erased)


_ANSWERED: dict[str, Any] = {
    **dict.fromkeys({*ApprovalDetail.model_fields} - {"workspace_id"}),
    **dict.fromkeys(("attachments", "authors", "evidence_files", "files", "grants"), ()),
    **dict.fromkeys(("late", "missing", "votes", "evidence", "matches", "risk_reasons"), ()),
    **dict.fromkeys(("deadline_at", "requested_at"), "2026-03-01T00:00:00.000Z"),
    **dict.fromkeys(("summary", "note", "requested_by", "id"), "x"),
    "kind": "execution",
    "risk": "low",
    "status": "approved",
    "subject": {"type": "order", "id": "x", "name": "x"},
    "on_timeout": "deny",
    "passkey_for": "nothing",
    "needs_answer": False,
    "version": 2,
    "rule": {"kind": "any", "m": None, "of": []},
}


def test_an_argument_that_changes_while_the_call_waits_is_not_acted_on() -> None:
    """Somebody else holds the same object, and changes it before the answer is there."""
    order, ran = {"to": "bob"}, []

    def answers(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            asked.append(digest(json.loads(request.content)["content"]))
        order["to"] = "mallory"
        shown = {**_ANSWERED, "decision_hash": asked[0]}
        return httpx.Response(201 if request.method == "POST" else 200, json=shown)

    asked: list[str] = []
    client = Assent("https://assent.example", "ak_x", transport=httpx.MockTransport(answers))

    @guard(client, kind="execution", summary="Pay", subject=("order", "x"), rollback_plan="None.")
    def pay(order: dict[str, str]) -> None:
        ran.append(order)

    with pytest.raises(AnotherContent, match="changed while the call waited"):
        pay(order)
    assert ran == []
