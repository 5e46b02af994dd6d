"""Faults in the rules, each of which the machine must find: what would be left if one line of the
product were wrong or missing."""

from datetime import timedelta
from typing import Any

from functions.agents.rules import creation, deployment
from functions.approvals.rules import (
    decisions,
    genesis,
    opening,
    precedent,
    requests,
    reviews,
    silence,
    standing,
    veto,
)
from functions.approvals.rules.approval import Approval
from shared.kit.canonical import content_hash
from tests.attacks.adversary import policies
from tests.attacks.adversary.wrapped import WRAPPED, Fault, nothing

# What the machine did not find in hundreds of runs, and why.
RARE = {
    "the_review_of_an_accomplice_is_final": "it takes a fourth person: who asked reviews nothing",
}


# What one name in a module, or of a class, is instead.
_REPLACED: dict[str, tuple[Any, str, Any]] = {
    "the_requester_chooses_the_risk": (requests, "assess", lambda *_: ("low", ())),
    "any_kind_hides_any_effect": (requests, "declaration_errors", nothing),
    "silence_approves_before_the_deadline": (silence, "GRACE", timedelta(minutes=-20)),
    "authors_approve_their_own_text": (decisions, "refuse_own_assent", nothing),
    "a_deputy_takes_over_at_once": (standing, "TAKEOVER_AFTER", timedelta(0)),
    "what_the_governor_does_ends_no_takeover": (decisions, "acted_fields", lambda *_: {}),
    "a_delegate_needs_no_role": (standing, "_may_stand_in", lambda *_: True),
    "whoever_decided_reviews_it": (reviews, "admit_reviewer", nothing),
    "the_review_of_an_accomplice_is_final": (reviews, "_is_overruled", lambda *_: False),
    "decisions_count_after_the_deadline": (decisions, "refuse_late", nothing),
    "the_veto_window_is_an_hour": (opening, "WINDOW", timedelta(hours=1)),
    "a_veto_counts_after_the_window": (veto, "_refuse_outside_window", nothing),
    "vetoes_end_no_precedent": (precedent, "FALSE_POSITIVES_TO_DEPRECATE", 99),
    "a_precedent_covers_what_cannot_be_undone": (opening, "limits", nothing),
    "what_is_overturned_stays_live": (deployment, "take_back", nothing),
    "anybody_suspends_and_reactivates": (policies, "ask", nothing),
    "what_was_refused_comes_back": (Approval, "refused_marks", ()),
    "what_is_written_otherwise_comes_back": (
        opening,
        "gist_of",
        lambda content, **_: (content_hash(content),),
    ),
    "a_refused_subject_comes_back": (
        Approval,
        "subject_mark",
        property(lambda self: self.approval_id),
    ),
    "a_refusal_reaches_no_open_request": (Approval, "tacit_marks", ()),
    "a_review_of_a_precedent_ignores_refusals": (genesis, "_refused_since", nothing),
    "strangers_revise_and_change": (policies, "ask", nothing),
    "a_version_forgets_its_authors": (creation, "with_authors", lambda _, more: tuple(more)),
}


def _replacing(of: Any, name: str, value: Any) -> Fault:
    return lambda patch: patch.setattr(of, name, value)


ALL = {name: _replacing(*replaced) for name, replaced in _REPLACED.items()} | WRAPPED
