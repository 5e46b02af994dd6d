"""The ways in which a statement goes around a gate, whatever words it uses.

Each rule takes a statement and answers where it asserts the detour, or None. `denied` and
`negations` make `never publishes without review` innocent and `never waits for review` not."""

from collections.abc import Callable, Iterator

from functions.agents.rules.checks.waiting import (
    ENDS_PHRASE,
    OVERSEERS,
    does_not_wait,
    goes_without,
    has_no_gate,
    is_not_held_up,
    is_optional,
)
from functions.agents.rules.language.segments import Segment

Rule = Callable[[Segment], int | None]

_FILLER = frozenset(
    [
        "the",
        "a",
        "an",
        "any",
        "all",
        "its",
        "their",
        "our",
        "this",
        "that",
        "these",
        "those",
        "of",
        "for",
        "human",
        "manual",
        "editorial",
        "final",
        "formal",
        "required",
        "usual",
        "normal",
        "standard",
        "second",
        "another",
        "every",
        "each",
        "safety",
        "quality",
        "legal",
        "medical",
        "clinical",
        "peer",
        "internal",
        "step",
        "steps",
        "round",
        "prior",
        "further",
        "first",
        "proper",
        "extra",
        "such",
        "mandatory",
        "compliance",
        "ethics",
        "governance",
        "security",
        "whole",
        "entire",
        "slow",
        "tedious",
        "own",
    ]
)
_BE = frozenset(
    [
        "is",
        "are",
        "be",
        "was",
        "were",
        "gets",
        "get",
        "been",
        "being",
        "may",
        "can",
        "could",
        "might",
        "will",
        "should",
    ]
)
_WEAK = ("remov", "drop", "eliminat", "escap", "defeat", "disabl", "suppress", "abolish", "exempt")
_LAW = frozenset(
    [
        "rule",
        "rules",
        "policy",
        "policies",
        "instruction",
        "instructions",
        "guideline",
        "guidelines",
        "governance",
        "constitution",
        "safeguards",
        "guardrails",
        "limits",
        "controls",
    ]
)
_ASSUMED_FROM = frozenset(
    [
        "as",
        "to",
        "be",
        "it",
        "is",
        "them",
        "have",
        "been",
        "implicitly",
        "silence",
        "no",
        "answer",
        "response",
        "reply",
        "unanswered",
        "request",
        "requests",
    ]
)


def goes_around(segment: Segment) -> int | None:
    """`skips the review`, `works around the governor`, `ignores policy`, `drops the approval`."""
    for at in segment.where("bypass"):
        weak = segment.words[at].startswith(_WEAK)
        reach = _gate_after(segment, at, filler_only=weak)
        if reach is not None and segment.denied(at) % 2 == 0:
            return at
    return None


def _gate_after(segment: Segment, at: int, *, filler_only: bool) -> int | None:
    for next_at in range(at + 1, min(at + 6, len(segment.words))):
        word, concepts = segment.words[next_at], segment.concepts[next_at]
        if ("gate" in concepts or word in _LAW) and not word.endswith("ed"):
            return next_at
        if word.startswith(OVERSEERS):
            return next_at
        if word in ENDS_PHRASE or (filler_only and word not in _FILLER):
            return None
    return None


def is_skipped(segment: Segment) -> int | None:
    """`review may be skipped`, `approvals are waived`."""
    for at in segment.where("bypassed"):
        gates = segment.where("gate", at - 6, at)
        if gates and not _BE.isdisjoint(segment.words[gates[-1] : at]):
            return at if segment.denied(at) % 2 == 0 else None
    return None


def acts_on_its_own_authority(segment: Segment) -> int | None:
    """`acts on its own authority`, `asks forgiveness, not permission`."""
    for at, word in enumerate(segment.words):
        alone = word == "own" and segment.words[at + 1 : at + 2] == ("authority",)
        if (alone or word == "forgiveness") and segment.denied(at) % 2 == 0:
            return at
    return None


def nobody_looks(segment: Segment) -> int | None:
    """`nobody reviews it`, `no one has to check`."""
    for at, word in enumerate(segment.words):
        if word == "nobody" and segment.denied(at) % 2 == 0:
            after = segment.words[at + 1 : at + 4]
            others = [index for index in segment.where("not") if index != at]
            if not others and any(
                next_word.startswith(("review", "approv", "check", "supervis", "authori", "look"))
                for next_word in after
            ):
                return at
    return None


def goes_unreviewed(segment: Segment) -> int | None:
    """`publishes unreviewed posts`, `runs unsupervised`."""
    for at in segment.where("unreviewed"):
        acts = segment.where("outward") or [
            index for index, word in enumerate(segment.words) if word.startswith("work")
        ]
        if acts and segment.denied(at) % 2 == 0:
            return at
    return None


def approves_itself(segment: Segment) -> int | None:
    """`auto-approves`, `approval is automatic`, `signs off its own work`."""
    for at in segment.where("own gate"):
        if segment.denied(at) % 2 == 0:
            return at
    for at in segment.where("approve"):
        if segment.denied(at) % 2 == 0 and (_automatic(segment, at) or _of_itself(segment, at)):
            return at
    return None


