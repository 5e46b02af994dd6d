"""Decision boundaries: three lists of rights that must be definite and without contradictions."""

from collections.abc import Iterator

from functions.agents.rules.checks.findings import (
    Finding,
    Objection,
    judged,
    objection,
    shortened,
    shown,
)
from functions.agents.rules.checks.placeholders import is_empty
from functions.agents.rules.language.deeds import Deed, deeds, operation_deed
from functions.agents.rules.language.folding import stem, words
from functions.agents.rules.language.vocabulary import listed
from functions.agents.rules.spec import Passage, Role, Spec

CHECK = "decision_boundaries"

_CLAIMS = (Role.ALONE, Role.WITH_APPROVAL, Role.PURPOSE, Role.IN_SCOPE)
_UNSAYING = listed("never not no the a an any all of to")
_UNBOUNDED = listed("any unlimited all regardless every whatever")


def decision_boundaries(spec: Spec) -> list[Finding]:
    """Fails where `never` rules out nothing, no right to decide is named, a right is claimed that
    `never` lists (in the same or other words), or two lists contain one right."""
    never = spec.decision_rights.never
    return judged(
        CHECK,
        _objections(spec),
        passed=shown("/decision_rights/never", never, "no right contradicts it"),
    )


def _objections(spec: Spec) -> Iterator[Objection]:
    rights = spec.decision_rights
    if all(is_empty(text) for text in rights.never):
        yield objection("/decision_rights/never", rights.never, "nothing is ruled out")
    if not rights.alone and not rights.with_approval:
        yield objection("/decision_rights", "", "nothing is decided, alone or with approval")
    forbidden = spec.passages_of(Role.NEVER)
    for claim in spec.passages_of(*_CLAIMS):
        for rule in forbidden:
            if _contradicts(claim, rule):
                yield objection(
                    claim.path, claim.text, f'is ruled out by never "{shortened(rule.text)}"'
                )
    yield from _forbidden_operations(spec, forbidden)
    yield from _rights_in_two_lists(spec)


def _contradicts(claim: Passage, rule: Passage) -> bool:
    if claim.role in (Role.ALONE, Role.WITH_APPROVAL) and _gist(claim.text) == _gist(rule.text):
        return True
    claimed = deeds(claim.text)
    return any(
        _breaks(done, ruled_out, claim)
        for ruled_out in deeds(rule.text, denied=True)
        for done in claimed
        if ruled_out.covers(done)
    )


def _breaks(done: Deed, ruled_out: Deed, claim: Passage) -> bool:
    if ruled_out.conditional:
        # `never publish without approval` rules out only what is done alone.
        return claim.role is Role.ALONE
    if ruled_out.bounded:
        # `never refund more than $500` leaves smaller refunds allowed.
        return not done.bounded and not _UNBOUNDED.isdisjoint(words(claim.text))
    return True


def _gist(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if word not in _UNSAYING)


def _forbidden_operations(spec: Spec, forbidden: tuple[Passage, ...]) -> Iterator[Objection]:
    absolute = [
        (rule, [each for each in deeds(rule.text, denied=True) if _is_absolute(each)])
        for rule in forbidden
    ]
    for index, system in enumerate(spec.external_systems):
        for number, operation in enumerate(system.operations):
            done = operation_deed(system.name, operation)
            for rule, ruled_out in absolute:
                if done and any(each.covers(done) for each in ruled_out):
                    path = f"/external_systems/{index}/operations/{number}"
                    yield objection(
                        path, operation, f'is ruled out by never "{shortened(rule.text)}"'
                    )


def _is_absolute(ruled_out: Deed) -> bool:
    return not ruled_out.bounded and not ruled_out.conditional


def _rights_in_two_lists(spec: Spec) -> Iterator[Objection]:
    needs_approval = spec.passages_of(Role.WITH_APPROVAL)
    for claim in spec.passages_of(Role.ALONE):
        for right in needs_approval:
            same = _gist(claim.text) == _gist(right.text)
            if same or _same_deed(deeds(claim.text), deeds(right.text)):
                yield objection(
                    claim.path, claim.text, f'needs approval too ("{shortened(right.text)}")'
                )


def _same_deed(alone: tuple[Deed, ...], approved: tuple[Deed, ...]) -> bool:
    return any(
        mine.deed == other.deed
        and mine.objects == other.objects
        and bool(mine.objects)
        and not (mine.bounded or other.bounded)
        for mine in alone
        for other in approved
    )
