"""The answers of the API, field by field (docs/contracts.md)."""

from typing import Self

from events.patterns import PatternRecord, PatternState
from functions.learning.rules.mined import Mined
from functions.learning.rules.reasons import Reasons
from functions.learning.rules.report import Report
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of


class PatternView(PatternRecord):
    """A pattern."""

    id: str

    @classmethod
    def of(cls, pattern: PatternState) -> Self:
        """The pattern as it is stored."""
        return part_of(cls, pattern, id=pattern.pattern_id)


class MinedView(Data):
    """When decisions were mined last, how many of people there were, how many of those were
    refusals, and which patterns were found, the widest first."""

    mined_at: Instant
    decisions: int
    refused: int
    pattern_ids: tuple[str, ...]

    @classmethod
    def of(cls, mined: Mined) -> Self:
        """The mining as it is stored."""
        return part_of(cls, mined)


class PatternPage(Page[PatternView]):
    """Some patterns, the latest found first. `mined` is null where nobody has mined yet."""

    mined: MinedView | None = None


class GovernanceReport(Report):
    """The report. `reasons` are those of refusals and vetoes, in groups. `proposed` are drafts of
    precedents that wait for a governor; `computed` says of each figure how it was computed.
    `governors` has everybody's row for governors and admins of the tenant, and the caller's own for
    everybody else."""

    reasons: Reasons
    proposed: tuple[str, ...]
    computed: dict[str, str]

    @classmethod
    def of(
        cls, report: Report, reasons: Reasons, proposed: tuple[str, ...], computed: dict[str, str]
    ) -> Self:
        """The report with what was read beside it."""
        beside = {"reasons": reasons, "proposed": proposed, "computed": computed}
        return part_of(cls, report, **beside)
