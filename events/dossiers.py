"""The contents that an approval names by their hashes, and what people are shown of them."""

from typing import Any

from pydantic import JsonValue

from shared.kit.contents import Contents
from shared.kit.instants import Instant
from shared.kit.models import Data

# The most bytes of a content in canonical form: an approval has room for it and all decisions.
MOST_CONTENT_BYTES = 256 * 1024
MOST_EVIDENCE = 50


class Match(Data):
    """How one precedent compares with the content, condition by condition, in words."""

    seed_id: str
    title: str
    satisfied: tuple[str, ...] = ()
    unsatisfied: tuple[str, ...] = ()


class Assessment(Data):
    """What the requester and the rules say about a request, apart from its content."""

    risk_reasons: tuple[str, ...] = ()
    rollback_plan: str = ""


class DossierNames(Data):
    """The hashes of what an approval is about. `decision_hash` names the content to approve,
    `evidence_hash` the list of its evidence, `assessment_hash` an `Assessment`, `matches_hash` the
    list of its matches, if it was compared with any precedent."""

    decision_hash: str
    evidence_hash: str
    assessment_hash: str
    matches_hash: str | None = None

    @property
    def hashes(self) -> tuple[str, ...]:
        """All of them."""
        found = (self.decision_hash, self.evidence_hash, self.assessment_hash, self.matches_hash)
        return tuple(hash for hash in found if hash is not None)


class Dossier(Data):
    """All that a decision needs beside the card; `content` is exactly what `decision_hash` covers.
    What was erased is null, and `erased_at` is when the first part was."""

    content: JsonValue = None
    evidence: tuple[JsonValue, ...] | None = None
    risk_reasons: tuple[str, ...] | None = None
    rollback_plan: str | None = None
    matches: tuple[Match, ...] | None = None
    erased_at: Instant | None = None


def open_dossier(contents: Contents, names: DossierNames) -> dict[str, Any]:
    """The fields of a `Dossier`, from the contents with these names. Raises ContentInvalid where
    one was never stored."""
    evidence = contents.shown(names.evidence_hash)
    assessed = contents.shown(names.assessment_hash)
    matches = contents.shown(names.matches_hash) if names.matches_hash else []
    said = Assessment.model_validate(assessed) if assessed is not None else None
    return {
        "content": contents.shown(names.decision_hash),
        "evidence": tuple(evidence) if evidence is not None else None,
        "risk_reasons": said.risk_reasons if said else None,
        "rollback_plan": said.rollback_plan if said else None,
        "matches": tuple(map(Match.model_validate, matches)) if matches is not None else None,
        "erased_at": contents.erased_at(*names.hashes),
    }
