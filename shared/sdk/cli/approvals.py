"""`assent approvals`: what waits for people, and their decisions."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from .session import UNSAID, Common, plain, printable, signed_in
from .wrong_input import WrongInput

if TYPE_CHECKING:
    from ..generated.models import ApprovalDetail

app = App(name="approvals", help="See what waits for people, and decide.")
Note = Annotated[str, Parameter(help="Why, for everybody who reads it later.")]
Hash = Annotated[
    str, Parameter(name="--hash", help="The decision hash of the content that you decide about.")
]
COLUMNS = ("id", "risk", "status", "kind", "summary", "deadline_at")


@app.command(name="list")
def list_(
    *,
    status: Literal["pending", "veto_open", "decided"] = "pending",
    common: Common = UNSAID,
) -> None:
    """List approvals, newest first."""
    with signed_in() as client:
        common.table(client.approvals.list(status=status), COLUMNS)


@app.command
def show(approval_id: str, /, *, common: Common = UNSAID) -> None:
    """Show all that a decision needs."""
    with signed_in() as client:
        card = _checked(client.approvals.get(approval_id))
    common.show(card, describe(card))


@app.command
def first(approval_id: str, /, *, common: Common = UNSAID) -> None:
    """Show the sentences to read first: those nearest to what the constitution forbids. They are no
    finding, and may be harmless."""
    with signed_in() as client:
        card = _checked(client.approvals.get(approval_id))
        content = plain(card.content)
        if not isinstance(content, dict):
            raise WrongInput("Parts of it were erased: it has no texts any more.")
        found = client.knowledge.nearest(content=content, subject_type=card.subject.type)
    lines = [f"{found.compared} sentences were compared."]
    if found.not_english:
        lines.append(f"{found.not_english} are in words that the model does not know.")
    for each in found.items:
        lines += ["", each.quote, f"  {each.path}, near to {each.rule.name}: {each.rule.says}"]
    common.show(found, "\n".join(map(printable, lines)))


@app.command
def approve(
    approval_id: str, /, *, hash: Hash = "", note: Note = "", common: Common = UNSAID
) -> None:
    """Approve exactly one content. In a terminal it is shown first; elsewhere --hash names it."""
    _decide("approve", approval_id, hash, note, common)


@app.command
def reject(
    approval_id: str, /, *, hash: Hash = "", note: Note = "", common: Common = UNSAID
) -> None:
    """Reject a request."""
    _decide("reject", approval_id, hash, note, common)


@app.command
def veto(
    approval_id: str,
    /,
    *,
    because: Literal["constitutional", "safety", "budget", "other"],
    note: Note,
    hash: Hash = "",
    common: Common = UNSAID,
) -> None:
    """Veto: reject what is pending, reverse what a precedent approved."""
    with signed_in() as client:
        known = _agreed("veto", _checked(client.approvals.get(approval_id)), hash)
        card = client.vetoes.create(
            approval_id=approval_id,
            decision_hash=known,
            reason_category=because,
            explanation=note,
        )
    common.show(card, f"{card.id} is {card.status}.")


def _decide(
    decision: Literal["approve", "reject"],
    approval_id: str,
    hash: str,
    note: str,
    common: Common,
) -> None:
    with signed_in() as client:
        known = _agreed(decision, _checked(client.approvals.get(approval_id)), hash)
        card = client.approvals.decide(
            approval_id, decision=decision, decision_hash=known, note=note
        )
    common.show(card, f"{card.id} is {card.status}.")


def _checked(card: "ApprovalDetail") -> "ApprovalDetail":
    """The card, whose content has the hash that it says: computed here, and not believed."""
    from ..canonical import digest
    from ..errors import Unreadable

    if card.content is not None and digest(card.content) != card.decision_hash:
        raise Unreadable(f"the content of {card.id} is not the one that its hash names")
    return card


def _agreed(decision: str, card: "ApprovalDetail", hash: str) -> str:
    """The hash that the decision is about. Who sits at a terminal sees the card, and types the name
    of what it is about."""
    if hash:
        return hash
    if not sys.stdin.isatty():
        raise WrongInput(f"Nobody sees what you {decision}: add --hash and its decision hash.")
    print(describe(card), file=sys.stderr)
    name = str(card.subject.name or card.subject.id)
    print(f"Type {printable(name)} to {decision}: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != name:
        raise WrongInput("That is another name: nothing was decided.")
    return card.decision_hash


def describe(card: "ApprovalDetail") -> str:
    """The card for a person: what is asked, by whom, how grave it is, and what silence does."""
    from json import dumps

    said = {
        "approval": card.id,
        "asks": card.summary,
        "about": f"{card.subject.type} {card.subject.name or card.subject.id}",
        "by": card.requested_by,
        "risk": ", ".join([card.risk, *map(str, card.risk_reasons or ())]),
        "effect": card.effect,
        "status": card.status,
        "decided by": card.decided_by,
        "until": f"{card.deadline_at}, then silence means {card.on_timeout}",
        "to undo": card.rollback_plan,
        "hash": card.decision_hash,
    }
    lines = [f"{name + ':':<12}{printable(str(each))}" for name, each in said.items() if each]
    content = dumps(plain(card.content), indent=2, sort_keys=True)
    return "\n".join([*lines, "content:", *map(printable, content.splitlines())])
