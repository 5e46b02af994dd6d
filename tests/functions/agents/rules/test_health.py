"""Three health checks that can fail: a tampered store, a stranger's signature, a missing agent."""

from datetime import timedelta
from typing import Any

import pytest

from events.agents import Limits
from functions.agents.rules.agent import Agent, Version
from functions.agents.rules.case import CreationCase
from functions.agents.rules.creation import clear_ethics
from functions.agents.rules.decision import accept
from functions.agents.rules.health import health_checks
from functions.agents.rules.stages import with_stage
from shared.kit.signing import sign
from tests.functions.agents.cases import (
    AGENTS_KEY,
    APPROVALS_KEY,
    START,
    STRANGERS_KEY,
    TENANT,
    Around,
    changed,
    contents_of,
    decision,
    stepped,
    submitted,
)
from tests.functions.agents.rules.test_case import live
from tests.functions.agents.specs import spec

DEPENDENT = spec(
    interfaces__depends_on=["source-finder"], way_of_working__outcome="Articles that are read."
)


def assented(case: CreationCase, **altered: Any) -> CreationCase:
    accepted = accept(case, decision(case, **altered))
    assert accepted is not None
    return accepted


def failing(agent: Agent, case: CreationCase, around: Around | None = None) -> list[str]:
    checks = health_checks(agent, case, (around or Around()).surroundings(case))
    assert [check.check for check in checks] == ["signatures", "dependencies", "read_back"]
    assert all((check.remedy and check.path == "") or check.verdict == "fail" for check in checks)
    assert all(check.remedy not in ("", "none") for check in checks if check.verdict == "fail")
    return [check.check for check in checks if check.verdict != "pass"]


def test_what_was_assented_to_and_is_stored_unchanged_is_healthy() -> None:
    agent, case = submitted()
    assert failing(agent, assented(case)) == []


def test_a_case_nobody_assented_to_is_not_deployed() -> None:
    agent, case = submitted()
    assert failing(agent, case) == ["signatures"]


@pytest.mark.parametrize(
    "altered",
    [
        {"approval_id": "apr_other"},
        {"tenant_id": "another"},
        {"decision_hash": "0" * 64},
        {"outcome": "rejected"},
        {"outcome": "vetoed"},
    ],
)
def test_a_signed_decision_that_says_something_else_is_no_assent(altered: dict[str, str]) -> None:
    agent, case = submitted()
    assert failing(agent, assented(case, **altered)) == ["signatures"]


def test_a_decision_signed_by_a_stranger_is_no_assent() -> None:
    agent, case = submitted()
    accepted = accept(case, decision(case, key=STRANGERS_KEY))
    assert accepted is not None
    assert failing(agent, accepted) == ["signatures"]


def test_a_signed_statement_that_is_no_decision_is_no_assent() -> None:
    agent, case = submitted()
    accepted = assented(case)
    assert accepted.asked is not None
    forged = accepted.asked.model_copy(update={"signature": sign({"yes": True}, APPROVALS_KEY)})
    assert failing(agent, accepted.model_copy(update={"asked": forged})) == ["signatures"]


def test_a_stored_spec_that_was_tampered_with_is_not_deployed() -> None:
    agent, case = submitted()
    _, other = submitted(spec(purpose="Draft articles for anybody who asks."))
    tampered = assented(case).model_copy(update={"spec_hash": other.spec_hash})
    assert failing(agent, tampered) == ["signatures", "read_back"]


def test_a_spec_that_was_erased_or_is_another_than_its_hash_names_is_not_deployed() -> None:
    agent, case = submitted()
    unreadable = Around(readable=False)
    assert failing(agent, assented(case), unreadable) == ["signatures", "read_back"]


def test_certifications_of_another_spec_do_not_certify_this_one() -> None:
    agent, case = submitted()
    _, other = submitted(spec(industry="clinics"))
    stolen = assented(case).model_copy(update={"certifications": other.certifications})
    assert failing(agent, stolen) == ["signatures"]


def test_a_stage_without_its_certification_is_not_passed() -> None:
    agent, case = submitted()
    lacking = assented(case).model_copy(update={"certifications": case.certifications[:2]})
    assert failing(agent, lacking) == ["signatures"]
    forged = sign(
        {
            "tenant_id": TENANT,
            "case_id": case.case_id,
            "spec_hash": case.spec_hash,
            "stage": 5,
            "verdict": "passed",
        },
        STRANGERS_KEY,
    )
    assert failing(
        agent, lacking.model_copy(update={"certifications": (*case.certifications[:2], forged)})
    ) == ["signatures"]


