"""Why people refused, in groups that mean the same. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from functions.learning.rules.evidence import REFUSALS, is_decided_by_person
from functions.learning.rules.groups import groups_of, middle_of
from shared.approvals.past import PastApproval
from shared.kit.models import Data
from shared.kit.sealing import ERASED

if TYPE_CHECKING:
    from functions.learning.rules.groups import Vectors

# Different wordings that one report compares: to embed so many takes seconds of a processor.
MOST_COMPARED = 300
# How much of a reason is compared, in characters.
LONGEST_COMPARED = 400
MOST_TOLD = 50
# The mean cosine from which two groups are one: as in `tests/functions/learning/test_reasons.py`.
NEAR = 0.33


class Refusal(NamedTuple):
    """A person's no, with its reason as it is stored, and opened."""

    approval_id: str
    decision: str
    stored: str
    reason: str = ""

    @property
    def is_erased(self) -> bool:
        """Whether nobody can read its reason any more."""
        return self.reason == ERASED


class ReasonGroup(Data):
    """Refusals whose reasons mean the same. `reason` is the one that is nearest to all of them, as
    the refusal of `approval_id` gave it."""

    reason: str
    approval_id: str
    refusals: int
    rejected: int
    changes_requested: int
    vetoed: int


class Reasons(Data):
    """Why people refused, the most frequent first, fifty groups at most; grouped by their meaning,
    or where the model of embeddings is absent by their wording. `in_other_groups` are refusals of
    further groups, `older` those beyond the latest 300 wordings, `without` those that gave no
    reason, and `erased` those whose reason was."""

    by: Literal["meaning", "wording"]
    groups: tuple[ReasonGroup, ...]
    in_other_groups: int
    older: int
    without: int
    erased: int


Wordings = Mapping[str, Sequence[Refusal]]


def refusals_in(approvals: Iterable[PastApproval]) -> list[Refusal]:
    """What people refused, in the order of the approvals."""
    return [
        Refusal(each.approval_id, str(each.decision), _reason_of(each))
        for each in approvals
        if is_decided_by_person(each) and each.decision in REFUSALS
    ]


def wordings_of(refusals: Iterable[Refusal]) -> Wordings:
    """The refusals that have a reason, by what is compared of it: of refusals that are the newest
    first the latest 300 wordings, in the order of the alphabet."""
    found: dict[str, list[Refusal]] = {}
    for each in refusals:
        if not each.is_erased and (words := " ".join(each.reason.split())):
            found.setdefault(words[:LONGEST_COMPARED], []).append(each)
    return dict(sorted(islice(found.items(), MOST_COMPARED)))


def reasons_of(
    refusals: Sequence[Refusal], wordings: Wordings, vectors: "Vectors | None"
) -> Reasons:
    """The reasons of the refusals in groups. `vectors` has a row for each wording, in their order;
    None where nothing says what they mean."""
    rows = list(wordings.values())
    if vectors is None:
        groups = [(row, [row]) for row in range(len(rows))]
    else:
        groups = [(middle_of(vectors, each), each) for each in groups_of(vectors, NEAR)]
    told = sorted((_told(rows, *each) for each in groups), key=lambda group: -group.refusals)
    erased = sum(each.is_erased for each in refusals)
    without = sum(not each.reason.strip() for each in refusals)
    return Reasons(
        by="wording" if vectors is None else "meaning",
        groups=tuple(told[:MOST_TOLD]),
        in_other_groups=sum(each.refusals for each in told[MOST_TOLD:]),
        older=len(refusals) - erased - without - sum(map(len, rows)),
        without=without,
        erased=erased,
    )


def _told(rows: Sequence[Sequence[Refusal]], middle: int, group: Iterable[int]) -> ReasonGroup:
    named = rows[middle][0]
    by = Counter(each.decision for row in group for each in rows[row])
    return ReasonGroup(
        reason=named.stored,
        approval_id=named.approval_id,
        refusals=by.total(),
        rejected=by["reject"],
        changes_requested=by["request_changes"],
        vetoed=by["veto"],
    )


def _reason_of(approval: PastApproval) -> str:
    said = approval.veto_reason
    # A later review has a note of its own.
    return said.explanation if said is not None else approval.note
