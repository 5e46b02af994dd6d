"""What the console signs is what the platform verifies: both are held against the same file, which
`tests/mobile_api/console/decision.test.ts` reads too."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody
from functions.approvals.rules.signatures import statement
from shared.kit.canonical import canonical_json

CASES = json.loads((Path(__file__).parents[3] / "mobile_api/console/statements.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["choice"]["verb"])
def test_a_statement_is_byte_for_byte_what_the_console_signs(case: dict[str, Any]) -> None:
    choice, about = case["choice"], case["about"]
    said = {
        "client_decision_id": choice["id"],
        "decision_hash": about["decisionHash"],
        "seen_version": about["seenVersion"],
        "read_ms": about["readMs"],
    }
    body: DecisionBody | GovernorVetoBody
    if choice["verb"] == "veto":
        words = {"reason_category": choice["category"], "explanation": choice["words"]}
        body = GovernorVetoBody.model_validate({**said, **words})
    else:
        words = {"decision": choice["verb"], "note": choice["words"]}
        body = DecisionBody.model_validate({**said, **words})
    stated = statement(about["tenant"], about["approvalId"], body)
    assert canonical_json(stated.said).decode() == case["statement"]
    assert stated.challenge.hex() == case["challenge"]
