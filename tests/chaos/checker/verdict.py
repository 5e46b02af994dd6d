"""What must hold after a run, whatever happened in it. Each claim returns what speaks against it.

Plain Python over plain JSON: nothing here knows the platform's code, only what docs/domain.md and
docs/contracts.md promise."""

from collections.abc import Callable, Iterator

from tests.chaos.checker.claims import (
    answers,
    approvals,
    assents,
    audit,
    cases,
    effects,
    leases,
    log,
    projection,
    runs,
    signed,
    vetoes,
)
from tests.chaos.checker.evidence import Evidence, Tenant

CLAIMS: tuple[Callable[[Tenant], Iterator[str]], ...] = (
    log.sequences_have_no_gaps,
    log.causes_are_whole,
    log.stores_and_log_agree,
    log.nothing_is_left_undone,
    approvals.nothing_is_decided_twice,
    approvals.every_request_is_opened_once,
    vetoes.every_veto_is_honoured,
    vetoes.every_veto_that_was_accepted_stands,
    vetoes.every_veto_is_counted,
    vetoes.no_ended_precedent_assents,
    cases.nothing_accepted_is_lost,
    cases.cases_stand_beside_their_approvals,
    cases.agents_run_what_was_assented_to,
    cases.the_breaker_trips,
    cases.every_case_ends_as_it_must,
    answers.every_card_told_is_in_the_log,
    answers.nobody_is_told_of_two_decisions,
    answers.the_same_call_has_the_same_answer,
    answers.every_refusal_is_true,
    answers.every_accepted_command_is_in_the_log,
    projection.the_governor_sees_every_approval,
    projection.the_governor_sees_every_agent,
    audit.all_evidence_is_audited_once,
    audit.the_chain_is_whole,
)
# Of governed runs, which others than cases ask for approvals of.
RUN_CLAIMS: tuple[Callable[[Tenant], Iterator[str]], ...] = (
    log.sequences_have_no_gaps,
    log.causes_are_whole,
    log.stores_and_log_agree,
    log.nothing_is_left_undone,
    approvals.nothing_is_decided_twice,
    effects.every_addition_is_counted_once,
    effects.every_line_is_written_at_most_once,
    effects.every_doubt_is_noticed,
    effects.receipts_match_their_calls,
    runs.every_run_ends,
    runs.every_run_ends_as_it_must,
    runs.budgets_add_up,
    assents.every_call_has_its_assent,
    assents.no_assent_is_for_two_runs,
    runs.the_same_command_is_one_command,
    answers.nobody_is_told_of_two_decisions,
    projection.the_governor_sees_every_approval,
    audit.all_evidence_is_audited_once,
    audit.the_chain_is_whole,
)
# Of all tenants together.
PLATFORM_CLAIMS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    leases.leases_add_up,
    leases.no_tenant_spends_what_it_did_not_take,
    leases.each_threshold_is_told_once,
)
SIGNED: tuple[Callable[[Tenant, signed.Keys], Iterator[str]], ...] = (
    signed.every_decision_is_signed,
    signed.every_hash_is_of_its_content,
    signed.every_certification_is_signed,
)


def contradictions(evidence: Evidence) -> list[str]:
    """Everything that speaks against the platform, by tenant and claim; empty when it kept its
    word."""
    found = [f"trouble: {trouble}" for trouble in evidence.troubles]
    for tenant in evidence.tenants:
        for claim in RUN_CLAIMS if tenant.run_ends else CLAIMS:
            found += [f"{tenant.name}, {claim.__name__}: {each}" for each in claim(tenant)]
        for check in SIGNED:
            against = check(tenant, evidence.keys)
            found += [f"{tenant.name}, {check.__name__}: {each}" for each in against]
    for of_all in PLATFORM_CLAIMS if any(each.run_ends for each in evidence.tenants) else ():
        found += [f"the platform, {of_all.__name__}: {each}" for each in of_all(evidence)]
    if evidence.rebuilt:
        found.append(f"a rebuild of the projection differs: {evidence.rebuilt}")
    if evidence.dead_letters:
        found.append(f"dead letters: {evidence.dead_letters}")
    return found + [f"a surprise: {each}" for each in evidence.surprises]
