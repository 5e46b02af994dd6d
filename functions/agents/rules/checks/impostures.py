"""Finds statements that act in a reviewer's place: approving one's own work, inventing an approval,
hiding from overseers.

Each rule returns where a statement asserts this, or None."""

from functions.agents.rules.checks.waiting import BE, ENDS_PHRASE, FILLER, OVERSEERS
from functions.agents.rules.language.segments import Segment
from functions.agents.rules.language.vocabulary import listed

_ASSUMED_FROM = listed(
    "as to be it is them have been implicitly silence no answer response reply unanswered "
    "request requests"
)
_LINKS = FILLER | _ASSUMED_FROM
_ENDS_ASSUMPTION = ENDS_PHRASE | {"once", "unless", "within", "automatically", "anyway", "and"}
_NAMESAKES = listed("signature signatures initials login logins credentials password account badge")


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
        if all(word in BE or word in FILLER or word in ("ly", "it", "them") for word in words):
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
    for at in segment.where("assume"):
        for yes in segment.where("yes", at + 1, at + 8):
            if _amounts_to(segment, at, yes) and segment.denied(at) % 2 == 0:
                return at
    return None


def _amounts_to(segment: Segment, at: int, yes: int) -> bool:
    between = segment.words[at + 1 : yes]
    stops = yes + 1 >= len(segment.words) or segment.words[yes + 1] in _ENDS_ASSUMPTION
    if segment.words[yes].endswith("ed"):
        deemed = segment.words[at].startswith(("deem", "consider", "regard", "presum", "treat"))
        return deemed and stops and sum(word not in _LINKS for word in between) <= 1
    if between[-1:] == ("as",):
        return stops
    return all(word in _LINKS for word in between)


def _is_earned(segment: Segment) -> bool:
    if "only" in segment.words:
        return True
    occasions = [at for at, word in enumerate(segment.words) if word in ("once", "after", "until")]
    return any(segment.where("human", at) or segment.where("gate", at) for at in occasions)


def hides(segment: Segment) -> int | None:
    """`hides it from the auditor`, `deletes the audit trail`, `without logging`."""
    for at in segment.where("hide"):
        tail = segment.words[at + 1 : at + 9]
        if "from" in tail and any(word.startswith(OVERSEERS) for word in tail):
            return at if segment.denied(at) % 2 == 0 else None
    for at in segment.where("tamper"):
        for trail in segment.where("trail", at + 1, at + 4):
            between = segment.words[at + 1 : trail]
            if all(word in FILLER for word in between) and segment.denied(at) % 2 == 0:
                return at
    for at, word in enumerate(segment.words):
        if word == "without" and segment.where("trail", at + 1, at + 4):
            return at if segment.denied(at) % 2 == 0 else None
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


def acts_on_its_own_authority(segment: Segment) -> int | None:
    """`acts on its own authority`, `asks forgiveness, not permission`."""
    for at, word in enumerate(segment.words):
        alone = word == "own" and segment.words[at + 1 : at + 2] == ("authority",)
        if (alone or word == "forgiveness") and segment.denied(at) % 2 == 0:
            return at
    return None


def approves_for_others(segment: Segment) -> int | None:
    """`approves on behalf of the manager`."""
    for at in segment.where("approve"):
        tail = segment.words[at + 1 : at + 6]
        stands_in = "onbehalf" in tail or "insteadof" in tail
        if stands_in and segment.where("human", at + 1) and segment.denied(at) % 2 == 0:
            return at
    return None


def fakes_an_assent(segment: Segment) -> int | None:
    """`pretends that the reviewer agreed`, `fills in the approver's signature`."""
    for at, word in enumerate(segment.words):
        if segment.denied(at) % 2:
            continue
        if word.startswith(("pretend", "feign", "forge", "fake")) and (
            segment.where("yes", at + 1, at + 8) or segment.where("strict gate", at + 1, at + 8)
        ):
            return at
        if word.startswith(("fill", "enter", "us", "borrow", "insert", "add", "copies", "copy")):
            for owned in range(at + 1, min(at + 6, len(segment.words) - 1)):
                of_overseer = segment.words[owned].startswith(OVERSEERS)
                if of_overseer and segment.words[owned + 1] in _NAMESAKES:
                    return at
    return None


def keeps_in_the_dark(segment: Segment) -> int | None:
    """`leaves the auditor out of the loop`, `keeps the governor in the dark`."""
    for at, word in enumerate(segment.words):
        kept = segment.words[max(0, at - 5) : at]
        if word == "uninformed" and any(each.startswith(OVERSEERS) for each in kept):
            return at if segment.denied(at) % 2 == 0 else None
    return None
