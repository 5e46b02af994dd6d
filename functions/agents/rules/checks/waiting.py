"""Finds statements that do not wait at a gate: without review, no approval needed, never asks.

Each rule returns where a statement asserts this, or None."""

from functions.agents.rules.language.segments import Segment
from functions.agents.rules.language.vocabulary import listed

FILLER = listed(
    "the a an any all its their our this that these those of for human manual editorial final "
    "formal required usual normal standard second another every each safety quality legal "
    "medical clinical peer internal step steps round prior further first proper extra such "
    "mandatory compliance ethics governance security whole entire slow tedious own need "
    "requirement obligation"
)
BE = listed("is are be was were gets get been being may can could might will should")
OVERSEERS = (
    *("human", "editor", "manager", "reviewer", "approver", "supervisor", "governor", "compliance"),
    *("auditor", "controller", "anyone", "anybody", "someone", "somebody", "boss", "moderator"),
)
ENDS_PHRASE = listed(
    "before after in under during when if from to by at on until that with than because is "
    "are was were be as which who"
)
_IMPLIED = listed("implied assumed presumed inferred inherent")
_A_RIGHT = listed("rights right authority power powers status number numbers code codes")
_STATE_WORDS = listed(
    "sure certain clear possible available found confident known enough sufficient met in "
    "able only just all every yet"
)
_LOOKING = (
    *("confirm", "bother", "approv", "review", "check", "sign", "look", "agree", "involv", "ask"),
    *("consult", "told", "inform", "read", "decid", "authori"),
)
_INSPECT = (
    *("list", "find", "identif", "show", "count", "summari", "collect", "search", "spot", "check"),
    *("highlight", "track", "remind", "compar", "match", "reconcil", "sort", "mark", "route"),
)


def goes_without(segment: Segment) -> int | None:
    """`publishes without review`, `without anyone looking`."""
    for at, word in enumerate(segment.words):
        if word != "without" or segment.denied(at) % 2 or _only_inspects(segment, at):
            continue
        for next_at in range(at + 1, min(at + 6, len(segment.words))):
            following = segment.words[next_at]
            if "strict gate" in segment.concepts[next_at] or following.startswith(OVERSEERS):
                return at if not _names_a_right(segment, next_at) else None
            if following in ENDS_PHRASE:
                break
    return None


def _only_inspects(segment: Segment, at: int) -> bool:
    before = segment.words[:at]
    return any(word.startswith(_INSPECT) for word in before) and not segment.where("outward", 0, at)


def _names_a_right(segment: Segment, gate: int) -> bool:
    return gate + 1 < len(segment.words) and segment.words[gate + 1] in _A_RIGHT


def does_not_wait(segment: Segment) -> int | None:
    """`never asks for approval`, `without waiting for the editor`, `need not be reviewed`."""
    for at in segment.where("require"):
        if not _denied_closely(segment, at) or segment.negations(at) % 2 == 0:
            continue
        if any(not _names_a_right(segment, gate) for gate in _gates(segment, at + 1, at + 6)):
            return at
        if "wait" in segment.concepts[at] and _overseer_after(segment, at):
            return at
        if _nobody_before(segment, at) and segment.where("look", at + 1, at + 4):
            return at
    return None


def needs_nobody(segment: Segment) -> int | None:
    """`the editor need not confirm`, `need not be reviewed`, `no need for a doctor to confirm`."""
    for at in _places(segment, "neednot"):
        after = segment.words[at + 1 : at + 6]
        overseen = _names_overseer(segment, max(0, at - 3), at) or _names_overseer(
            segment, at + 1, at + 6
        )
        looks = any(word.startswith(_LOOKING) for word in after)
        gated = segment.where("strict gate", at + 1, at + 4)
        if (gated or (overseen and looks)) and segment.denied(at) % 2 == 0:
            return at
    for at in _places(segment, "no"):
        needless = segment.words[at + 1 : at + 2] in (("need",), ("reason",), ("obligation",))
        if needless and segment.denied(at) % 2 == 0 and _names_overseer(segment, at + 2, at + 6):
            return at
    return None