def _automatic(segment: Segment, at: int) -> bool:
    for other in segment.where("automatic", at - 2, at + 4):
        between = range(min(at, other) + 1, max(at, other))
        words = [segment.words[index] for index in between]
        if all(word in _BE or word in _FILLER or word in ("ly", "it", "them") for word in words):
            return not any("require" in segment.concepts[index] for index in between)
    return False


def _of_itself(segment: Segment, at: int) -> bool:
    before = segment.words[max(0, at - 3) : at]
    if "self" in before or ("itself" in before and at):
        return True
    after = segment.words[at + 1 : at + 5]
    return "itself" in after[:2] or any(
        word == "own" and after[index - 1 : index] in ((), ("its",), ("their",), ("your",))
        for index, word in enumerate(after)
    )


def is_assumed(segment: Segment) -> int | None:
    """`treats it as approved`, `silence counts as consent`, `assumes permission`."""
    if _is_earned(segment):
        return None
    links = _FILLER | _ASSUMED_FROM
    for at in segment.where("assume"):
        for yes in segment.where("yes", at + 1, at + 6):
            bare = yes + 1 >= len(segment.words) or segment.words[yes + 1] in ENDS_PHRASE
            noun = not segment.words[yes].endswith(("ed", "s"))
            if (
                (noun or bare or "as" in segment.words[at:yes])
                and all(word in links for word in segment.words[at + 1 : yes])
                and segment.denied(at) % 2 == 0
            ):
                return at
    return None


def _is_earned(segment: Segment) -> bool:
    if not {"only", "once", "until"}.isdisjoint(segment.words):
        return True
    return "after" in segment.words and segment.has("human")


def hides(segment: Segment) -> int | None:
    """`hides it from the auditor`, `deletes the audit trail`, `without logging`."""
    for at in segment.where("hide"):
        tail = segment.words[at + 1 : at + 9]
        if "from" in tail and any(word.startswith(OVERSEERS) for word in tail):
            return at if segment.denied(at) % 2 == 0 else None
    for at in segment.where("tamper"):
        for trail in segment.where("trail", at + 1, at + 4):
            between = segment.words[at + 1 : trail]
            if all(word in _FILLER for word in between) and segment.denied(at) % 2 == 0:
                return at
    for at, word in enumerate(segment.words):
        if word == "without" and segment.where("trail", at + 1, at + 4):
            return at if segment.denied(at) % 2 == 0 else None
    return None


def splits(segment: Segment) -> int | None:
    """`splits invoices to stay below the approval limit`."""
    for at in segment.where("split"):
        for below in segment.where("below", at + 1):
            limited = segment.where("limit", below + 1, below + 6)
            if limited and segment.where("gate") and segment.denied(at) % 2 == 0:
                return at
    return None


def marks_as_done(segment: Segment) -> int | None:
    """`marks its drafts as approved`."""
    if not {"once", "after", "when", "if", "only", "until", "by"}.isdisjoint(segment.words):
        return None
    for at in segment.where("mark"):
        for linked in range(at + 1, min(at + 7, len(segment.words) - 1)):
            done = segment.words[linked + 1] in ("approved", "reviewed", "authorised", "authorized")
            if segment.words[linked] in ("as", "to") and done and segment.denied(at) % 2 == 0:
                return at
    return None


def opens_a_back_door(segment: Segment) -> int | None:
    """`backdoor`, `god mode`, `straight to publication`."""
    for at, word in enumerate(segment.words):
        pair = segment.words[at : at + 3]
        straight = (
            pair[:2] == ("straight", "to")
            and pair[2:]
            and pair[2].startswith(("publi", "product", "live", "print", "releas", "golive"))
        )
        if (word == "backdoor" or pair[:2] in (("god", "mode"), ("back", "door")) or straight) and (
            segment.denied(at) % 2 == 0
        ):
            return at
    return None


# What only asks for less than it might is no detour where nothing leaves the house.
SOFT: tuple[Rule, ...] = (goes_without, does_not_wait, has_no_gate, is_optional)
HARD: tuple[Rule, ...] = (
    *(goes_around, is_skipped, nobody_looks, goes_unreviewed, approves_itself, is_assumed, hides),
    *(splits, marks_as_done, opens_a_back_door, acts_on_its_own_authority, is_not_held_up),
)
REASONS: dict[Rule, str] = {
    goes_around: "goes around a gate",
    is_skipped: "lets a gate be skipped",
    goes_without: "acts without a gate",
    does_not_wait: "does not wait for assent",
    has_no_gate: "says that no assent is needed",
    nobody_looks: "says that nobody looks",
    goes_unreviewed: "acts unreviewed",
    is_optional: "makes a gate optional",
    approves_itself: "approves by itself",
    is_assumed: "assumes an assent nobody gave",
    hides: "hides from those who oversee",
    splits: "stays below a limit on purpose",
    marks_as_done: "records an assent by itself",
    acts_on_its_own_authority: "acts on an authority nobody gave",
    is_not_held_up: "does not wait for assent",
    opens_a_back_door: "opens a way past every gate",
}


def detours(segment: Segment, *, soft: bool) -> Iterator[str]:
    """Why the statement goes around a gate, once for each way it does."""
    for rule in (*HARD, *SOFT) if soft else HARD:
        if rule(segment) is not None:
            yield REASONS[rule]