@pytest.mark.parametrize(
    "shown",
    [
        {"found": 0},
        {"certification_id": "crt_01KAGQ0000000000000000000A"},
        {"certification_id": None},
        {"finished_at": START + timedelta(days=1)},
        {"status": "skipped"},
        {"status": "failed"},
    ],
)
def test_a_stage_that_shows_other_than_what_was_certified_is_not_passed(
    shown: dict[str, Any],
) -> None:
    agent, case = submitted()
    stages = with_stage(case.stages, 4, **shown)
    altered = assented(case).model_copy(update={"stages": stages})
    assert failing(agent, altered) == ["signatures"]


def test_a_stage_is_not_skipped_because_the_store_says_so() -> None:
    agent, case = submitted()
    stages = with_stage(case.stages, 4, status="skipped", certification_id=None)
    kept = (case.certifications[0], case.certifications[2])
    altered = assented(case).model_copy(update={"stages": stages, "certifications": kept})
    assert failing(agent, altered) == ["signatures"]


def test_a_decision_other_than_the_one_acted_on_is_no_assent() -> None:
    agent, case = submitted()
    accepted = assented(case, version=2)
    assert accepted.asked is not None
    newer = accepted.asked.model_copy(update={"acted_on": 3})
    assert failing(agent, accepted.model_copy(update={"asked": newer})) == ["signatures"]


@pytest.mark.parametrize(
    "run",
    [
        {"mode": "trial"},
        {"budget": Limits(per_run_usd_micros=10**12, per_day_usd_micros=10**12)},
        {"depends_on": ("somebody-else",)},
        {"industry": "finance"},
        {"spec_hash": "0" * 64},
    ],
)
def test_an_agent_runs_exactly_what_its_spec_says(run: dict[str, Any]) -> None:
    agent, case = submitted()
    altered = agent.model_copy(update={"newest": agent.newest.model_copy(update=run)})
    assert failing(altered, assented(case)) == ["read_back"]


def test_a_certified_refusal_is_no_certification() -> None:
    agent, case = submitted()
    refusal = sign(
        {
            "tenant_id": TENANT,
            "case_id": case.case_id,
            "spec_hash": case.spec_hash,
            "stage": 5,
            "verdict": "failed",
        },
        AGENTS_KEY,
    )
    held = assented(case).model_copy(update={"certifications": (*case.certifications, refusal)})
    assert failing(agent, held) == ["signatures"]


def test_a_proposal_needs_no_certification_of_the_stages_it_skips() -> None:
    agent, _ = live(*submitted())
    agent, case = changed(agent, spec(mode="trial"), "proposal", at=START)
    assert [stage.status for stage in case.stages][3:5] == ["skipped", "skipped"]
    assert failing(agent, assented(case)) == []


def test_an_escalated_stage_is_certified_by_the_signed_assent_to_it() -> None:
    agent, case = submitted(spec("finance-pays-alone"))
    agent, case = stepped(agent, clear_ethics(agent, assented(case), contents_of(case), START)).both
    accepted = assented(case)
    assert failing(agent, accepted) == []
    assert accepted.escalation is not None
    unsigned = accepted.escalation.model_copy(update={"signature": None})
    assert failing(agent, accepted.model_copy(update={"escalation": unsigned})) == ["signatures"]
    assert failing(agent, accepted.model_copy(update={"escalation": None})) == ["signatures"]


@pytest.mark.parametrize("status", ["active", "probation"])
def test_an_agent_it_needs_may_be_serving(status: str) -> None:
    agent, case = submitted(DEPENDENT)
    around = Around(neighbours={"source-finder": status})  # type: ignore[dict-item]
    assert failing(agent, assented(case), around) == []


@pytest.mark.parametrize("status", [None, "draft", "certified", "trial", "suspended", "deprecated"])
def test_an_agent_it_needs_that_does_not_serve_stops_the_deployment(status: str | None) -> None:
    agent, case = submitted(DEPENDENT)
    neighbours = {"source-finder": status} if status else {}
    around = Around(neighbours=neighbours)  # type: ignore[arg-type]
    assert failing(agent, assented(case), around) == ["dependencies"]


def test_a_skill_that_was_withdrawn_stops_the_deployment() -> None:
    agent, case = submitted()
    around = Around(known_skills=frozenset({"research", "draft"}))
    checks = health_checks(agent, assented(case), around.surroundings(case))
    assert [check.path for check in checks if check.verdict == "fail"] == ["/skills"]


def test_a_change_judged_against_a_version_that_is_gone_is_not_deployed() -> None:
    agent, _first = live(*submitted())
    agent, case = changed(agent, spec(mode="trial"), "proposal", at=START)
    vetoed = agent.model_copy(update={"deployed": None})
    assert failing(vetoed, assented(case)) == ["read_back"]
    assert failing(agent.model_copy(update={"newest": first_version(agent)}), assented(case)) == [
        "read_back"
    ]


def first_version(agent: Agent) -> Version:
    assert agent.deployed is not None
    return agent.deployed
