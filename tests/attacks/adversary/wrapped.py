"""Faults that take more than one name for another: the real rule, wrapped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.agents.rules import agent as agents
from functions.agents.rules import decision as deciding
from functions.agents.rules import deployment, health, withdrawal
from functions.approvals.rules import (
    commands,
    decision_refusals,
    decisions,
    matches,
    opening,
    policy,
    quorum,
    requests,
    silence,
    standing,
    veto,
)
from shared.kit.errors import Forbidden

Fault = Callable[[pytest.MonkeyPatch], None]
WRAPPED: dict[str, Fault] = {}


def fault(seeded: Fault) -> Fault:
    """Lists it under its name."""
    WRAPPED[seeded.__name__] = seeded
    return seeded


def nothing(*_: Any, **__: Any) -> Any:
    return ()


@fault
def the_requester_chooses_the_rule(patch: pytest.MonkeyPatch) -> None:
    real = opening._terms

    def terms(request: Any, held: Any) -> Any:
        return replace(real(request, held), rule=request.added_rule or real(request, held).rule)

    patch.setattr(opening, "_terms", terms)


@fault
def the_requester_chooses_the_clock(patch: pytest.MonkeyPatch) -> None:
    real = policy.deadline_of
    patch.setattr(
        opening,
        "deadline_of",
        lambda terms, asked: timedelta(seconds=asked) if asked else real(terms, None),
    )


@fault
def silence_approves_for_anybody(patch: pytest.MonkeyPatch) -> None:
    real = policy.terms_for
    patch.setattr(
        opening,
        "terms_for",
        lambda held, **asked: replace(
            real(held, **asked), silence_approves=asked["kind"] == "artifact"
        ),
    )


@fault
def a_deadline_of_a_minute_makes_the_governor_absent(patch: pytest.MonkeyPatch) -> None:
    real = silence._decide_by_silence

    def decide(approval: Any, at: Any) -> Any:
        return real(approval.model_copy(update={"had_default_time": True}), at)

    patch.setattr(silence, "_decide_by_silence", decide)


@fault
def who_delegates_votes_too(patch: pytest.MonkeyPatch) -> None:
    def own(approval: Any, actor: Any) -> Any:
        return quorum.places_for(approval.rule, actor.principal, actor.roles)

    patch.setattr(standing, "own_places", own)
    patch.setattr(standing, "was_voted_for", lambda *_: False)
    real = standing.usable_grant

    def usable(approval: Any, actor: Any) -> Any:
        return real(approval.model_copy(update={"votes": ()}), actor)

    patch.setattr(standing, "usable_grant", usable)


@fault
def a_deputy_decides_what_is_constitutional(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(commands, "_passing_errors", lambda *_: [])
    real_grant, real_places = standing.usable_grant, standing.governor_places
    milder = {"kind": "execution"}
    patch.setattr(
        standing, "usable_grant", lambda a, who: real_grant(a.model_copy(update=milder), who)
    )
    patch.setattr(
        standing, "governor_places", lambda a, who: real_places(a.model_copy(update=milder), who)
    )


@fault
def one_voter_fills_every_place(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        quorum,
        "filled",
        lambda votes, places_of: {p: vote.principal for vote in votes for p in places_of(vote)},
    )


@fault
def whoever_was_added_need_not_be_asked(patch: pytest.MonkeyPatch) -> None:
    real = quorum.missing_places
    patch.setattr(decisions, "missing_places", lambda rule, _, votes: real(rule, None, votes))


@fault
def whoever_is_asked_breaks_the_glass(patch: pytest.MonkeyPatch) -> None:
    def admit(approval: Any, verb: Any, actor: Any, *, took_over: bool, alone: bool) -> Any:
        standing.refuse_own_assent(approval, actor)
        breaks = verb == "break_glass"
        return standing.standing_of(approval, actor, took_over=took_over or breaks)

    patch.setattr(decisions, "_admit", admit)


@fault
def breaking_the_glass_is_not_reviewed(patch: pytest.MonkeyPatch) -> None:
    real = decisions._break_glass

    def break_glass(*given: Any) -> Any:
        step = real(*given)
        return replace(step, state=step.state.model_copy(update={"review": None}))

    patch.setattr(decisions, "_break_glass", break_glass)


@fault
def a_governor_without_a_place_refusesnothing(patch: pytest.MonkeyPatch) -> None:
    real = standing.standing_of

    def of(approval: Any, actor: Any, *, took_over: bool) -> Any:
        found = real(approval, actor, took_over=took_over)
        if found.capacity == "governor":
            raise Forbidden("you have no place")
        return found

    patch.setattr(decisions, "standing_of", of)
    patch.setattr(veto, "standing_of", of)


@fault
def a_policy_says_how_the_policy_changes(patch: pytest.MonkeyPatch) -> None:
    real = opening._terms
    patch.setattr(
        opening, "_terms", lambda request, held: real(replace(request, proposal=None), held)
    )


@fault
def nobody_can_veto_a_precedent(patch: pytest.MonkeyPatch) -> None:
    def refuse(approval: Any, *_: Any) -> None:
        raise decision_refusals.window_closed(approval)

    patch.setattr(veto, "_refuse_outside_window", refuse)


@fault
def a_precedent_covers_its_authors_text(patch: pytest.MonkeyPatch) -> None:
    real = matches.match_all

    def match(approval: Any, content: Any, precedents: Any) -> Any:
        return real(approval.model_copy(update={"authors": ()}), content, precedents)

    patch.setattr(opening, "match_all", match)


@fault
def a_precedent_covers_any_risk(patch: pytest.MonkeyPatch) -> None:
    real = matches.match_all

    def match(approval: Any, content: Any, precedents: Any) -> Any:
        return real(approval.model_copy(update={"risk": "low"}), content, precedents)

    patch.setattr(opening, "match_all", match)


@fault
def a_cancelled_case_goes_live(patch: pytest.MonkeyPatch) -> None:
    real = deployment.go_live

    def go_live(agent: Any, case: Any, checks: Any, at: Any) -> Any:
        waiting = case.model_copy(update={"status": "ethics_cleared"})
        return real(agent, waiting, (), at)

    # So that the case is cancelled before its approval is.
    patch.setattr(withdrawal, "WAITING", frozenset())
    patch.setattr(deployment, "go_live", go_live)


@fault
def a_revised_case_keeps_its_approval(patch: pytest.MonkeyPatch) -> None:
    real = deciding.accept

    def accept(case: Any, decision: Any) -> Any:
        if case.asked is None:
            return real(case, decision)
        asked = case.asked.but(
            approval_id=decision.approval_id, decision_hash=decision.decision_hash
        )
        about = decision.case.but(revision=case.revision)
        return real(case.but(asked=asked), decision.but(case=about))

    patch.setattr(deciding, "accept", accept)
    patch.setattr(health, "health_checks", nothing)


@fault
def authors_reactivate_their_own_text(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(agents.Agent, "authors", lambda _: frozenset())


@fault
def anybody_cancels_a_case(patch: pytest.MonkeyPatch) -> None:
    real = withdrawal.cancel

    def cancel(agent: Any, case: Any, actor: Any, at: Any) -> Any:
        as_author = actor._replace(principal=case.requested_by)
        return real(agent, case, as_author, at)

    patch.setattr(withdrawal, "cancel", cancel)


@fault
def who_sent_it_first_is_no_author(patch: pytest.MonkeyPatch) -> None:
    real = requests.request_of

    def request_of(body: Any, id: str, by: Any, first: Any) -> Any:
        return real(body, id, by, None)

    patch.setattr(requests, "request_of", request_of)


@fault
def their_own_requests_make_the_governor_absent(patch: pytest.MonkeyPatch) -> None:
    real = silence._shows_absence

    def shows(approval: Any) -> bool:
        by_others = {"by_governor": False, "authors": (approval.requested_by,)}
        return real(approval.model_copy(update=by_others))

    patch.setattr(silence, "_shows_absence", shows)
