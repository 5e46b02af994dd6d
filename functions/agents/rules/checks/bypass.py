"""Gate-bypass protection: no part of a spec may skip a gate, in these or in other words."""

from collections.abc import Iterator

from functions.agents.rules.checks.detours import detours
from functions.agents.rules.checks.excuses import excuses
from functions.agents.rules.checks.findings import Finding, Objection, judged, objection, shown
from functions.agents.rules.language.folding import words
from functions.agents.rules.language.segments import Segment, Sentence, sentences
from functions.agents.rules.language.vocabulary import listed
from functions.agents.rules.spec import Passage, Role, Spec

CHECK = "gate_bypass_protection"

_NEVER_DONE = (Role.NEVER, Role.OUT_OF_SCOPE)
_LABELS = (Role.NAME, Role.SOURCE, Role.SYSTEM, Role.OPERATION, Role.DEPENDENCY)
_OCCASIONS = "/way_of_working/escalation_triggers"
_ORDERS = (
    *(
        "publish",
        "send",
        "proceed",
        "continue",
        "skip",
        "bypass",
        "auto",
        "approve",
        "go",
        "ignore",
    ),
    *("release", "deploy", "pay", "never", "not", "just", "simply", "always", "override", "waive"),
    *("treat", "assume", "disable", "agent", "it", "consider", "mark", "post", "act"),
)
_APPROVING = listed("approve decide grant write update override skip bypass sign auto")
_GATES = listed("approval approvals gate gates governance review reviews veto vetoes")


def gate_bypass_protection(spec: Spec) -> list[Finding]:
    """Fails for every passage that skips, weakens or fakes a gate. A passage passes if it states
    that no gate is ever skipped, or names an attempt as a reason to escalate."""
    opinions = _opinions(spec)
    found = [found for passage in spec.passages for found in _objections(passage, opinions)]
    quote = spec.decision_rights.with_approval or spec.decision_rights.never or (spec.purpose,)
    path = "/decision_rights/with_approval" if spec.decision_rights.with_approval else "/purpose"
    return judged(CHECK, found, passed=shown(path, quote, "no passage goes around a gate"))


def _opinions(spec: Spec) -> bool:
    """Whether the spec is about reviews by guests or customers, which are not a gate."""
    return any(
        "publicopinion" in segment.words
        for passage in spec.passages
        for sentence in sentences(passage.text)
        for segment in sentence
    )


def _objections(passage: Passage, opinions: bool) -> Iterator[Objection]:
    if passage.role is Role.OPERATION and (reason := _decides(passage.text)):
        yield objection(passage.path, passage.text, reason)
        return
    text = " ".join(words(passage.text)) if passage.role in _LABELS else passage.text
    soft = passage.role not in (Role.ALONE, Role.SECTION)
    before: Sentence = ()
    for sentence in sentences(text, under_never=passage.role in _NEVER_DONE):
        read = tuple(_without_opinions(segment) for segment in sentence) if opinions else sentence
        told = [segment for segment in read if _counts(passage, segment)]
        reasons = [
            reason
            for segment in told
            for reason in detours(segment, soft=soft or not _is_harmless(segment))
        ]
        if told:
            reasons += excuses(read, before)
        for reason in dict.fromkeys(reasons):
            yield objection(passage.path, sentence[0].quote, reason)
        before = read


def _counts(passage: Passage, segment: Segment) -> bool:
    if passage.role is not Role.TRIGGER and passage.path != _OCCASIONS:
        return True
    # A trigger names an occasion; only an imperative in its place is a rule of its own.
    if segment.has("reported"):
        return False
    return segment.words[0] in _ORDERS or not {"agent", "it"}.isdisjoint(segment.words)


def _is_harmless(segment: Segment) -> bool:
    return segment.has("harmless") and not segment.has("outward")


def _without_opinions(segment: Segment) -> Segment:
    kept = tuple("publicopinion" if word == "reviews" else word for word in segment.words)
    return Segment(kept, segment.denials, segment.guarded, segment.quote)


def _decides(operation: str) -> str | None:
    parts = words(operation)
    if not _GATES.isdisjoint(parts) and not _APPROVING.isdisjoint(parts):
        return "an operation that decides at a gate is no operation of an agent"
    return None
