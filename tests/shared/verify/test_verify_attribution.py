"""Who counts an entry and who verifies it read the same time and the same subject from its text, by
rules that share no code."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.receipts import AnyReceipt, CallReceipt, ModelAsked, ProgramReceipt, receipt_id_of
from events.receipts import statement as statement_of
from functions.audit.rules.evidence import new_entry
from functions.audit.rules.receipts import ACTION
from shared.kit.canonical import canonical_json
from shared.kit.instants import format_instant
from shared.usage.measuring import Files, Noted, counted
from shared.usage.slabs import opened, sealed
from shared.verify.entries import EntryVerified, acted

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
STARTED = "assent.run.started.v1"
HASH = "0" * 64
ACTORS = ("", "usr_ada", "service:runs", " ada\tlovelace ", "a\u2003b\x1fc\x85d", "Zo\u00eb\n\n")
AFTER = (0, 1, 7, 999, 86_399_999)


def both(action: str, body: str) -> tuple[tuple[int, str], tuple[int, str]]:
    """When and who, as it is counted and sealed, and as it is verified."""
    [event], _ = counted([Noted(1, "evt_1", action, body)], Files())
    [kept] = opened(sealed([event]).content)
    verified = acted(EntryVerified("log", 1, "acme", "evt_1", body, ()))
    return (kept.at, kept.subject), (verified.at, verified.subject)


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("after", AFTER)
def test_of_an_event(actor: str, after: int) -> None:
    at = NOON + timedelta(milliseconds=after)
    named = {"actorid": actor} if actor else {}
    said = {"id": "evt_1", "type": STARTED, "subject": "run/1", "time": format_instant(at)}
    entry = new_entry({**said, "tenantid": "acme", **named}, "{}")
    assert (entry.at, entry.actor) == (format_instant(at), actor)
    counts, verifies = both(STARTED, entry.body)
    assert counts == verifies == (1_795_176_000_000 + after, " ".join(actor.split()))


def receipt(kind: type[AnyReceipt], who: str, at: datetime, **more: Any) -> AnyReceipt:
    values = {
        "receipt_id": receipt_id_of("inv_1", "confirmed"),
        "invocation_id": "inv_1",
        "operation": "crm/add",
        "outcome": "confirmed",
        "at": at,
        "arguments_sha256": HASH,
        **more,
    }
    field = "agent_id" if kind is CallReceipt else "called_by"
    return kind.model_validate({**values, field: who})


@pytest.mark.parametrize("who", [each for each in ACTORS if each])
@pytest.mark.parametrize("after", AFTER)
def test_of_a_receipt(who: str, after: int) -> None:
    at = NOON + timedelta(milliseconds=after)
    asked = ModelAsked(name="house", route="default", tokens_in=7)
    for each in (
        receipt(CallReceipt, who, at, agent_version="1"),
        receipt(CallReceipt, who, at, agent_version="1", on_behalf_of="usr_eve"),
        receipt(ProgramReceipt, who, at, model=asked),
    ):
        body = canonical_json(statement_of(each, "acme")).decode()
        counts, verifies = both(ACTION, body)
        assert counts == verifies == (1_795_176_000_000 + after, " ".join(who.split()))
        assert each.actor == who
