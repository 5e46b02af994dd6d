"""What must hold after a run, whatever happened in it. Each claim returns what speaks against it.

Plain Python over plain JSON: nothing here or in `claims` knows the platform's code, only what
docs/domain.md and docs/contracts.md promise."""

from collections.abc import Callable, Iterator

from tests.chaos.claims import answers, approvals, cases, log
from tests.chaos.evidence import Evidence, Tenant

CLAIMS: tuple[Callable[[Tenant], Iterator[str]], ...] = (
    log.sequences_have_no_gaps,
    log.causes_are_whole,
    log.stores_and_log_agree,
    log.nothing_is_left_undone,
    log.every_miss_is_audited_once,
    approvals.nothing_is_decided_twice,
    approvals.every_request_is_opened_once,
    approvals.every_veto_is_honoured,
    approvals.every_veto_is_counted,
    approvals.no_ended_precedent_assents,
    approvals.the_governor_sees_what_is,
    cases.nothing_accepted_is_lost,
    cases.cases_stand_beside_their_approvals,
    cases.agents_run_what_was_assented_to,
    cases.the_breaker_trips,
    cases.every_case_ends_as_it_must,
    answers.every_answer_is_true,
    answers.nobody_is_told_of_two_decisions,
)


def contradictions(evidence: Evidence) -> list[str]:
    """Everything that speaks against the platform, by tenant and claim; empty when it kept its
    word."""
    found = [
        f"{tenant.name}, {claim.__name__}: {against}"
        for tenant in evidence.tenants
        for claim in CLAIMS
        for against in claim(tenant)
    ]
    if evidence.rebuilt:
        found.append(f"a rebuild of the projection differs: {evidence.rebuilt}")
    found += [f"a dead letter: {letter}" for letter in evidence.dead_letters]
    return found + [f"a surprise: {each}" for each in evidence.surprises]
