"""Finds statements that go around a gate, by their grammar and not by single phrases.

Each rule takes a statement and returns where it asserts the detour, or None. By `denied` and
`negations`, `never publishes without review` is innocent and `never waits for review` is not."""

from collections.abc import Callable, Iterator

from functions.agents.rules.checks.impostures import (
    acts_on_its_own_authority,
    approves_for_others,
    approves_itself,
    fakes_an_assent,
    hides,
    is_assumed,
    keeps_in_the_dark,
    marks_as_done,
)
from functions.agents.rules.checks.waiting import (
    BE,
    ENDS_PHRASE,
    FILLER,
    OVERSEERS,
    does_not_wait,
    goes_without,
    has_no_gate,
    is_not_held_up,
    is_optional,
    needs_nobody,
    not_after,
)
from functions.agents.rules.language.segments import Segment
from functions.agents.rules.language.vocabulary import listed

Rule = Callable[[Segment], int | None]

_WEAK = ("remov", "drop", "eliminat", "escap", "defeat", "disabl", "suppress", "abolish", "exempt")
_LAW = listed(
    "rule rules policy policies instruction instructions guideline guidelines governance "
    "constitution safeguards guardrails limits controls"
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
        if word in ENDS_PHRASE or (filler_only and word not in FILLER):
            return None
    return None


def is_skipped(segment: Segment) -> int | None:
    """`review may be skipped`, `approvals are waived`."""
    for at in segment.where("bypassed"):
        gates = segment.where("gate", at - 6, at)
        if gates and not BE.isdisjoint(segment.words[gates[-1] : at]):
            return at if segment.denied(at) % 2 == 0 else None
    return None


def is_exempt(segment: Segment) -> int | None:
    """`urgent orders are exempt from review`."""
    for at, word in enumerate(segment.words):
        freed = word.startswith(("exempt", "excus", "spared", "free", "immune"))
        from_gate = segment.words[at + 1 : at + 2] == ("from",) and segment.where(
            "strict gate", at + 2, at + 6
        )
        if freed and from_gate and segment.denied(at) % 2 == 0:
            return at
    return None


def goes_outside(segment: Segment) -> int | None:
    """`works outside the approval process`."""
    procedures = ("process", "workflow", "chain", "flow", "pipeline", "procedure", "regime", "loop")
    for at, word in enumerate(segment.words):
        if word not in ("outside", "beyond", "past", "around") or segment.denied(at) % 2:
            continue
        for gate in segment.where("gate", at + 1, at + 5):
            after = segment.words[gate + 1 : gate + 2]
            if segment.words[gate] == "governance" or (after and after[0].startswith(procedures)):
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
        last = at > 0 and at == len(segment.words) - 1 and not segment.words[at].startswith("una")
        by_whom = segment.words[at + 1 : at + 2] == ("by",) and segment.where("human", at + 2)
        acts = segment.where("outward") or last or by_whom
        if acts and segment.denied(at) % 2 == 0:
            return at
    return None


def splits(segment: Segment) -> int | None:
    """`splits invoices to stay below the approval limit`."""
    for at in segment.where("split"):
        for below in segment.where("below", at + 1):
            limited = segment.where("limit", below + 1, below + 6)
            if limited and segment.where("gate") and segment.denied(at) % 2 == 0:
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


# A statement that only asks for less review is no detour where nothing is sent outside.
SOFT: dict[Rule, str] = {
    goes_without: "acts without a gate",
    does_not_wait: "does not wait for assent",
    has_no_gate: "says that no assent is needed",
    needs_nobody: "says that nobody need look",
    is_optional: "makes a gate optional",
}
HARD: dict[Rule, str] = {
    goes_around: "goes around a gate",
    is_skipped: "lets a gate be skipped",
    is_exempt: "exempts from a gate",
    goes_outside: "acts outside a gate",
    not_after: "acts without a gate",
    approves_for_others: "approves in somebody's place",
    fakes_an_assent: "fakes an assent",
    keeps_in_the_dark: "hides from those who oversee",
    nobody_looks: "says that nobody looks",
    goes_unreviewed: "acts unreviewed",
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
    """Why the statement goes around a gate, one reason for each way."""
    rules = {**HARD, **SOFT} if soft else HARD
    for rule, reason in rules.items():
        if rule(segment) is not None:
            yield reason
