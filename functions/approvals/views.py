"""The answers of the API, field by field (docs/contracts.md)."""

from typing import Self

from events.approvals import ApprovalRecord, CaseBinding
from events.dossiers import Dossier, DossierNames, open_dossier
from events.precedents import PrecedentSeed
from functions.approvals.rules.approval import Approval
from shared.artifacts.named_files import NamedFile
from shared.kit.contents import Contents
from shared.kit.models import Page, part_of


class ApprovalCard(ApprovalRecord):
    """The summary of an approval, and how it was decided."""

    id: str

    @classmethod
    def of(cls, approval: Approval) -> Self:
        """The card of an approval."""
        return part_of(cls, approval, id=approval.approval_id)


class SignedCard(ApprovalCard):
    """A card with the case that requested it; `signature` is a compact JWS over the final
    decision."""

    case: CaseBinding | None = None
    signature: str | None = None


class ApprovalDetail(SignedCard, Dossier):
    """A card with all that a decision needs. `files` are those that it names."""

    files: tuple[NamedFile, ...] = ()

    @classmethod
    def showing(cls, approval: Approval, contents: Contents) -> Self:
        """The card of an approval with the contents that it names. Raises ContentInvalid."""
        dossier = open_dossier(contents, part_of(DossierNames, approval))
        return part_of(cls, approval, id=approval.approval_id, **dossier)


class ApprovalPage(Page[ApprovalCard]):
    """Some approvals, newest first."""


class PrecedentSeedPage(Page[PrecedentSeed]):
    """Some precedents, newest first."""