def _places(segment: Segment, wanted: str) -> list[int]:
    return [at for at, word in enumerate(segment.words) if word == wanted]


def _names_overseer(segment: Segment, start: int, end: int) -> bool:
    return any(
        segment.words[at] not in ("people", "person", "owner", "owners", "lead")
        for at in segment.where("human", start, end)
    )


def not_after(segment: Segment) -> int | None:
    """`published automatically, not after editorial review`."""
    for at in _places(segment, "not"):
        linked = segment.words[at + 1 : at + 2]
        refused = linked in (("after",), ("following",), ("upon",), ("subject",))
        gates = segment.where("strict gate", at + 2, at + 6)
        if refused and gates and segment.negations(at) % 2 == 0:
            return at
    return None


def is_not_held_up(segment: Segment) -> int | None:
    """`is never held up by reviews`, `not bound by approval`."""
    for at, word in enumerate(segment.words):
        held = word in ("held", "delayed", "slowed", "stopped", "blocked", "bound", "hindered")
        by = "by" in segment.words[at + 1 : at + 3]
        gates = segment.where("strict gate", at + 1, at + 6)
        if held and by and gates and segment.negations(at) % 2:
            return at
    return None


def _gates(segment: Segment, start: int, end: int) -> list[int]:
    return segment.where("strict gate", start, end) or segment.where("yes", start, end)


def _denied_closely(segment: Segment, at: int) -> bool:
    if segment.denials and "wait" in segment.concepts[at] and at <= 1:
        return True
    for denial in segment.where("not", at - 3, at):
        if segment.words[denial + 1] not in _STATE_WORDS:
            return True
    return any(
        segment.words[refusal + 1] == "to" for refusal in segment.where("refuse", at - 3, at)
    )


def _overseer_after(segment: Segment, at: int) -> bool:
    for next_at in range(at + 1, min(at + 5, len(segment.words))):
        word = segment.words[next_at]
        if word.startswith(OVERSEERS) or "human" in segment.concepts[next_at]:
            following = segment.words[next_at + 1 : next_at + 2]
            return following not in (("to",), ("for",), ("whether",))
        if word in ENDS_PHRASE and word not in ("to", "by", "with"):
            return False
    return False


def _nobody_before(segment: Segment, at: int) -> bool:
    return "nobody" in segment.words[max(0, at - 2) : at]


def has_no_gate(segment: Segment) -> int | None:
    """`needs no approval`, `no review is required`, `with no human oversight`."""
    for at, word in enumerate(segment.words):
        if word not in ("no", "zero") or segment.denied(at) % 2:
            continue
        for gate in segment.where("strict gate", at + 1, at + 4):
            if not _names_a_right(segment, gate) and _stands_alone(segment, at, gate):
                return at
    return None


def _stands_alone(segment: Segment, at: int, gate: int) -> bool:
    before = segment.words[at - 1] if at else ""
    if before in ("with", "is", "are", "be", "there", "under") or before.startswith(
        ("need", "requir")
    ):
        return segment.words[gate] != "permission"
    if segment.where("needed", gate + 1, gate + 5):
        return True
    return at == 0 and gate == len(segment.words) - 1


def is_optional(segment: Segment) -> int | None:
    """`review is a formality`, `approval is not required`."""
    for gate in segment.where("strict gate"):
        if segment.denied(gate) % 2 or segment.words[gate].endswith("ed"):
            continue
        if segment.where("not needed", gate + 1, gate + 6):
            return gate
        implied = segment.words[gate + 1 : gate + 4]
        if not _IMPLIED.isdisjoint(implied) and not BE.isdisjoint(implied):
            return gate
        for denial in segment.where("not", gate + 1, gate + 4):
            if segment.where("needed", denial + 1, denial + 3):
                return gate
            if segment.where("require", denial + 1, denial + 3):
                return gate
    return None
